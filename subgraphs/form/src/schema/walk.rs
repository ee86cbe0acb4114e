//! Where a JSON Schema has subschemas, and how each applies.

use serde_json::{Map, Value};

use crate::pointer::{Pointer, escape};

/// How a subschema relates to the schema that holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    /// Checks the same value, and must hold: `allOf`.
    Same,
    /// Checks the same value, as one of several possibilities.
    Choice,
    /// Checks the same value to decide about something else.
    Test,
    /// Checks a named property.
    Property,
    /// Checks any further property.
    AnyProperty,
    /// Checks items.
    Item,
    /// Checks nothing until it is referred to.
    Definition,
}

impl Relation {
    /// Whether the subschema is applied to the value itself, not to a part of it.
    pub(super) fn is_in_place(self) -> bool {
        matches!(self, Self::Same | Self::Choice | Self::Test)
    }
}

const KEYWORDS: [(&str, Relation); 21] = [
    ("properties", Relation::Property),
    ("$defs", Relation::Definition),
    ("definitions", Relation::Definition),
    ("patternProperties", Relation::AnyProperty),
    ("dependentSchemas", Relation::Test),
    ("allOf", Relation::Same),
    ("anyOf", Relation::Choice),
    ("oneOf", Relation::Choice),
    ("prefixItems", Relation::Item),
    ("items", Relation::Item),
    ("contains", Relation::Item),
    ("unevaluatedItems", Relation::Item),
    ("additionalProperties", Relation::AnyProperty),
    ("unevaluatedProperties", Relation::AnyProperty),
    ("propertyNames", Relation::AnyProperty),
    ("contentSchema", Relation::Definition),
    ("not", Relation::Test),
    ("if", Relation::Test),
    ("then", Relation::Test),
    ("else", Relation::Test),
    ("dependencies", Relation::Test),
];

/// A subschema, where it stands under its parent, and how it applies.
pub(super) struct Subschema<'a> {
    pub(super) suffix: String,
    pub(super) schema: &'a Value,
    pub(super) relation: Relation,
    /// The property it is for, when it is for one.
    pub(super) property: Option<&'a str>,
}

/// The direct subschemas of a schema.
pub(super) fn subschemas(schema: &Map<String, Value>) -> Vec<Subschema<'_>> {
    let mut found = Vec::new();
    for (keyword, relation) in KEYWORDS {
        match schema.get(keyword) {
            Some(Value::Array(list)) => {
                found.extend(list.iter().enumerate().map(|(at, schema)| Subschema {
                    suffix: format!("/{keyword}/{at}"),
                    schema,
                    relation,
                    property: None,
                }))
            }
            Some(Value::Object(named)) if is_map(keyword) => {
                found.extend(named.iter().map(|(name, schema)| Subschema {
                    suffix: format!("/{keyword}/{}", escape(name)),
                    schema,
                    relation,
                    property: (relation == Relation::Property).then_some(name.as_str()),
                }));
            }
            Some(schema @ (Value::Object(_) | Value::Bool(_))) => {
                found.push(Subschema {
                    suffix: format!("/{keyword}"),
                    schema,
                    relation,
                    property: None,
                });
            }
            _ => {}
        }
    }
    found
}

fn is_map(keyword: &str) -> bool {
    matches!(
        keyword,
        "properties"
            | "$defs"
            | "definitions"
            | "patternProperties"
            | "dependentSchemas"
            | "dependencies"
    )
}

/// Calls `change` on every schema object of the document, parents first.
///
/// The flag says whether a form could have a field there: not inside a test such as `not`.
pub(super) fn for_each(
    schema: &mut Value,
    pointer: &Pointer,
    is_field: bool,
    change: &mut impl FnMut(&mut Map<String, Value>, &Pointer, bool),
) {
    let Value::Object(object) = schema else {
        return;
    };
    change(object, pointer, is_field);
    let typed = object.contains_key("type");
    let below: Vec<(String, bool)> = subschemas(object)
        .into_iter()
        .map(|below| {
            let is_field = match below.relation {
                Relation::Test => false,
                // A branch without a type of its own speaks about the type beside it.
                Relation::Same | Relation::Choice => is_field && !typed,
                _ => is_field,
            };
            (below.suffix, is_field)
        })
        .collect();
    for (suffix, is_field) in below {
        let pointer_below = Pointer::from(format!("{pointer}{suffix}").as_str());
        if let Some(below) = schema.pointer_mut(&suffix) {
            for_each(below, &pointer_below, is_field, change);
        }
    }
}
