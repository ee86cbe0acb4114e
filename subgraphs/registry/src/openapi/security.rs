//! Credentials that operations need: they cannot be stored yet, so whoever imports is told.

use super::description::{Operation, Warnings};
use super::document::{Document, shown};
use super::limits::Limits;
use super::pointer::Pointer;
use super::request::Request;
use super::tree::{Node, Object};

const NAMES_MAX: usize = 10;

/// What the document says about all operations, unless they say otherwise.
pub(super) struct Security<'d> {
    everywhere: Option<&'d Node<'d>>,
    schemes: Option<&'d Object<'d>>,
}

impl<'d> Security<'d> {
    /// What a document says.
    pub(super) fn of(document: &'d Document<'d>) -> Self {
        let components = document.root.get("components");
        let schemes = components.and_then(|components| components.get("securitySchemes"));
        Self {
            everywhere: document.root.get("security"),
            schemes: schemes.and_then(Node::as_object),
        }
    }

    /// The schemes of which an operation needs one, in words; nothing if it can do without.
    fn needed(&self, operation: &'d Node<'d>) -> Option<String> {
        let security = operation.get("security").or(self.everywhere)?;
        let alternatives = security.as_list()?;
        let is_open = |one: &Node<'_>| one.as_object().is_none_or(|one| one.len() == 0);
        if alternatives.is_empty() || alternatives.iter().any(is_open) {
            return None;
        }
        let schemes = |one: &'d Node<'d>| {
            let names = one.as_object().into_iter().flat_map(Object::iter);
            let names = names.take(NAMES_MAX).map(|(name, _)| self.shown(name));
            names.collect::<Vec<_>>().join(" and ")
        };
        let alternatives: Vec<_> = alternatives.iter().take(NAMES_MAX).map(schemes).collect();
        Some(alternatives.join(" or "))
    }

    /// A scheme by its name and kind.
    fn shown(&self, name: &str) -> String {
        let scheme = self.schemes.and_then(|schemes| schemes.get(name));
        let kind = scheme.and_then(|scheme| scheme.text("scheme").or_else(|| scheme.text("type")));
        match kind {
            Some(kind) => format!("`{}` ({})", shown(name), shown(kind)),
            None => format!("`{}`", shown(name)),
        }
    }

    /// Says once for the whole document how many of its operations will not work.
    pub(super) fn note(&self, limits: &Limits, operations: &[Operation], warnings: &mut Warnings) {
        let count = operations
            .iter()
            .filter(|operation| operation.needs_credentials)
            .count();
        if count > 0 {
            let message = format!(
                "{count} of {} operations need credentials, which the platform cannot store yet; \
                 the service will refuse them",
                operations.len()
            );
            warnings.push(limits.warnings_max, "/security", message);
        }
    }
}

impl<'d> Request<'_, 'd> {
    /// Warns when an operation needs credentials, and says whether it does.
    pub(super) fn note_security(
        &mut self,
        security: &Security<'d>,
        operation: &'d Node<'d>,
        at: &Pointer<'_>,
    ) -> bool {
        let Some(schemes) = security.needed(operation) else {
            return false;
        };
        let here = match operation.get("security") {
            Some(_) => at.key("security"),
            None => Pointer::Base("/security"),
        };
        let message = format!(
            "needs the credentials {schemes}, which the platform cannot store yet; it is called \
             without any"
        );
        self.warn(&here, message);
        true
    }
}
