//! The locations of an HTTP request that a request schema groups its values by.

use serde_json::{Map, Value, json};

use super::{MediaType, clean::warn};

/// Headers that the platform or the connection sets. A form neither shows nor sends them.
pub const REFUSED_HEADERS: [&str; 29] = [
    "accept",
    "accept-encoding",
    "authorization",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "date",
    "expect",
    "forwarded",
    "host",
    "http2-settings",
    "idempotency-key",
    "keep-alive",
    "origin",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "referer",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "via",
    "x-http-method-override",
    "x-real-ip",
];

/// Where a value goes in the HTTP request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Location {
    /// A placeholder of the path.
    Path,
    /// The query string.
    Query,
    /// A header.
    Header,
    /// A cookie.
    Cookie,
    /// The body.
    Body,
}

impl Location {
    /// All locations, in the order in which a form shows them.
    pub const ALL: [Self; 5] = [
        Self::Path,
        Self::Query,
        Self::Header,
        Self::Cookie,
        Self::Body,
    ];

    /// The property of the data that holds the location's values.
    pub fn name(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
            Self::Cookie => "cookie",
            Self::Body => "body",
        }
    }
}

/// Whether a header may come from a form: none that steers the connection, names the sender,
/// or carries a credential.
pub fn is_header_allowed(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let is_token = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte));
    is_token
        && !REFUSED_HEADERS.contains(&name.as_str())
        && !["proxy-", "sec-", "x-forwarded-"]
            .iter()
            .any(|prefix| name.starts_with(prefix))
}

/// Says in the schema what delivery relies on: no values beyond the known locations and
/// parameters, path values present and not empty, no header of the platform's own.
pub(super) fn shape(document: &mut Value) {
    let Value::Object(root) = document else {
        return;
    };
    root.insert("type".to_owned(), "object".into());
    root.entry("additionalProperties")
        .or_insert(Value::Bool(false));
    for location in [
        Location::Path,
        Location::Query,
        Location::Header,
        Location::Cookie,
    ] {
        shape_parameters(root, location);
    }
    if let Some(Value::Object(body)) = root
        .get_mut("properties")
        .and_then(|all| all.get_mut("body"))
    {
        warn_about_media_type(body);
    }
}

fn warn_about_media_type(body: &mut Map<String, Value>) {
    let whole = Value::Object(body.clone());
    if MediaType::of(Some(&whole)) == MediaType::Multipart {
        let name = MediaType::name_of(Some(&whole));
        warn(
            body,
            &format!("the media type {name:?} at /body cannot be submitted yet"),
        );
    }
}

fn shape_parameters(root: &mut Map<String, Value>, location: Location) {
    let name = location.name();
    let Some(parameters) = root.get_mut("properties").and_then(|all| all.get_mut(name)) else {
        return;
    };
    let Value::Object(parameters) = parameters else {
        return;
    };
    if !parameters.contains_key("properties") {
        return;
    }
    parameters
        .entry("additionalProperties")
        .or_insert(Value::Bool(false));
    match location {
        Location::Path => require_path_values(parameters),
        Location::Header => drop_refused_headers(parameters),
        Location::Query | Location::Cookie | Location::Body => {}
    }
    if parameters
        .get("required")
        .and_then(Value::as_array)
        .is_some_and(|names| !names.is_empty())
    {
        require(root, name);
    }
}

fn require(schema: &mut Map<String, Value>, name: &str) {
    let required = schema.entry("required").or_insert_with(|| json!([]));
    if let Value::Array(names) = required
        && !names.iter().any(|own| own == name)
    {
        names.push(name.into());
    }
}

fn require_path_values(parameters: &mut Map<String, Value>) {
    let Some(Value::Object(properties)) = parameters.get_mut("properties") else {
        return;
    };
    let names: Vec<String> = properties.keys().cloned().collect();
    for property in properties.values_mut() {
        if let Value::Object(schema) = property
            && schema.get("type").is_some_and(|own| own == "string")
            && schema.get("minLength").and_then(Value::as_u64).unwrap_or(0) == 0
        {
            schema.insert("minLength".to_owned(), 1.into());
        }
    }
    names.iter().for_each(|name| require(parameters, name));
}

fn drop_refused_headers(parameters: &mut Map<String, Value>) {
    let Some(Value::Object(properties)) = parameters.get_mut("properties") else {
        return;
    };
    let refused: Vec<String> = properties
        .keys()
        .filter(|name| !is_header_allowed(name))
        .cloned()
        .collect();
    properties.retain(|name, _| !refused.contains(name));
    if let Some(Value::Array(required)) = parameters.get_mut("required") {
        required.retain(|name| {
            name.as_str()
                .is_none_or(|name| !refused.iter().any(|own| own == name))
        });
    }
    for name in &refused {
        warn(
            parameters,
            &format!("header {name:?} at /header is set by the platform and has no field"),
        );
    }
}
