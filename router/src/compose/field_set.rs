//! The selections inside `@key`, `@requires` and `@provides`.

use std::fmt::Write as _;

use apollo_compiler::ast::{Definition, Field, Selection};
use apollo_compiler::parser::Parser;
use apollo_compiler::{Name, Node};

/// Deeper than any honest field set, shallow enough for recursion over it.
const DEPTH_MAX: usize = 32;

/// A parsed selection without its outer braces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldSet {
    selections: Vec<Selection>,
}

impl FieldSet {
    /// Reads the text of a `fields` argument.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let document = Parser::new()
            .recursion_limit(DEPTH_MAX)
            .parse_ast(format!("{{ {text}\n}}"), "fields")
            .map_err(|failed| match failed.errors.iter().next() {
                Some(first) => first.error.to_string(),
                None => "not a selection".to_owned(),
            })?;
        let [Definition::OperationDefinition(operation)] = document.definitions.as_slice() else {
            return Err("more than one selection".to_owned());
        };
        let selections = operation.selection_set.clone();
        refuse_fragments_and_aliases(&selections)?;
        Ok(Self { selections })
    }

    /// A part of a field set; nothing where no selection is left.
    pub(crate) fn of(selections: Vec<Selection>) -> Option<Self> {
        (!selections.is_empty()).then_some(Self { selections })
    }

    pub(crate) fn selections(&self) -> &[Selection] {
        &self.selections
    }

    /// The first directive anywhere inside, which no field set may carry.
    pub(crate) fn directive(&self) -> Option<&Name> {
        first_directive(&self.selections)
    }
}

impl std::fmt::Display for FieldSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&print(&self.selections))
    }
}

/// Writes selections on one line, without outer braces.
pub(crate) fn print(selections: &[Selection]) -> String {
    let mut text = String::new();
    write_selections(&mut text, selections);
    text
}

fn write_selections(text: &mut String, selections: &[Selection]) {
    for (index, selection) in selections.iter().enumerate() {
        if index > 0 {
            text.push(' ');
        }
        match selection {
            Selection::Field(field) => write_field(text, field),
            Selection::InlineFragment(fragment) => {
                text.push_str("...");
                if let Some(condition) = &fragment.type_condition {
                    text.push_str(" on ");
                    text.push_str(condition);
                }
                write_nested(text, &fragment.selection_set);
            }
            Selection::FragmentSpread(spread) => {
                text.push_str("...");
                text.push_str(&spread.fragment_name);
            }
        }
    }
}

fn write_field(text: &mut String, field: &Node<Field>) {
    text.push_str(&field.name);
    for (index, argument) in field.arguments.iter().enumerate() {
        text.push_str(if index == 0 { "(" } else { ", " });
        let _ = write!(
            text,
            "{}: {}",
            argument.name,
            argument.value.serialize().no_indent()
        );
    }
    if !field.arguments.is_empty() {
        text.push(')');
    }
    if !field.selection_set.is_empty() {
        write_nested(text, &field.selection_set);
    }
}

fn write_nested(text: &mut String, selections: &[Selection]) {
    text.push_str(" { ");
    write_selections(text, selections);
    text.push_str(" }");
}

fn refuse_fragments_and_aliases(selections: &[Selection]) -> Result<(), String> {
    for selection in selections {
        match selection {
            Selection::Field(field) if field.alias.is_some() => {
                return Err(format!("field '{}' has an alias", field.name));
            }
            Selection::Field(field) => refuse_fragments_and_aliases(&field.selection_set)?,
            Selection::InlineFragment(fragment) => {
                refuse_fragments_and_aliases(&fragment.selection_set)?
            }
            Selection::FragmentSpread(spread) => {
                return Err(format!(
                    "fragment '{}' is defined nowhere",
                    spread.fragment_name
                ));
            }
        }
    }
    Ok(())
}

fn first_directive(selections: &[Selection]) -> Option<&Name> {
    selections.iter().find_map(|selection| {
        let (directives, nested) = match selection {
            Selection::Field(field) => (&field.directives, field.selection_set.as_slice()),
            Selection::InlineFragment(fragment) => {
                (&fragment.directives, fragment.selection_set.as_slice())
            }
            Selection::FragmentSpread(spread) => (&spread.directives, [].as_slice()),
        };
        directives
            .first()
            .map(|directive| &directive.name)
            .or_else(|| first_directive(nested))
    })
}
