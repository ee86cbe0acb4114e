//! What one operation may ask for, measured before anything expensive looks at it.
//!
//! Fragments are measured as expanded, in time linear in the document: 800 bytes of nested
//! spreads can stand for millions of selections.

use std::collections::HashMap;

use apollo_compiler::Name;
use apollo_compiler::ast::{Definition, Document, FragmentDefinition, Selection};

use crate::error::{Code, GraphQLError};

/// Upper bounds for one document.
#[derive(Clone, Copy, Debug)]
pub struct Budgets {
    /// Tokens in the document.
    pub tokens_max: usize,
    /// Fields below one another.
    pub depth_max: u32,
    /// Aliases, fragments expanded.
    pub aliases_max: u64,
    /// Fields at the root, fragments expanded.
    pub root_fields_max: u64,
    /// Selections altogether, fragments expanded.
    pub selections_max: u64,
}

impl Default for Budgets {
    fn default() -> Self {
        Self {
            tokens_max: 10_000,
            depth_max: 24,
            aliases_max: 100,
            root_fields_max: 50,
            selections_max: 5_000,
        }
    }
}

/// Selection sets in one another, fragments included; deeper recursion is not even measured.
const NESTING_MAX: u32 = 200;

#[derive(Clone, Copy, Default)]
struct Cost {
    depth: u32,
    aliases: u64,
    fields: u64,
    selections: u64,
}

impl Cost {
    fn add(&mut self, other: Self) {
        self.depth = self.depth.max(other.depth);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.fields = self.fields.saturating_add(other.fields);
        self.selections = self.selections.saturating_add(other.selections);
    }
}

struct Meter<'a> {
    fragments: HashMap<&'a Name, &'a FragmentDefinition>,
    /// `None` while a fragment is being measured: a cycle, which validation will name.
    measured: HashMap<&'a Name, Option<Cost>>,
    nesting: u32,
}

/// Refuses a document any of whose operations goes over a budget.
pub(crate) fn check(document: &Document, budgets: &Budgets) -> Result<(), GraphQLError> {
    let fragments = document.definitions.iter().filter_map(|definition| {
        let fragment = definition.as_fragment_definition()?;
        Some((&fragment.name, &**fragment))
    });
    let mut meter = Meter {
        fragments: fragments.collect(),
        measured: HashMap::new(),
        nesting: 0,
    };
    for definition in &document.definitions {
        if let Definition::OperationDefinition(operation) = definition {
            let cost = meter.measure(&operation.selection_set)?;
            compare(cost, budgets)?;
        }
    }
    Ok(())
}

fn compare(cost: Cost, budgets: &Budgets) -> Result<(), GraphQLError> {
    let limits = [
        ("selections", cost.selections, budgets.selections_max),
        ("levels", cost.depth.into(), budgets.depth_max.into()),
        ("aliases", cost.aliases, budgets.aliases_max),
        ("root fields", cost.fields, budgets.root_fields_max),
    ];
    for (what, cost, max) in limits {
        if cost > max {
            return Err(over(what, max));
        }
    }
    Ok(())
}

fn over(what: &str, max: u64) -> GraphQLError {
    GraphQLError::new(
        Code::ValidationFailed,
        format!("operation has more than {max} {what}; ask for less, or in several requests"),
    )
}

impl<'a> Meter<'a> {
    fn measure(&mut self, selections: &'a [Selection]) -> Result<Cost, GraphQLError> {
        if self.nesting >= NESTING_MAX {
            return Err(over("nested selection sets", NESTING_MAX.into()));
        }
        self.nesting += 1;
        let mut total = Cost::default();
        for selection in selections {
            let cost = self.measure_one(selection)?;
            total.add(cost);
        }
        self.nesting -= 1;
        Ok(total)
    }

    fn measure_one(&mut self, selection: &'a Selection) -> Result<Cost, GraphQLError> {
        let mut cost = match selection {
            Selection::Field(field) => {
                let below = self.measure(&field.selection_set)?;
                Cost {
                    depth: below.depth + 1,
                    aliases: below.aliases.saturating_add(field.alias.is_some().into()),
                    fields: 1,
                    selections: below.selections,
                }
            }
            Selection::InlineFragment(fragment) => self.measure(&fragment.selection_set)?,
            Selection::FragmentSpread(spread) => self.measure_fragment(&spread.fragment_name)?,
        };
        cost.selections = cost.selections.saturating_add(1);
        Ok(cost)
    }

    fn measure_fragment(&mut self, name: &'a Name) -> Result<Cost, GraphQLError> {
        if let Some(measured) = self.measured.get(name) {
            return Ok(measured.unwrap_or_default());
        }
        let Some(fragment) = self.fragments.get(name).copied() else {
            return Ok(Cost::default());
        };
        self.measured.insert(name, None);
        let cost = self.measure(&fragment.selection_set)?;
        self.measured.insert(name, Some(cost));
        Ok(cost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(text: &str) -> Result<(), String> {
        let document = Document::parse(text, "query.graphql").expect("the test is GraphQL");
        check(&document, &Budgets::default()).map_err(|error| error.message)
    }

    #[test]
    fn an_ordinary_query_passes() {
        assert_eq!(verdict("{ me { name friends { name } } }"), Ok(()));
    }

    #[test]
    fn a_fragment_bomb_is_measured_as_expanded() {
        let mut text = "{ ...F0 }".to_owned();
        for level in 0..20 {
            let next = level + 1;
            text += &format!(" fragment F{level} on Query {{ ...F{next} ...F{next} }}");
        }
        text += " fragment F20 on Query { a }";
        assert!(text.len() < 1_000);

        let refused = verdict(&text).unwrap_err();
        assert!(refused.contains("more than 5000 selections"), "{refused}");
    }

    #[test]
    fn each_budget_is_named() {
        let deep = format!("{}a{}", "{ a ".repeat(30), " }".repeat(30));
        let aliased: String = (0..101).map(|n| format!("a{n}: b ")).collect();
        let wide: String = (0..51).map(|n| format!("f{n} ")).collect();
        assert!(verdict(&deep).unwrap_err().contains("24 levels"));
        let nested = format!("{{ x {{ {aliased} }} }}");
        assert!(verdict(&nested).unwrap_err().contains("100 aliases"));
        let refused = verdict(&format!("{{ {wide} }}")).unwrap_err();
        assert!(refused.contains("50 root fields"), "{refused}");
    }

    #[test]
    fn cycles_end() {
        let text = "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }";
        assert_eq!(verdict(text), Ok(()));
    }
}
