//! `@external`: only where something refers to the field.

use super::{Check, Site};
use crate::compose::diagnostics::Code;
use crate::compose::model::{Kind, TypeDef};
use crate::compose::selection::Step;

impl Check<'_> {
    pub(crate) fn external(&mut self, site: &Site<'_>) {
        let marks = &site.field.marks;
        if !marks.external {
            return;
        }
        let location = site.field.location;
        self.merged_directives(site);
        if site.on_interface {
            let message = format!("'@external' cannot stand on {site}, a field of an interface");
            self.error(Code::ExternalOnInterface, location, message);
        } else if !marks.used && !self.subgraph.has_unread_field_sets {
            let message = format!(
                "{site} is '@external' but no '@key', '@requires', '@provides' or interface refers to it, remove it"
            );
            self.error(Code::ExternalUnused, location, message);
        }
    }

    /// What is said about the field itself has to be said where it is resolved.
    fn merged_directives(&mut self, site: &Site<'_>) {
        if self.subgraph.federation_2.is_none() {
            return;
        }
        for directive in &site.field.applied {
            let name = directive.name.as_str();
            if matches!(name, "tag" | "inaccessible") {
                let message = format!(
                    "'@{name}' cannot stand on {site}, which is '@external'; put it where the field is resolved"
                );
                let code = Code::MergedDirectiveOnExternal;
                self.error(code, site.field.location, message);
            }
        }
    }

    /// Whether a selected leaf is this subgraph's own, although it should come from elsewhere.
    pub(crate) fn lacks_external(&self, step: &Step<'_>) -> bool {
        let Step::Field {
            parent,
            name,
            field,
            selection,
            below_external,
        } = step
        else {
            return false;
        };
        let is_leaf = selection.selection_set.is_empty();
        is_leaf
            && !below_external
            && !field.marks.external
            && !self.external_in_implementations(parent, name)
    }

    /// Whether an interface field is external where it matters, in an implementation.
    fn external_in_implementations(&self, parent: &TypeDef, field: &str) -> bool {
        matches!(parent.kind, Kind::Interface(_))
            && self
                .subgraph
                .possible_types(&parent.name)
                .into_iter()
                .any(|object| {
                    let body = self.subgraph.composite(object);
                    body.and_then(|body| body.fields.get(field))
                        .is_some_and(|field| field.marks.external)
                })
    }
}
