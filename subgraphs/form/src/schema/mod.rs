//! An endpoint's request schema, made safe to build a form from and to validate with.
//!
//! The schema comes from a tenant, so nothing in it is trusted. Whatever cannot be kept is
//! taken out here, once, and leaves a warning in the schema itself: the fields and the
//! validator then read the same document and cannot disagree.

mod clean;
mod cost;
mod graph;
mod limit;
mod location;
mod media;
mod meta;
mod walk;
mod work;

use std::sync::Arc;

use serde_json::Value;
use sha2::{Digest, Sha256};

use cost::Cost;
pub use location::{Location, REFUSED_HEADERS, is_header_allowed};
pub use media::MediaType;

/// The annotation that carries what was taken out of a schema, and why.
pub const WARNINGS: &str = "x-portico-warnings";

/// Why a schema is of no use at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SchemaError {
    /// Not a JSON object.
    #[error("the request schema is not an object")]
    NotAnObject,
    /// Nested deeper than anybody needs.
    #[error("the request schema is nested deeper than {0} levels")]
    TooDeep(usize),
    /// More nodes or text than a request schema may hold.
    #[error("the request schema is larger than {0}")]
    TooLarge(&'static str),
    /// Combines subschemas so often that validating could take for ever.
    #[error("the request schema combines too many subschemas to be checked in reasonable time")]
    TooCostly,
    /// Refused by the validator even after repair.
    #[error("the request schema cannot be used at {0}")]
    Malformed(String),
}

/// A cleaned request schema: the locations of an HTTP request, each with its own schema.
#[derive(Clone, Debug)]
pub struct RequestSchema {
    document: Arc<Value>,
    version: String,
    cost: Cost,
}

impl RequestSchema {
    /// Takes a schema as it came and keeps what can be trusted.
    pub fn parse(raw: &Value) -> Result<Self, SchemaError> {
        if !raw.is_object() {
            return Err(SchemaError::NotAnObject);
        }
        limit::check(raw)?;
        let mut document = raw.clone();
        clean::clean(&mut document)?;
        location::shape(&mut document);
        let cost = cost::measure(&document)?;
        Ok(Self {
            document: Arc::new(document),
            version: version(raw),
            cost,
        })
    }

    /// The schema that submissions are checked against.
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// The hash of the schema as it came: what a submission pins.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// How deep the data of a submission may be nested.
    pub fn data_depth_max(&self) -> usize {
        self.cost.data_depth_max
    }

    /// How many subschemas are applied to values when this data is checked, counted more for long
    /// texts and lists; nothing when that is more than `max`.
    pub fn work(&self, data: &Value, max: u64) -> Option<u64> {
        match work::at_most(&self.document, &self.cost, data) {
            bound if bound <= max => Some(bound),
            _ => work::measure(&self.document, data, max),
        }
    }

    /// What a reference inside this schema points to.
    pub fn resolve(&self, reference: &str) -> Option<&Value> {
        graph::target(reference).and_then(|pointer| self.document.pointer(&pointer))
    }

    /// The schema of one location's data, and whether the request needs it.
    pub fn location(&self, location: Location) -> Option<(&Value, bool)> {
        let schema = self.document.get("properties")?.get(location.name())?;
        let required = self.document.get("required").and_then(Value::as_array);
        let required =
            required.is_some_and(|names| names.iter().any(|name| name == location.name()));
        Some((schema, required))
    }
}

/// The hash under which a schema's form and validator are kept.
pub fn version(raw: &Value) -> String {
    version_of_text(&raw.to_string())
}

/// The same, of a schema that is written as JSON already.
pub(crate) fn version_of_text(text: &str) -> String {
    let digest = Sha256::digest(text);
    digest
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The warnings that cleaning left on one subschema.
pub fn warnings(schema: &Value) -> impl Iterator<Item = &str> {
    schema
        .get(WARNINGS)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}

#[cfg(test)]
mod tests;
