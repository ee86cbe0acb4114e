//! What changed between two schemas, and for whom that is bad.
//!
//! The classification is that of graphql-js, which knows what breaks a client, and more: deprecations, descriptions,
//! root types, `@oneOf`, `@specifiedBy`. Pure: two texts in, a list of changes out.

mod codes;
mod directives;
mod fields;
mod inputs;
mod metadata;
mod read;
mod types;

use std::fmt;

use apollo_compiler::Schema;
use apollo_compiler::ast::OperationType;

pub use self::codes::{Code, Severity};

/// One difference between two schemas.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// For whom it is bad.
    pub severity: Severity,
    /// The element: `Type`, `Type.field`, `Type.field(argument:)`, `@directive(argument:)`, or the operation
    /// whose root type changed.
    pub coordinate: String,
    /// What kind of change it is.
    pub code: Code,
    /// The change as a sentence.
    pub message: String,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, message, .. } = self;
        write!(f, "{}: {message}", code.as_str())
    }
}

/// Which of the two schemas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The one that clients know.
    Old,
    /// The one that is to replace it.
    New,
}

/// A text that is no schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Which text.
    pub side: Side,
    /// What is wrong with it.
    pub reasons: Vec<String>,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = match self.side {
            Side::Old => "old",
            Side::New => "new",
        };
        write!(
            f,
            "the {side} schema is invalid: {}",
            self.reasons.join("; ")
        )
    }
}

impl std::error::Error for Unreadable {}

/// Lists what changed from one schema to another, the worst first.
///
/// Each may be an API schema or a supergraph; of a supergraph, what its clients see is compared.
pub fn diff(old: &str, new: &str) -> Result<Vec<Change>, Unreadable> {
    let read = |side, text| read::read(text).map_err(|reasons| Unreadable { side, reasons });
    let (old, new) = (read(Side::Old, old)?, read(Side::New, new)?);
    let mut changes = Changes::default();
    changes.root_types(&old, &new);
    changes.types(&old, &new);
    changes.directives(&old, &new);
    changes.found.sort();
    Ok(changes.found)
}

/// The bag that every comparison drops its findings into.
#[derive(Debug, Default)]
struct Changes {
    found: Vec<Change>,
}

impl Changes {
    fn add(&mut self, code: Code, coordinate: &str, message: impl Into<String>) {
        self.found.push(Change {
            severity: code.severity(),
            coordinate: coordinate.to_owned(),
            code,
            message: message.into(),
        });
    }

    fn root_types(&mut self, old: &Schema, new: &Schema) {
        let roots = [
            OperationType::Query,
            OperationType::Mutation,
            OperationType::Subscription,
        ];
        for operation in roots {
            let root = |schema: &Schema| schema.root_operation(operation).cloned();
            let name = operation.name();
            match (root(old), root(new)) {
                (Some(old), Some(new)) if old != new => {
                    let message = format!("the {name} root was '{old}' and is now '{new}'");
                    self.add(Code::RootTypeChanged, name, message);
                }
                (Some(old), None) => {
                    let message = format!("the {name} root '{old}' was removed");
                    self.add(Code::RootTypeRemoved, name, message);
                }
                (None, Some(new)) => {
                    let message = format!("the {name} root '{new}' was added");
                    self.add(Code::RootTypeAdded, name, message);
                }
                _ => {}
            }
        }
    }
}
