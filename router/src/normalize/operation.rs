//! The normalized operation: what is planned.

use std::collections::BTreeSet;
use std::fmt::Write;

use apollo_compiler::Name;
use indexmap::IndexMap;

use crate::normalize::arguments::{self, Argument};
use crate::subgraph::OperationKind;

/// Merged selections below one place: fields by neutral name, and what only some types have.
#[derive(Default)]
pub(crate) struct Selections {
    pub(crate) fields: IndexMap<String, NeutralField>,
    pub(crate) fragments: IndexMap<Name, Selections>,
    /// The client asks for the concrete type of an abstract one.
    pub(crate) asks_type: bool,
}

/// A field under its neutral name.
pub(crate) struct NeutralField {
    pub(crate) field: String,
    pub(crate) arguments: Vec<(String, usize)>,
    pub(crate) below: Option<Selections>,
}

impl Selections {
    /// One field.
    pub(crate) fn single(name: String, field: NeutralField) -> Self {
        Self {
            fields: IndexMap::from([(name, field)]),
            ..Self::default()
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        !self.asks_type && self.fields.is_empty() && self.fragments.values().all(Self::is_empty)
    }
}

/// Writes one operation with the variables that it uses.
pub(crate) fn print(
    kind: OperationKind,
    selections: &Selections,
    arguments: &[Argument],
) -> String {
    let mut printer = Printer::default();
    printer.text.push('{');
    printer.selections(selections);
    printer.text.push('}');

    let variables: Vec<_> = printer
        .used
        .iter()
        .map(|&position| {
            let ty = &arguments[position].ty;
            format!("${}:{ty}", arguments::variable(position))
        })
        .collect();
    let variables = if variables.is_empty() {
        String::new()
    } else {
        format!("({})", variables.join(","))
    };
    format!("{}{variables}{}", kind.as_str(), printer.text)
}

#[derive(Default)]
struct Printer {
    text: String,
    used: BTreeSet<usize>,
}

impl Printer {
    fn field(&mut self, name: &str, field: &NeutralField) {
        if name != field.field {
            self.text.push_str(name);
            self.text.push(':');
        }
        self.text.push_str(&field.field);
        self.text.push_str(&arguments::print(&field.arguments));
        self.used
            .extend(field.arguments.iter().map(|(_, position)| position));
        if let Some(below) = &field.below {
            self.text.push('{');
            self.selections(below);
            self.text.push('}');
        } else {
            self.text.push(' ');
        }
    }

    fn selections(&mut self, selections: &Selections) {
        if selections.asks_type {
            self.text.push_str("__typename ");
        }
        for (name, field) in &selections.fields {
            self.field(name, field);
        }
        self.fragments(&selections.fragments);
    }

    fn fragments(&mut self, fragments: &IndexMap<Name, Selections>) {
        for (ty, selections) in fragments {
            if selections.is_empty() {
                continue;
            }
            write!(self.text, "...on {ty}{{").expect("writing to a string does not fail");
            self.selections(selections);
            self.text.push('}');
        }
    }
}
