//! `@external`: only where something refers to the field.

use super::{Check, Site};
use crate::compose::diagnostics::Code;
use crate::compose::model::{Kind, TypeDef};

impl Check<'_> {
    pub(crate) fn external(&mut self, site: &Site<'_>) {
        let marks = &site.field.marks;
        if !marks.external {
            return;
        }
        let location = site.field.location;
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

    /// Whether an interface field is external where it matters, in an implementation.
    pub(crate) fn external_in_implementations(&self, parent: &TypeDef, field: &str) -> bool {
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
