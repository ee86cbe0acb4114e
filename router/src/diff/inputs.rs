//! Compares what clients send: arguments of fields and of directives, input fields.

use apollo_compiler::ast::InputValueDefinition;
use apollo_compiler::collections::IndexMap;
use apollo_compiler::schema::Component;
use apollo_compiler::{Name, Node};

use super::fields::promises;
use super::metadata::Described;
use super::{Changes, Code};
use crate::compose::canonical;

/// The codes of one kind of input.
pub(super) struct Codes {
    noun: &'static str,
    removed: Code,
    required_added: Code,
    optional_added: Code,
    narrowed: Code,
    widened: Code,
    default_added: Code,
    default_changed: Code,
    default_needed: Code,
}

pub(super) const ARGUMENT: Codes = Codes {
    noun: "argument",
    removed: Code::ArgRemoved,
    required_added: Code::RequiredArgAdded,
    optional_added: Code::OptionalArgAdded,
    narrowed: Code::ArgChangedKind,
    widened: Code::ArgChangedKindSafe,
    default_added: Code::ArgDefaultValueAdded,
    default_changed: Code::ArgDefaultValueChange,
    default_needed: Code::RequiredArgDefaultRemoved,
};

pub(super) const DIRECTIVE_ARGUMENT: Codes = Codes {
    noun: "argument",
    removed: Code::DirectiveArgRemoved,
    required_added: Code::RequiredDirectiveArgAdded,
    optional_added: Code::OptionalDirectiveArgAdded,
    narrowed: Code::DirectiveArgChangedKind,
    widened: Code::DirectiveArgChangedKindSafe,
    default_added: Code::DirectiveArgDefaultValueAdded,
    default_changed: Code::DirectiveArgDefaultValueChange,
    default_needed: Code::RequiredDirectiveArgDefaultRemoved,
};

const INPUT_FIELD: Codes = Codes {
    noun: "input field",
    removed: Code::FieldRemoved,
    required_added: Code::RequiredInputFieldAdded,
    optional_added: Code::OptionalInputFieldAdded,
    narrowed: Code::FieldChangedKind,
    widened: Code::FieldChangedKindSafe,
    default_added: Code::InputFieldDefaultValueAdded,
    default_changed: Code::InputFieldDefaultValueChange,
    default_needed: Code::RequiredInputFieldDefaultRemoved,
};

/// What arguments belong to.
pub(super) struct Owner<'a> {
    pub(super) coordinate: &'a str,
    pub(super) codes: &'a Codes,
}

type Arguments = [Node<InputValueDefinition>];

impl Changes {
    pub(super) fn arguments(&mut self, owner: &Owner<'_>, old: &Arguments, new: &Arguments) {
        let find = |all: &'_ Arguments, name: &Name| all.iter().position(|one| one.name == *name);
        let coordinate = |name: &Name| format!("{}({name}:)", owner.coordinate);
        for before in old {
            let after = find(new, &before.name).map(|index| &*new[index]);
            self.input(&coordinate(&before.name), before, after, owner.codes);
        }
        for after in new {
            if find(old, &after.name).is_none() {
                self.input_added(&coordinate(&after.name), after, owner.codes);
            }
        }
        let names = |all: &Arguments, other: &Arguments| {
            let kept = all.iter().map(|one| one.name.clone());
            kept.filter(|name| find(other, name).is_some())
                .collect::<Vec<_>>()
        };
        if names(old, new) != names(new, old) {
            let message = format!(
                "the arguments of '{}' are in another order, which only matters to generated code",
                owner.coordinate
            );
            self.add(Code::ArgsReordered, owner.coordinate, message);
        }
    }

    pub(super) fn input_fields(
        &mut self,
        ty: &Name,
        old: &IndexMap<Name, Component<InputValueDefinition>>,
        new: &IndexMap<Name, Component<InputValueDefinition>>,
    ) {
        for (name, before) in old {
            let after = new.get(name).map(|after| &***after);
            self.input(&format!("{ty}.{name}"), before, after, &INPUT_FIELD);
        }
        for (name, after) in new.iter().filter(|(name, _)| !old.contains_key(*name)) {
            self.input_added(&format!("{ty}.{name}"), after, &INPUT_FIELD);
        }
    }

    fn input_added(&mut self, coordinate: &str, input: &InputValueDefinition, codes: &Codes) {
        let required = input.ty.is_non_null() && input.default_value.is_none();
        let (code, how) = if required {
            (codes.required_added, "required")
        } else {
            (codes.optional_added, "optional")
        };
        let message = format!("{how} {} '{coordinate}' was added", codes.noun);
        self.add(code, coordinate, message);
    }

    fn input(
        &mut self,
        coordinate: &str,
        old: &InputValueDefinition,
        new: Option<&InputValueDefinition>,
        codes: &Codes,
    ) {
        let noun = codes.noun;
        let Some(new) = new else {
            let message = format!("{noun} '{coordinate}' was removed");
            self.add(codes.removed, coordinate, message);
            return;
        };
        if old.ty != new.ty {
            let code = if promises(&old.ty, &new.ty) {
                codes.widened
            } else {
                codes.narrowed
            };
            let message = format!(
                "{noun} '{coordinate}' was of type '{}' and is now of type '{}'",
                old.ty, new.ty
            );
            self.add(code, coordinate, message);
        }
        self.default_value(coordinate, old, new, codes);
        self.metadata(
            coordinate,
            &Described::of_input(old),
            &Described::of_input(new),
        );
    }

    fn default_value(
        &mut self,
        coordinate: &str,
        old: &InputValueDefinition,
        new: &InputValueDefinition,
        codes: &Codes,
    ) {
        let noun = codes.noun;
        let default = |input: &InputValueDefinition| input.default_value.as_deref().map(canonical);
        match (default(old), default(new)) {
            (Some(old), Some(new)) if old != new => {
                let message = format!("{noun} '{coordinate}' had the default '{old}', now '{new}'");
                self.add(codes.default_changed, coordinate, message);
            }
            (Some(default), None) => {
                let message =
                    format!("{noun} '{coordinate}' no longer has the default '{default}'");
                // Who left it out is refused now; what was nullable is reported for its type.
                let needed = old.ty.is_non_null() && new.ty.is_non_null();
                let code = if needed {
                    codes.default_needed
                } else {
                    codes.default_changed
                };
                self.add(code, coordinate, message);
            }
            (None, Some(new)) => {
                let message = format!("{noun} '{coordinate}' now has the default '{new}'");
                self.add(codes.default_added, coordinate, message);
            }
            _ => {}
        }
    }
}
