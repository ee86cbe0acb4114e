//! `@requires`: external fields that the router brings along.

use super::{Check, Site};
use crate::compose::diagnostics::Code;
use crate::compose::selection::{Step, walk};

impl Check<'_> {
    pub(crate) fn requires(&mut self, site: &Site<'_>) {
        let Some(requires) = &site.field.marks.requires else {
            return;
        };
        if site.on_interface {
            let message = format!("'@requires' cannot stand on {site}, a field of an interface");
            self.error(
                Code::RequiresUnsupportedOnInterface,
                site.field.location,
                message,
            );
            return;
        }
        let prefix = format!("'@requires(fields: \"{requires}\")' of {site}");
        let subgraph = self.subgraph;
        walk(
            subgraph,
            &site.ty.name,
            requires.selections(),
            &mut |step| {
                let (code, message) = match step {
                    Step::Fault(reason) => {
                        (Code::RequiresInvalidFields, format!("{prefix}: {reason}"))
                    }
                    Step::Field {
                        parent,
                        name,
                        field,
                        selection,
                        below_external,
                    } => {
                        let is_leaf = selection.selection_set.is_empty();
                        if !is_leaf
                            || below_external
                            || field.marks.external
                            || self.external_in_implementations(parent, name)
                        {
                            return;
                        }
                        let message = format!(
                            "{prefix} selects '{}.{name}', which has to be '@external'",
                            parent.name
                        );
                        (Code::RequiresFieldsMissingExternal, message)
                    }
                };
                self.diagnostics
                    .error_in(code, &subgraph.name, site.field.location, message);
            },
        );
    }
}
