//! The request schema of one operation, put together from its parameters and its body.

use serde_json::{Map, Value, json};

use super::body::Body;
use super::definitions::Definitions;
use super::description::{Warning, Warnings};
use super::document::shown;
use super::included::Included;
use super::parameters::{Location, Parameters};
use super::pointer::Pointer;
use super::tree::Node;

/// A request schema under construction.
pub(super) struct Request<'r, 'd> {
    pub(super) definitions: &'r mut Definitions<'d>,
    included: Included,
    warnings: Warnings,
    /// Bytes converted for this request, kept or not.
    converted: usize,
}

/// What becomes of it.
pub(super) struct Built {
    pub(super) schema: Value,
    pub(super) warnings: Vec<Warning>,
    pub(super) bytes: usize,
}

impl<'r, 'd> Request<'r, 'd> {
    pub(super) fn new(definitions: &'r mut Definitions<'d>) -> Self {
        Self {
            definitions,
            included: Included::new(),
            warnings: Warnings::default(),
            converted: 0,
        }
    }

    pub(super) fn warn(&mut self, at: &Pointer<'_>, message: impl std::fmt::Display) {
        self.warnings
            .push(self.definitions.limits.warnings_max, at, message);
    }

    /// Counts what becomes part of the request besides its schemas.
    pub(super) fn charge(&mut self, bytes: usize) {
        self.converted += bytes;
    }

    /// Converts a schema that is part of the request; one that is too large is left open.
    pub(super) fn part(&mut self, node: &'d Node<'d>, at: &Pointer<'_>) -> Value {
        let part = self.definitions.convert(node, at);
        let max = self.definitions.limits.warnings_max;
        self.converted += part.bytes;
        self.warnings.extend(max, &part.warnings);
        match self.included.admit(self.definitions, &part) {
            Ok(shared) => {
                for definition in shared {
                    self.warnings.extend(max, &definition.warnings);
                }
                part.schema
            }
            Err(excess) => {
                self.converted += self.definitions.limits.request_schema_bytes_max;
                self.warn(
                    at,
                    format_args!(
                        "the request schema would hold {excess}; anything is accepted here"
                    ),
                );
                json!({})
            }
        }
    }

    /// Puts the parts together.
    pub(super) fn build(
        mut self,
        path: &str,
        at: &Pointer<'_>,
        parameters: &Parameters<'d>,
        body: Option<Body>,
    ) -> Built {
        let mut groups = self.groups(parameters, path);
        self.complete_path(path, at, &mut groups[0].1);
        let mut properties = Map::new();
        let mut required = Vec::new();
        for (location, group) in groups {
            if !group.properties.is_empty() {
                required
                    .extend((!group.required.is_empty()).then(|| Value::from(location.as_str())));
                properties.insert(location.as_str().to_owned(), group.into_schema());
            }
        }
        if let Some(body) = body {
            required.extend(body.required.then(|| Value::from("body")));
            properties.insert("body".to_owned(), body.schema);
        }
        self.converted += path.len();
        self.finish(properties, required)
    }

    /// The schema of an object with these parts, and all that they refer to.
    pub(super) fn finish(self, properties: Map<String, Value>, required: Vec<Value>) -> Built {
        let bytes = self.converted + self.included.bytes();
        let mut schema = Group {
            properties,
            required,
        }
        .into_schema();
        let definitions = self.included.into_value(self.definitions);
        if let (Value::Object(schema), false) = (&mut schema, definitions.is_empty()) {
            schema.insert("$defs".to_owned(), Value::Object(definitions));
        }
        Built {
            schema,
            warnings: self.warnings.into_vec(),
            bytes,
        }
    }

    fn groups(&mut self, parameters: &Parameters<'d>, path: &str) -> [(Location, Group); 4] {
        let mut groups = Location::ALL.map(|location| (location, Group::default()));
        for parameter in parameters.values() {
            if parameter.location == Location::Path
                && !variables(path).any(|variable| variable == parameter.name)
            {
                let message = format!(
                    "the path has no `{{{}}}`; the parameter is left out",
                    shown(parameter.name)
                );
                self.warn(&parameter.at(), message);
                continue;
            }
            let (schema, required) = self.parameter_schema(parameter);
            self.converted += parameter.name.len() + 16;
            let (_, group) = &mut groups[parameter.location as usize];
            group
                .required
                .extend(required.then(|| Value::from(parameter.name)));
            group.properties.insert(parameter.name.to_owned(), schema);
        }
        groups
    }

    fn complete_path(&mut self, path: &str, at: &Pointer<'_>, group: &mut Group) {
        for variable in variables(path) {
            if !group.properties.contains_key(variable) {
                let message = format!(
                    "no parameter describes `{{{}}}`; any text is accepted",
                    shown(variable)
                );
                self.warn(at, message);
                group
                    .properties
                    .insert(variable.to_owned(), json!({ "type": "string" }));
                group.required.push(variable.into());
            }
        }
    }
}

/// An object of the request schema.
#[derive(Default)]
struct Group {
    properties: Map<String, Value>,
    required: Vec<Value>,
}

impl Group {
    fn into_schema(self) -> Value {
        let mut schema = Map::from_iter([
            ("type".to_owned(), "object".into()),
            ("properties".to_owned(), Value::Object(self.properties)),
        ]);
        if !self.required.is_empty() {
            schema.insert("required".to_owned(), Value::Array(self.required));
        }
        schema.insert("additionalProperties".to_owned(), false.into());
        Value::Object(schema)
    }
}

/// The names in braces of a path template.
pub(super) fn variables(path: &str) -> impl Iterator<Item = &str> {
    path.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name)
        .filter(|name| !name.is_empty())
}
