//! `@requires`: external fields that the router brings along.

use super::{Check, Site};
use crate::compose::diagnostics::Code;
use crate::compose::selection::{Step, walk};

impl Check<'_> {
    pub(crate) fn requires(&mut self, site: &Site<'_>) {
        let Some(requires) = &site.field.marks.requires else {
            return;
        };
        let location = site.field.location;
        if site.on_interface {
            let message = format!("'@requires' cannot stand on {site}, a field of an interface");
            self.error(Code::RequiresUnsupportedOnInterface, location, message);
            return;
        }
        let prefix = format!("'@requires(fields: \"{requires}\")' of {site}");
        walk(
            self.subgraph,
            &site.ty.name,
            requires.selections(),
            &mut |step| match &step {
                Step::Fault(reason) => {
                    self.error(
                        Code::RequiresInvalidFields,
                        location,
                        format!("{prefix}: {reason}"),
                    );
                }
                Step::Field { parent, name, .. } if self.lacks_external(&step) => {
                    let message = format!(
                        "{prefix} selects '{}.{name}', which has to be '@external'",
                        parent.name
                    );
                    self.error(Code::RequiresFieldsMissingExternal, location, message);
                }
                Step::Field { .. } => {}
            },
        );
    }
}
