//! What in a request's variables changes the shape of an operation, and so its plan:
//! the truth of a variable in `@skip` or `@include`, the presence of one used as an argument.

use std::collections::HashSet;

use apollo_compiler::ast::{Directive, DirectiveList, Value as Literal};
use apollo_compiler::executable::{Operation, Selection, SelectionSet};
use apollo_compiler::{ExecutableDocument, Name};
use async_graphql::{Value, Variables};
use indexmap::IndexSet;

use crate::error::{Code, GraphQLError};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Switch {
    True(Name),
    Present(Name),
}

/// The switches of one operation, in a fixed order.
#[derive(Default)]
pub(crate) struct Switches {
    switches: IndexSet<Switch>,
}

/// How one request sets the switches; part of the key of its plan.
pub(crate) type Setting = Box<[bool]>;

/// Switches with their setting.
#[derive(Clone, Copy)]
pub(crate) struct Settings<'a> {
    switches: &'a Switches,
    setting: &'a [bool],
}

impl Switches {
    pub(crate) fn of(document: &ExecutableDocument, operation: &Operation) -> Self {
        let optional = operation
            .variables
            .iter()
            .filter(|variable| variable.default_value.is_none() && !variable.ty.is_non_null())
            .map(|variable| &variable.name)
            .collect();
        let mut collector = Collector {
            document,
            optional,
            seen: HashSet::new(),
            found: Self::default(),
        };
        collector.selections(&operation.selection_set);
        collector.found
    }

    /// Reads the setting from a request's variables.
    pub(crate) fn read(&self, variables: &Variables) -> Result<Setting, GraphQLError> {
        self.switches
            .iter()
            .map(|switch| match switch {
                Switch::Present(name) => Ok(variables.contains_key(name.as_str())),
                Switch::True(name) => match variables.get(name.as_str()) {
                    Some(Value::Boolean(truth)) => Ok(*truth),
                    _ => {
                        let message = format!("${name}: a condition must not be null");
                        Err(GraphQLError::new(Code::BadUserInput, message))
                    }
                },
            })
            .collect()
    }

    pub(crate) fn set<'a>(&'a self, setting: &'a [bool]) -> Settings<'a> {
        Settings {
            switches: self,
            setting,
        }
    }
}

impl Settings<'_> {
    fn get(&self, switch: &Switch) -> Option<bool> {
        let position = self.switches.switches.get_index_of(switch)?;
        self.setting.get(position).copied()
    }

    /// Whether a selection with these directives takes part.
    pub(crate) fn includes(&self, directives: &DirectiveList) -> bool {
        directives
            .iter()
            .all(|directive| match directive.name.as_str() {
                "skip" => !self.condition(directive),
                "include" => self.condition(directive),
                _ => true,
            })
    }

    fn condition(&self, directive: &Directive) -> bool {
        match directive
            .specified_argument_by_name("if")
            .map(|value| &**value)
        {
            Some(Literal::Boolean(truth)) => *truth,
            Some(Literal::Variable(name)) => {
                self.get(&Switch::True(name.clone())).unwrap_or_default()
            }
            _ => false,
        }
    }

    /// Whether a variable that stands alone as an argument has a value.
    pub(crate) fn is_present(&self, variable: &Name) -> bool {
        self.get(&Switch::Present(variable.clone())).unwrap_or(true)
    }
}

struct Collector<'a> {
    document: &'a ExecutableDocument,
    optional: HashSet<&'a Name>,
    seen: HashSet<&'a Name>,
    found: Switches,
}

impl<'a> Collector<'a> {
    fn selections(&mut self, set: &'a SelectionSet) {
        for selection in &set.selections {
            self.conditions(selection.directives());
            match selection {
                Selection::Field(field) => {
                    for argument in &field.arguments {
                        if let Literal::Variable(name) = &*argument.value
                            && self.optional.contains(name)
                        {
                            self.found.switches.insert(Switch::Present(name.clone()));
                        }
                    }
                    self.selections(&field.selection_set);
                }
                Selection::InlineFragment(fragment) => self.selections(&fragment.selection_set),
                Selection::FragmentSpread(spread) => {
                    if self.seen.insert(&spread.fragment_name)
                        && let Some(fragment) = spread.fragment_def(self.document)
                    {
                        self.selections(&fragment.selection_set);
                    }
                }
            }
        }
    }

    fn conditions(&mut self, directives: &DirectiveList) {
        for directive in directives.iter() {
            if matches!(directive.name.as_str(), "skip" | "include")
                && let Some(value) = directive.specified_argument_by_name("if")
                && let Literal::Variable(name) = &**value
            {
                self.found.switches.insert(Switch::True(name.clone()));
            }
        }
    }
}
