//! Checks the federation directives of each subgraph on their own.

mod authorisation;
mod costs;
mod external;
mod keys;
mod overrides;
mod provides;
mod requires;
mod shareable;

use super::diagnostics::{Code, Diagnostics, Location};
use super::model::{Field, Kind, Subgraph, TypeDef};

/// Checks one subgraph.
pub(crate) fn validate(subgraph: &Subgraph, diagnostics: &mut Diagnostics) {
    let mut check = Check {
        subgraph,
        diagnostics,
    };
    for ty in subgraph.types.values() {
        check.keys(ty);
        check.authorisation(ty);
        let Some(composite) = ty.composite() else {
            continue;
        };
        for (name, field) in &composite.fields {
            let site = Site {
                ty,
                name,
                field,
                on_interface: matches!(ty.kind, Kind::Interface(_)),
            };
            check.external(&site);
            check.requires(&site);
            check.provides(&site);
            check.shareable(&site);
            check.overrides(&site);
            check.costs(&site);
        }
    }
}

/// Where field directives are being checked.
struct Site<'a> {
    ty: &'a TypeDef,
    name: &'a str,
    field: &'a Field,
    on_interface: bool,
}

impl std::fmt::Display for Site<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "'{}.{}'", self.ty.name, self.name)
    }
}

/// One subgraph and the bag for what is wrong with it.
struct Check<'a> {
    subgraph: &'a Subgraph,
    diagnostics: &'a mut Diagnostics,
}

impl Check<'_> {
    fn error(&mut self, code: Code, location: Option<Location>, message: String) {
        self.diagnostics
            .error_in(code, &self.subgraph.name, location, message);
    }
}
