//! From the parameters of an HTTP request to what the client asks.

use http::StatusCode;
use serde_json::{Map, Value as Json};

use crate::engine::Upload;
use crate::error::{Code, GraphQLError};
use crate::http::HttpOptions;
use crate::http::body::Incoming;
use crate::http::persisted::DocumentId;

/// Why an HTTP request is not handed to the engine.
#[derive(Debug)]
pub(crate) struct Unservable {
    pub(crate) status: StatusCode,
    pub(crate) error: GraphQLError,
    /// A header that says what would be served instead.
    pub(crate) header: Option<(&'static str, &'static str)>,
}

impl Unservable {
    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            error: GraphQLError::new(Code::BadUserInput, message),
            header: None,
        }
    }

    pub(crate) fn bad(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    pub(crate) fn with(mut self, name: &'static str, value: &'static str) -> Self {
        self.header = Some((name, value));
        self
    }
}

/// What a client asks; its document may be only named.
#[derive(Default)]
pub(crate) struct Asked {
    pub(crate) query: Option<String>,
    pub(crate) document: Option<DocumentId>,
    pub(crate) operation_name: Option<String>,
    pub(crate) variables: Map<String, Json>,
    pub(crate) extensions: Map<String, Json>,
    pub(crate) uploads: Vec<Upload>,
}

/// A JSON body, or the `operations` of a multipart body.
pub(crate) fn json(bytes: &[u8], options: &HttpOptions) -> Result<Incoming, Unservable> {
    let value: Json = serde_json::from_slice(bytes)
        .map_err(|err| Unservable::bad(format!("body is not JSON: {err}")))?;
    let Json::Array(values) = value else {
        return object(value).map(|asked| Incoming::One(Box::new(asked)));
    };
    let max = options.batch.requests_max;
    if !options.batch.enabled {
        return Err(Unservable::bad("batches are switched off; send one object"));
    }
    if values.is_empty() {
        return Err(Unservable::bad("batch is empty"));
    }
    if values.len() > max {
        let message = format!(
            "batch has {} requests; at most {max} are answered",
            values.len()
        );
        return Err(Unservable::bad(message));
    }
    Ok(Incoming::Batch(values.into_iter().map(object).collect()))
}

/// A parsed body.
pub(crate) fn object(value: Json) -> Result<Asked, Unservable> {
    let Json::Object(mut fields) = value else {
        return Err(Unservable::bad("body must be a JSON object with a query"));
    };
    let query = text("query", fields.remove("query"))?;
    let named = text("documentId", fields.remove("documentId"))?;
    let operation_name = text("operationName", fields.remove("operationName"))?;
    let variables = map("variables", fields.remove("variables"))?;
    let extensions = map("extensions", fields.remove("extensions"))?;
    let hashed = hash(&extensions)?;

    let document = match (named, hashed) {
        (Some(_), Some(_)) => {
            return Err(Unservable::bad(
                "documentId and persistedQuery exclude each other",
            ));
        }
        (Some(id), None) => Some(DocumentId::named(&id)),
        (None, hash) => hash,
    };
    // A client that names its document may leave an empty text behind.
    let query = query.filter(|text| document.is_none() || !text.is_empty());
    match (&query, &document) {
        (None, None) => Err(Unservable::bad("query is missing")),
        (Some(_), Some(DocumentId::Named(_))) => {
            Err(Unservable::bad("query and documentId exclude each other"))
        }
        _ => Ok(Asked {
            query,
            document,
            operation_name,
            variables,
            extensions,
            uploads: Vec::new(),
        }),
    }
}

/// The query string of a GET.
pub(crate) fn query_string(parameters: Vec<(String, String)>) -> Result<Asked, Unservable> {
    let mut fields = Map::new();
    for (name, value) in parameters {
        let value = match name.as_str() {
            "variables" | "extensions" | "operationName" if value.is_empty() => Json::Null,
            "variables" | "extensions" => serde_json::from_str(&value)
                .map_err(|err| Unservable::bad(format!("{name} is not JSON: {err}")))?,
            _ => Json::String(value),
        };
        if fields.contains_key(&name) {
            return Err(Unservable::bad(format!("{name} is there twice")));
        }
        fields.insert(name, value);
    }
    object(Json::Object(fields))
}

/// The hash in `extensions.persistedQuery`.
fn hash(extensions: &Map<String, Json>) -> Result<Option<DocumentId>, Unservable> {
    let Some(persisted) = extensions
        .get("persistedQuery")
        .filter(|value| !value.is_null())
    else {
        return Ok(None);
    };
    if persisted.get("version").and_then(Json::as_u64) != Some(1) {
        return Err(Unservable::bad("persistedQuery.version must be 1"));
    }
    match persisted.get("sha256Hash").and_then(Json::as_str) {
        Some(hash) => Ok(Some(DocumentId::hash(hash))),
        None => Err(Unservable::bad(
            "persistedQuery.sha256Hash must be a string",
        )),
    }
}

fn text(name: &str, value: Option<Json>) -> Result<Option<String>, Unservable> {
    match value {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(text)) => Ok(Some(text)),
        Some(_) => Err(Unservable::bad(format!("{name} must be a string"))),
    }
}

fn map(name: &str, value: Option<Json>) -> Result<Map<String, Json>, Unservable> {
    match value {
        None | Some(Json::Null) => Ok(Map::new()),
        Some(Json::Object(map)) => Ok(map),
        Some(_) => Err(Unservable::bad(format!("{name} must be an object"))),
    }
}
