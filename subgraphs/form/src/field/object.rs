//! Objects.

use serde_json::{Map, Value, json};

use super::{Field, FieldKind, GroupRules, build::Builder, number::count, place::Place};

/// Keywords of objects that no field shows yet.
const UNSUPPORTED: [&str; 5] = [
    "patternProperties",
    "propertyNames",
    "dependentRequired",
    "dependentSchemas",
    "dependencies",
];

impl Builder<'_> {
    /// The field for a schema of type object.
    pub(super) fn object(&mut self, schema: &Map<String, Value>, place: &Place) -> Field {
        if let Some(keyword) = UNSUPPORTED
            .iter()
            .find(|keyword| schema.contains_key(**keyword))
        {
            return place.json(schema, place.unsupported(keyword));
        }
        let further = schema
            .get("additionalProperties")
            .or_else(|| schema.get("unevaluatedProperties"));
        let accepts_unknown_properties = further != Some(&Value::Bool(false));
        let empty = Map::new();
        let properties = schema
            .get("properties")
            .and_then(Value::as_object)
            .unwrap_or(&empty);
        let required = required(schema);
        let unnamed: Vec<&str> = required
            .iter()
            .copied()
            .filter(|name| !properties.contains_key(*name))
            .collect();
        if properties.is_empty() && unnamed.is_empty() && accepts_unknown_properties {
            return place.json(schema, place.unsupported("additionalProperties"));
        }
        if !unnamed.is_empty() && !accepts_unknown_properties {
            return place.json(schema, place.unsupported("required"));
        }
        let mut fields: Vec<Field> = properties
            .iter()
            .map(|(name, property)| {
                self.field(
                    property,
                    &place.child(name, required.contains(&name.as_str())),
                )
            })
            .collect();
        let anything = further
            .filter(|schema| schema.is_object())
            .cloned()
            .unwrap_or_else(|| json!({}));
        fields.extend(
            unnamed
                .iter()
                .map(|name| self.field(&anything, &place.child(name, true))),
        );
        let group = GroupRules {
            fields,
            min_properties: count(schema, "minProperties"),
            max_properties: count(schema, "maxProperties"),
            accepts_unknown_properties,
        };
        let mut field = place.field(schema, FieldKind::Group(group));
        if further.is_some_and(|schema| schema.as_object().is_some_and(|schema| !schema.is_empty()))
        {
            field.warnings.push(format!(
                "\"additionalProperties\" at {} allows more properties, which have no field",
                place.shown()
            ));
        }
        field
    }
}

/// The names that an object must have.
pub(super) fn required(schema: &Map<String, Value>) -> Vec<&str> {
    let names = schema.get("required").and_then(Value::as_array);
    names
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}
