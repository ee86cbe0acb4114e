//! The parameters of an operation: its own over those of its path, references followed.

use std::fmt;

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::document::shown;
use super::keyword;
use super::pointer::Pointer;
use super::request::Request;
use super::tree::Node;

/// The parts of a request that hold parameters, in the order of the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Location {
    Path,
    Query,
    Header,
    Cookie,
}

impl Location {
    pub(super) const ALL: [Self; 4] = [Self::Path, Self::Query, Self::Header, Self::Cookie];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
            Self::Cookie => "cookie",
        }
    }

    fn of(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|location| location.as_str() == name)
    }

    fn default_style(self) -> &'static str {
        match self {
            Self::Path | Self::Header => "simple",
            Self::Query | Self::Cookie => "form",
        }
    }

    fn allows_style(self, style: &str) -> bool {
        match self {
            Self::Path => matches!(style, "simple" | "label" | "matrix"),
            Self::Query => matches!(
                style,
                "form" | "spaceDelimited" | "pipeDelimited" | "deepObject"
            ),
            Self::Header => style == "simple",
            Self::Cookie => style == "form",
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One parameter, its reference followed.
pub(super) struct Parameter<'d> {
    pub(super) location: Location,
    pub(super) name: &'d str,
    node: &'d Node<'d>,
    at: String,
}

impl Parameter<'_> {
    pub(super) fn at(&self) -> Pointer<'_> {
        Pointer::Base(&self.at)
    }
}

/// Parameters by what identifies them.
pub(super) type Parameters<'d> = IndexMap<(Location, String), Parameter<'d>>;

impl<'d> Request<'_, 'd> {
    /// Adds a `parameters` list; what is already there is overridden.
    pub(super) fn gather(
        &mut self,
        list: Option<&'d Node<'d>>,
        at: &Pointer<'_>,
        parameters: &mut Parameters<'d>,
    ) {
        let Some(list) = list else { return };
        let Some(list) = list.as_list() else {
            return self.warn(at, "`parameters` must be a list; it is left out");
        };
        self.definitions.spend(list.len());
        for (index, node) in list.iter().enumerate() {
            let at = at.index(index);
            match self.parameter(node, &at) {
                Ok(Some(parameter)) => {
                    let name = match parameter.location {
                        Location::Header => parameter.name.to_ascii_lowercase(),
                        Location::Path | Location::Query | Location::Cookie => {
                            parameter.name.to_owned()
                        }
                    };
                    parameters.insert((parameter.location, name), parameter);
                }
                Ok(None) => {}
                Err(why) => self.warn(&at, format_args!("{why}; the parameter is left out")),
            }
        }
    }

    fn parameter(
        &mut self,
        node: &'d Node<'d>,
        at: &Pointer<'_>,
    ) -> Result<Option<Parameter<'d>>, String> {
        let chain_max = self.definitions.limits.ref_chain_max;
        let (at, node) = self
            .definitions
            .document
            .follow(node, at.to_string(), chain_max)
            .map_err(|why| why.to_string())?;
        let name = node
            .text("name")
            .filter(|name| !name.is_empty())
            .ok_or("a parameter needs a name")?;
        let place = node.text("in").ok_or("a parameter needs `in`")?;
        let location = Location::of(place).ok_or_else(|| {
            format!(
                "`in` must be path, query, header or cookie, not `{}`",
                shown(place)
            )
        })?;
        // The specification sets these three by other means.
        let reserved = ["accept", "content-type", "authorization"];
        if location == Location::Header && reserved.contains(&name.to_ascii_lowercase().as_str()) {
            return Ok(None);
        }
        Ok(Some(Parameter {
            location,
            name,
            node,
            at,
        }))
    }

    /// The schema of one parameter, and whether it must be sent.
    pub(super) fn parameter_schema(&mut self, parameter: &Parameter<'d>) -> (Value, bool) {
        let node = parameter.node;
        let at = parameter.at();
        let mut notes = Map::new();
        let schema = match (
            node.get("schema"),
            node.get("content").and_then(Node::as_object),
        ) {
            (Some(schema), _) => self.part(schema, &at.key("schema")),
            (None, Some(content)) => match content.iter().next() {
                Some((media, entry)) => {
                    notes.insert("x-portico-media-type".to_owned(), media.into());
                    let at = at.key("content");
                    entry.get("schema").map_or(json!({}), |schema| {
                        self.part(schema, &at.key(media).key("schema"))
                    })
                }
                None => json!({}),
            },
            (None, None) => {
                self.warn(
                    &at,
                    "the parameter has neither `schema` nor `content`; any text is accepted",
                );
                json!({ "type": "string" })
            }
        };
        self.style(parameter, &at, &mut notes);
        describe(node, &mut notes);
        let notes = Value::Object(notes);
        self.charge(keyword::serialized_len(&notes));
        let mut schema = as_object(schema);
        schema.extend(as_object(notes));
        (
            Value::Object(schema),
            parameter.location == Location::Path || node.is_true("required"),
        )
    }

    /// How the value is written into the request, where that is not the rule for its place.
    fn style(
        &mut self,
        parameter: &Parameter<'d>,
        at: &Pointer<'_>,
        notes: &mut Map<String, Value>,
    ) {
        let (node, location) = (parameter.node, parameter.location);
        let mut style = location.default_style();
        if let Some(wanted) = node.text("style") {
            if location.allows_style(wanted) {
                style = wanted;
            } else {
                let message = format!(
                    "style `{}` is not for {location} parameters; `{style}` is used",
                    shown(wanted)
                );
                self.warn(&at.key("style"), message);
            }
        }
        if style != location.default_style() {
            notes.insert("x-portico-style".to_owned(), style.into());
        }
        if let Some(Node::Bool(explode)) = node.get("explode")
            && *explode != (style == "form")
        {
            notes.insert("x-portico-explode".to_owned(), (*explode).into());
        }
        // GitHub's extension says that a path parameter may hold slashes.
        if node.is_true("allowReserved") || node.is_true("x-multi-segment") {
            notes.insert("x-portico-allow-reserved".to_owned(), true.into());
        }
    }
}

/// What a parameter says about itself goes before what its schema says about every use.
fn describe(node: &Node<'_>, notes: &mut Map<String, Value>) {
    if let Some(description) = node.text("description") {
        notes.insert("description".to_owned(), description.into());
    }
    if node.is_true("deprecated") {
        notes.insert("deprecated".to_owned(), true.into());
    }
    let one = node
        .get("example")
        .map(|example| Value::Array(vec![example.to_value()]));
    if let Some(examples) = one.or_else(|| node.get("examples").and_then(keyword::examples)) {
        notes.insert("examples".to_owned(), examples);
    }
}

/// A schema that can carry notes.
pub(super) fn as_object(schema: Value) -> Map<String, Value> {
    match schema {
        Value::Object(schema) => schema,
        Value::Bool(false) => Map::from_iter([("not".to_owned(), json!({}))]),
        _ => Map::new(),
    }
}
