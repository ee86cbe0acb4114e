//! OpenAPI 3.0 and 3.1 documents, JSON or YAML, as descriptions of services.
//!
//! Pure: text in, [`Description`] out. Nothing is fetched, so a reference that leads out of the
//! document leaves its place open and is named in a [`Warning`]; so does every other fault inside an
//! operation, because no endpoint is lost over one bad schema. Only a text that is no description at
//! all, or one that passes the [`Limits`], is refused.

mod body;
mod by_hand;
mod definitions;
mod description;
mod document;
mod error;
mod hidden;
mod included;
mod keyword;
mod limits;
mod nullable;
mod operations;
mod parameters;
mod parse;
mod pattern;
mod pointer;
mod request;
mod schema;
mod security;
mod seed;
mod service;
pub(crate) mod template;
#[cfg(test)]
mod tests;
mod tree;

pub use self::by_hand::request_schema;
pub use self::description::{
    Description, Method, Operation, SecurityKind, SecurityScheme, Server, Warning,
};
pub use self::error::{Notation, OpenApiError, Position};
pub use self::limits::Limits;

use self::description::Warnings;
use self::document::{Dialect, Document};
use self::operations::{Reading, cut};
use self::security::Security;
use self::tree::Node;

const TITLE_CHARS_MAX: usize = 200;
const VERSION_CHARS_MAX: usize = 60;
const DESCRIPTION_CHARS_MAX: usize = 20_000;

/// Reads a description with the usual limits.
pub fn read(text: &[u8]) -> Result<Description, OpenApiError> {
    read_within(text, &Limits::default())
}

/// Reads a description.
pub fn read_within(text: &[u8], limits: &Limits) -> Result<Description, OpenApiError> {
    let (notation, root) = parse::parse(text, limits)?;
    let document = Document::new(root)?;
    let wrong = |pointer: &str, expected| OpenApiError::NotOpenApi {
        pointer: pointer.to_owned(),
        expected,
    };
    let info = document
        .root
        .get("info")
        .filter(|info| info.as_object().is_some());
    let info = info.ok_or_else(|| wrong("/info", "an object with a title and a version"))?;
    if document.dialect == Dialect::V30 && document.root.get("paths").is_none() {
        return Err(wrong("/paths", "an object of paths"));
    }
    let title =
        cut(info.text("title"), TITLE_CHARS_MAX).ok_or_else(|| wrong("/info/title", "a text"))?;
    let version = match (info.get("version"), notation) {
        (Some(Node::Text(version)), _) => Some(version.as_ref().to_owned()),
        (Some(Node::Number(_)), Notation::Yaml) => parse::yaml_version(text, limits),
        _ => None,
    };
    let version = cut(version.as_deref(), VERSION_CHARS_MAX)
        .ok_or_else(|| wrong("/info/version", "a text"))?;
    let mut warnings = Warnings::default();
    let security = Security::of(&document);
    let operations = Reading::new(&document, limits, &security).run(&mut warnings)?;
    security.note(limits, &operations, &mut warnings);
    service::note_webhooks(&document, limits, &mut warnings);
    if operations.is_empty() {
        warnings.push(
            limits.warnings_max,
            "/paths",
            "the description has no operations",
        );
    }
    let security_schemes = service::security_schemes(&document, limits, &mut warnings);
    let description = info.text("description").or_else(|| info.text("summary"));
    Ok(Description {
        openapi: document
            .root
            .get("openapi")
            .map(document::spelling)
            .unwrap_or_default(),
        title,
        version,
        description: cut(description, DESCRIPTION_CHARS_MAX),
        servers: service::servers(&document.root).unwrap_or_default(),
        security_schemes,
        operations,
        warnings: warnings.into_vec(),
    })
}
