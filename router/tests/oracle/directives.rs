//! Compares the directives that two supergraphs carry beside those of the join specification.

use std::collections::{BTreeMap, BTreeSet};

use apollo_compiler::Schema;
use apollo_compiler::ast::{Directive, InputValueDefinition, Value};
use apollo_compiler::schema::ExtendedType;

use super::compositions::Finding;
use super::differences::Aspect;

const CARRIED: &[&str] = &[
    "authenticated",
    "cost",
    "deprecated",
    "inaccessible",
    "listSize",
    "oneOf",
    "policy",
    "requiresScopes",
    "specifiedBy",
    "tag",
];

/// What each element carries.
type Carried = BTreeMap<String, BTreeSet<String>>;

/// The elements that carry something else.
pub(crate) fn compare(ours: &str, theirs: &str) -> Option<Finding> {
    let (ours, theirs) = (carried(ours), carried(theirs));
    let elements: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
    let differing = elements
        .into_iter()
        .filter(|element| ours.get(*element) != theirs.get(*element));
    let texts: Vec<String> = differing
        .map(|element| {
            let (ours, theirs) = (ours.get(element), theirs.get(element));
            format!("'{element}' carries {ours:?}, theirs {theirs:?}")
        })
        .collect();
    let aspect = Aspect::Directives;
    let text = texts.join("; ");
    (!text.is_empty()).then_some(Finding { aspect, text })
}

fn carried(sdl: &str) -> Carried {
    let schema = Schema::builder()
        .ignore_builtin_redefinitions()
        .parse(sdl, "supergraph.graphql")
        .build()
        .unwrap();
    let mut all = Carried::new();
    for (name, ty) in schema.types.iter().filter(|(_, ty)| !ty.is_built_in()) {
        note(&mut all, name, ty.directives().iter().map(|one| &*one.node));
        let fields = match ty {
            ExtendedType::Object(object) => &object.fields,
            ExtendedType::Interface(interface) => &interface.fields,
            ExtendedType::Enum(ty) => {
                for (value, definition) in &ty.values {
                    let directives = definition.directives.iter().map(|one| &**one);
                    note(&mut all, &format!("{name}.{value}"), directives);
                }
                continue;
            }
            ExtendedType::InputObject(object) => {
                for (field, definition) in &object.fields {
                    note_input(&mut all, &format!("{name}.{field}"), definition);
                }
                continue;
            }
            ExtendedType::Scalar(_) | ExtendedType::Union(_) => continue,
        };
        for (field, definition) in fields {
            let element = format!("{name}.{field}");
            note(
                &mut all,
                &element,
                definition.directives.iter().map(|one| &**one),
            );
            for argument in &definition.arguments {
                note_input(
                    &mut all,
                    &format!("{element}({}:)", argument.name),
                    argument,
                );
            }
        }
    }
    all
}

fn note_input(all: &mut Carried, element: &str, input: &InputValueDefinition) {
    note(all, element, input.directives.iter().map(|one| &**one));
}

fn note<'a>(all: &mut Carried, element: &str, directives: impl Iterator<Item = &'a Directive>) {
    let texts: BTreeSet<String> = directives
        .filter(|directive| CARRIED.contains(&directive.name.as_str()))
        .map(text)
        .collect();
    if !texts.is_empty() {
        all.insert(element.to_owned(), texts);
    }
}

fn text(directive: &Directive) -> String {
    let arguments = directive.arguments.iter();
    let arguments: BTreeSet<String> = arguments
        .map(|argument| format!("{}: {}", argument.name, unordered(&argument.value)))
        .collect();
    format!("@{}{arguments:?}", directive.name)
}

/// Lists of scopes and policies are alternatives, and sets of what is needed: the order counts for nothing.
fn unordered(value: &Value) -> String {
    match value {
        Value::List(items) => {
            let items: BTreeSet<String> = items.iter().map(|item| unordered(item)).collect();
            format!("{items:?}")
        }
        leaf => leaf.serialize().no_indent().to_string(),
    }
}
