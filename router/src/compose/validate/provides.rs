//! `@provides`: external fields that this subgraph can answer along one path.

use super::{Check, Site};
use crate::compose::diagnostics::Code;
use crate::compose::model::Kind;
use crate::compose::selection::{Step, walk};

impl Check<'_> {
    pub(crate) fn provides(&mut self, site: &Site<'_>) {
        let Some(provides) = &site.field.marks.provides else {
            return;
        };
        let location = site.field.location;
        if site.on_interface {
            let message = format!("'@provides' cannot stand on {site}, a field of an interface");
            self.error(Code::ProvidesUnsupportedOnInterface, location, message);
            return;
        }
        let subgraph = self.subgraph;
        let target = site.field.ty.inner_named_type();
        let kind = subgraph.types.get(target).map(|ty| &ty.kind);
        if !matches!(
            kind,
            Some(Kind::Object(_) | Kind::Interface(_) | Kind::Union(_))
        ) {
            let message = format!(
                "'@provides' of {site} has nothing to provide, '{}' has no fields",
                site.field.ty
            );
            self.error(Code::ProvidesOnNonObjectField, location, message);
            return;
        }
        let prefix = format!("'@provides(fields: \"{provides}\")' of {site}");
        walk(subgraph, target, provides.selections(), &mut |step| {
            if let Some((code, reason)) = self.refuse_provided(&step) {
                self.error(code, location, format!("{prefix}{reason}"));
            }
        });
    }

    fn refuse_provided(&self, step: &Step<'_>) -> Option<(Code, String)> {
        match step {
            Step::Fault(reason) => Some((Code::ProvidesInvalidFields, format!(": {reason}"))),
            Step::Field {
                parent,
                name,
                field,
                ..
            } if !field.arguments.is_empty() => {
                let reason = format!(" selects '{}.{name}', which takes arguments", parent.name);
                Some((Code::ProvidesFieldsHasArgs, reason))
            }
            Step::Field { parent, name, .. } if self.lacks_external(step) => {
                let reason = format!(
                    " selects '{}.{name}', which has to be '@external'",
                    parent.name
                );
                Some((Code::ProvidesFieldsMissingExternal, reason))
            }
            Step::Field { .. } => None,
        }
    }
}
