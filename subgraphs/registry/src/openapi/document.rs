//! The document as a whole: its version, and what a reference inside it leads to.

use std::fmt;

use super::error::OpenApiError;
use super::pointer;
use super::tree::Node;

/// The dialects that differ in how a schema is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// OpenAPI 3.0: `$ref` hides what stands beside it.
    V30,
    /// OpenAPI 3.1: JSON Schema 2020-12.
    V31,
}

/// A parsed description with a supported version.
pub(super) struct Document<'a> {
    pub(super) root: Node<'a>,
    pub(super) dialect: Dialect,
}

/// Why a reference leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unresolved {
    NotText,
    External(String),
    Malformed(String),
    Missing(String),
    Endless(String),
}

impl fmt::Display for Unresolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotText => write!(f, "$ref must be a string"),
            Self::External(to) => {
                write!(
                    f,
                    "$ref `{to}` leads out of the document and is never fetched; bundle the document first"
                )
            }
            Self::Malformed(to) => write!(f, "$ref `{to}` is not a json pointer"),
            Self::Missing(to) => write!(f, "$ref `{to}` leads to nothing in the document"),
            Self::Endless(to) => write!(
                f,
                "$ref `{to}` leads to references only, in a circle or too many"
            ),
        }
    }
}

const SHOWN_CHARS_MAX: usize = 200;

/// What the document names, fit for a message.
pub(super) fn shown(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARS_MAX) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

impl<'a> Document<'a> {
    /// Checks the version of a parsed text.
    pub(super) fn new(root: Node<'a>) -> Result<Self, OpenApiError> {
        let wrong = |pointer: &str, expected| OpenApiError::NotOpenApi {
            pointer: pointer.to_owned(),
            expected,
        };
        if root.as_object().is_none() {
            return Err(wrong("the document", "an object"));
        }
        if let Some(version) = root.get("swagger") {
            return Err(OpenApiError::Version {
                pointer: "/swagger",
                version: shown(&spelling(version)),
            });
        }
        let version = spelling(
            root.get("openapi")
                .ok_or_else(|| wrong("/openapi", "present, with a version such as 3.1.0"))?,
        );
        let mut parts = version.split(['.', '-']);
        let dialect = match (parts.next(), parts.next()) {
            (Some("3"), Some("0")) => Dialect::V30,
            (Some("3"), Some("1")) => Dialect::V31,
            _ => {
                return Err(OpenApiError::Version {
                    pointer: "/openapi",
                    version: shown(&version),
                });
            }
        };
        Ok(Self { root, dialect })
    }

    /// The place that a `$ref` names, by its canonical pointer.
    pub(super) fn locate(&self, reference: &Node<'a>) -> Result<(String, &Node<'a>), Unresolved> {
        let reference = reference.as_text().ok_or(Unresolved::NotText)?;
        let Some(fragment) = reference.strip_prefix('#') else {
            return Err(Unresolved::External(shown(reference)));
        };
        let tokens =
            pointer::tokens(fragment).ok_or_else(|| Unresolved::Malformed(shown(reference)))?;
        let missing = || Unresolved::Missing(shown(reference));
        let mut node = &self.root;
        let mut canonical = String::with_capacity(fragment.len());
        for token in &tokens {
            node = match node {
                Node::Object(object) => object.get(token).ok_or_else(missing)?,
                Node::List(items) => token
                    .parse()
                    .ok()
                    .and_then(|index: usize| items.get(index))
                    .ok_or_else(missing)?,
                _ => return Err(missing()),
            };
            canonical.push('/');
            canonical.push_str(&pointer::escape(token));
        }
        Ok((canonical, node))
    }

    /// Follows a node's `$ref`, and the `$ref` there, to something that is not a reference.
    pub(super) fn follow<'n>(
        &'n self,
        node: &'n Node<'a>,
        at: String,
        chain_max: usize,
    ) -> Result<(String, &'n Node<'a>), Unresolved> {
        let mut current = (at, node);
        for _ in 0..=chain_max {
            match current.1.get("$ref") {
                None => return Ok(current),
                Some(reference) => current = self.locate(reference)?,
            }
        }
        let first = node.text("$ref").unwrap_or_default();
        Err(Unresolved::Endless(shown(first)))
    }
}

/// A scalar as written, for YAML reads an unquoted `3.0` as a number.
pub(super) fn spelling(node: &Node<'_>) -> String {
    match node {
        Node::Text(text) => text.as_ref().to_owned(),
        Node::Number(number) => number.to_string(),
        _ => String::new(),
    }
}
