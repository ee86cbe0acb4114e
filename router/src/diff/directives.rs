//! Compares the definitions of directives.

use std::collections::BTreeSet;

use apollo_compiler::ast::DirectiveDefinition;
use apollo_compiler::{Name, Node, Schema};

use super::inputs::{DIRECTIVE_ARGUMENT, Owner};
use super::metadata::{Described, sorted_names};
use super::{Changes, Code};

/// Every schema has these, whether it prints them or not.
const SPECIFIED: &[&str] = &["skip", "include", "deprecated", "specifiedBy", "oneOf"];

impl Changes {
    pub(super) fn directives(&mut self, old: &Schema, new: &Schema) {
        for (name, before) in own_directives(old) {
            let coordinate = format!("@{name}");
            match new.directive_definitions.get(name) {
                Some(after) => self.directive(&coordinate, before, after),
                None => {
                    let message = format!("directive '{coordinate}' was removed");
                    self.add(Code::DirectiveRemoved, &coordinate, message);
                }
            }
        }
        for (name, _) in own_directives(new) {
            if !old.directive_definitions.contains_key(name) {
                let coordinate = format!("@{name}");
                let message = format!("directive '{coordinate}' was added");
                self.add(Code::DirectiveAdded, &coordinate, message);
            }
        }
    }

    fn directive(
        &mut self,
        coordinate: &str,
        old: &DirectiveDefinition,
        new: &DirectiveDefinition,
    ) {
        let locations = |directive: &DirectiveDefinition| {
            let names = directive.locations.iter().map(|location| location.name());
            names.collect::<BTreeSet<_>>()
        };
        for location in locations(old).difference(&locations(new)) {
            let message = format!("directive '{coordinate}' may no longer stand on {location}");
            self.add(Code::DirectiveLocationRemoved, coordinate, message);
        }
        for location in locations(new).difference(&locations(old)) {
            let message = format!("directive '{coordinate}' may now stand on {location}");
            self.add(Code::DirectiveLocationAdded, coordinate, message);
        }
        match (old.repeatable, new.repeatable) {
            (true, false) => {
                let message = format!("directive '{coordinate}' may no longer be repeated");
                self.add(Code::DirectiveRepeatableRemoved, coordinate, message);
            }
            (false, true) => {
                let message = format!("directive '{coordinate}' may now be repeated");
                self.add(Code::DirectiveRepeatableAdded, coordinate, message);
            }
            _ => {}
        }
        let owner = Owner {
            coordinate,
            codes: &DIRECTIVE_ARGUMENT,
        };
        self.arguments(&owner, &old.arguments, &new.arguments);
        self.metadata(
            coordinate,
            &Described::of_directive(old),
            &Described::of_directive(new),
        );
    }
}

fn own_directives(schema: &Schema) -> impl Iterator<Item = (&Name, &Node<DirectiveDefinition>)> {
    sorted_names(&schema.directive_definitions)
        .filter(|(name, _)| !SPECIFIED.contains(&name.as_str()))
}
