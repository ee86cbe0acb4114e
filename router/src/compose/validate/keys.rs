//! `@key`: plain fields of the type, which any subgraph can send back.

use super::Check;
use crate::compose::diagnostics::Code;
use crate::compose::model::{Key, Kind, TypeDef};
use crate::compose::selection::{Step, walk};

/// The minor version of federation 2 that made entities of interfaces.
const INTERFACE_KEYS_SINCE: u32 = 3;

impl Check<'_> {
    pub(crate) fn keys(&mut self, ty: &TypeDef) {
        let Some(composite) = ty.composite() else {
            return;
        };
        if composite.interface_object && composite.keys.is_empty() {
            let message = format!("'@interfaceObject' type '{}' needs a '@key'", ty.name);
            self.error(Code::InterfaceObjectUsage, ty.location, message);
        }
        let is_interface = matches!(ty.kind, Kind::Interface(_)) || composite.interface_object;
        let is_early = |minor: u32| minor < INTERFACE_KEYS_SINCE;
        if is_interface && self.subgraph.federation_2.is_some_and(is_early) {
            for key in &composite.keys {
                let message = format!(
                    "'@key' cannot stand on interface '{}' before federation v2.{INTERFACE_KEYS_SINCE}",
                    ty.name
                );
                self.error(Code::KeyUnsupportedOnInterface, key.location, message);
            }
            return;
        }
        for key in &composite.keys {
            self.key(ty, key);
            if matches!(ty.kind, Kind::Interface(_)) {
                self.key_of_implementations(ty, key);
            }
        }
    }

    fn key(&mut self, ty: &TypeDef, key: &Key) {
        let subgraph = self.subgraph;
        let prefix = format!("'@key(fields: \"{}\")' of '{}'", key.fields, ty.name);
        walk(subgraph, &ty.name, key.fields.selections(), &mut |step| {
            let (code, message) = match step {
                Step::Fault(reason) => (Code::KeyInvalidFields, format!("{prefix}: {reason}")),
                Step::Field {
                    parent,
                    name,
                    field,
                    ..
                } => {
                    let inner = subgraph
                        .types
                        .get(field.ty.inner_named_type())
                        .map(|ty| &ty.kind);
                    if !field.arguments.is_empty() {
                        (
                            Code::KeyFieldsHasArgs,
                            format!(
                                "{prefix} selects '{}.{name}', which takes arguments",
                                parent.name
                            ),
                        )
                    } else if matches!(inner, Some(Kind::Interface(_) | Kind::Union(_))) {
                        let message = format!(
                            "{prefix} selects '{}.{name}' of type '{}', but a key has no interfaces or unions",
                            parent.name, field.ty
                        );
                        (Code::KeyFieldsSelectInvalidType, message)
                    } else {
                        return;
                    }
                }
            };
            self.diagnostics
                .error_in(code, &subgraph.name, key.location, message);
        });
    }

    fn key_of_implementations(&mut self, interface: &TypeDef, key: &Key) {
        let wanted = key.fields.to_string();
        let subgraph = self.subgraph;
        for implementation in subgraph.possible_types(&interface.name) {
            let body = subgraph.composite(implementation);
            if body.is_some_and(|body| body.keys.iter().any(|own| own.fields.to_string() == wanted))
            {
                continue;
            }
            let message = format!(
                "interface '{}' has '@key(fields: \"{wanted}\")' but its implementation '{implementation}' has not",
                interface.name
            );
            self.error(Code::InterfaceKeyNotOnImplementation, key.location, message);
        }
    }
}
