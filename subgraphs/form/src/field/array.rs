//! Lists, and choices of several.

use serde_json::{Map, Value, json};

use super::{
    Field, FieldKind, ListRules, MultiSelectRules, build::Builder, number::count, place::Place,
};

/// Keywords of arrays that no field shows yet.
const UNSUPPORTED: [&str; 5] = [
    "prefixItems",
    "contains",
    "minContains",
    "maxContains",
    "unevaluatedItems",
];

impl Builder<'_> {
    /// The field for a schema of type array.
    pub(super) fn array(&mut self, schema: &Map<String, Value>, place: &Place) -> Field {
        if let Some(keyword) = UNSUPPORTED
            .iter()
            .find(|keyword| schema.contains_key(**keyword))
        {
            return place.json(schema, place.unsupported(keyword));
        }
        let unique_items = schema.get("uniqueItems") == Some(&Value::Bool(true));
        let min_items = count(schema, "minItems");
        let mut max_items = count(schema, "maxItems");
        let anything = json!({});
        let mut warning = None;
        let items = match schema.get("items") {
            Some(Value::Bool(false)) => {
                max_items = Some(0);
                warning = Some(format!("\"items\" at {} allows no item", place.shown()));
                &anything
            }
            Some(items) => items,
            None => &anything,
        };
        let item = self.field(items, &place.item());
        let kind = match item.kind {
            FieldKind::Select(options) if unique_items => {
                FieldKind::MultiSelect(MultiSelectRules {
                    options,
                    min_items,
                    max_items,
                })
            }
            _ => FieldKind::List(Box::new(ListRules {
                item,
                min_items,
                max_items,
                unique_items,
            })),
        };
        let mut field = place.field(schema, kind);
        field.warnings.extend(warning);
        field
    }
}
