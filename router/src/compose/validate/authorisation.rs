//! `@authenticated`, `@requiresScopes`, `@policy`: on what is resolved, not on what only promises to be.

use super::Check;
use crate::compose::diagnostics::{Code, Location};
use crate::compose::model::{DEMANDS, Kind, TypeDef};

impl Check<'_> {
    /// An interface is guarded by its implementations: a demand of its own would be easy to walk around.
    pub(crate) fn authorisation(&mut self, ty: &TypeDef) {
        let Some(composite) = ty.composite() else {
            return;
        };
        if !matches!(ty.kind, Kind::Interface(_)) && !composite.interface_object {
            return;
        }
        for directive in &ty.applied {
            self.refuse_demand(&directive.name, &ty.name, ty.location);
        }
        if composite.interface_object {
            return;
        }
        for (name, field) in &composite.fields {
            for directive in &field.applied {
                let element = format!("{}.{name}", ty.name);
                self.refuse_demand(&directive.name, &element, field.location);
            }
        }
    }

    fn refuse_demand(&mut self, directive: &str, element: &str, location: Option<Location>) {
        if DEMANDS.contains(&directive) {
            let message = format!(
                "'@{directive}' cannot stand on '{element}' of an interface, put it on the implementations"
            );
            self.error(Code::AuthRequirementsOnInterface, location, message);
        }
    }
}
