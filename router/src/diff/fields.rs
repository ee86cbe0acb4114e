//! Compares output fields.

use apollo_compiler::Name;
use apollo_compiler::ast::Type;
use apollo_compiler::collections::IndexMap;
use apollo_compiler::schema::{Component, FieldDefinition};

use super::inputs::{ARGUMENT, Owner};
use super::metadata::Described;
use super::{Changes, Code};

type Fields = IndexMap<Name, Component<FieldDefinition>>;

impl Changes {
    pub(super) fn fields(&mut self, ty: &Name, old: &Fields, new: &Fields) {
        for (name, before) in old {
            let coordinate = format!("{ty}.{name}");
            match new.get(name) {
                Some(after) => self.field(&coordinate, before, after),
                None => {
                    let message = format!("field '{coordinate}' was removed");
                    self.add(Code::FieldRemoved, &coordinate, message);
                }
            }
        }
        for name in new.keys().filter(|name| !old.contains_key(*name)) {
            let coordinate = format!("{ty}.{name}");
            let message = format!("field '{coordinate}' was added");
            self.add(Code::FieldAdded, &coordinate, message);
        }
    }

    fn field(&mut self, coordinate: &str, old: &FieldDefinition, new: &FieldDefinition) {
        if old.ty != new.ty {
            // A client copes with what promises at least as much as before.
            let code = if promises(&new.ty, &old.ty) {
                Code::FieldChangedKindSafe
            } else {
                Code::FieldChangedKind
            };
            let message = format!(
                "field '{coordinate}' was of type '{}' and is now of type '{}'",
                old.ty, new.ty
            );
            self.add(code, coordinate, message);
        }
        let owner = Owner {
            coordinate,
            codes: &ARGUMENT,
        };
        self.arguments(&owner, &old.arguments, &new.arguments);
        self.metadata(
            coordinate,
            &Described::of_field(old),
            &Described::of_field(new),
        );
    }
}

/// Whether every value of `narrow` is one of `wide`, the names of types being the same.
pub(super) fn promises(narrow: &Type, wide: &Type) -> bool {
    match (narrow, wide) {
        (Type::Named(narrow) | Type::NonNullNamed(narrow), Type::Named(wide))
        | (Type::NonNullNamed(narrow), Type::NonNullNamed(wide)) => narrow == wide,
        (Type::List(narrow) | Type::NonNullList(narrow), Type::List(wide))
        | (Type::NonNullList(narrow), Type::NonNullList(wide)) => promises(narrow, wide),
        _ => false,
    }
}
