//! Random input values, as JSON and as GraphQL.

use apollo_compiler::Schema;
use apollo_compiler::ast::{self, Type};
use apollo_compiler::resolvers::ResolveInfo;
use apollo_compiler::schema::ExtendedType;
use serde_json::{Map, Value as Json, json};

use crate::tape::Tape;

/// A value of an input type.
pub(crate) fn value(schema: &Schema, tape: &mut Tape, ty: &Type, depth: usize) -> Json {
    if !ty.is_non_null() && tape.chance(15) {
        return Json::Null;
    }
    if ty.is_list() {
        // One item may stand for a list of one.
        if tape.chance(20) {
            return value(schema, tape, &ty.item_type().clone().non_null(), depth + 1);
        }
        let count = if depth > 3 { 0 } else { tape.pick(3) };
        let items = (0..count).map(|_| value(schema, tape, ty.item_type(), depth + 1));
        return Json::Array(items.collect());
    }
    match ty.inner_named_type().as_str() {
        "Int" => json!(tape.pick(5)),
        "Float" => json!(f64::from(u8::try_from(tape.pick(9)).expect("it is small")) + 0.5),
        "Boolean" => json!(tape.chance(50)),
        "ID" if tape.chance(50) => json!(tape.pick(5)),
        "ID" | "String" => json!(["a", "b \"c\" \\", "\u{e9}\u{1F600}\n", ""][tape.pick(4)]),
        named => named_value(schema, tape, named, depth),
    }
}

fn named_value(schema: &Schema, tape: &mut Tape, named: &str, depth: usize) -> Json {
    match schema.types.get(named) {
        Some(ExtendedType::Enum(values)) => {
            let values: Vec<_> = values.values.keys().collect();
            json!(tape.one(&values).map_or("", |value| value.as_str()))
        }
        Some(ExtendedType::InputObject(object)) => {
            let mut fields = Map::new();
            for (name, field) in &object.fields {
                let is_nested = depth > 2 && !field.is_required();
                if !is_nested && (field.is_required() || tape.chance(60)) {
                    fields.insert(name.to_string(), value(schema, tape, &field.ty, depth + 1));
                }
            }
            Json::Object(fields)
        }
        _ => json!({ "any": [1, "x"] }),
    }
}

/// The same value as it is written in a document.
pub(crate) fn literal(schema: &Schema, ty: &Type, value: &Json) -> String {
    match value {
        Json::Array(items) if ty.is_list() => {
            let items = items
                .iter()
                .map(|item| literal(schema, ty.item_type(), item));
            format!("[{}]", items.collect::<Vec<_>>().join(", "))
        }
        Json::Object(given) => {
            let object = schema
                .types
                .get(ty.inner_named_type())
                .and_then(ExtendedType::as_input_object);
            let fields = given.iter().map(|(name, value)| {
                let field = object.and_then(|object| object.fields.get(name.as_str()));
                let ty = field.map_or(ty, |field| &field.ty);
                format!("{name}: {}", literal(schema, ty, value))
            });
            format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
        }
        Json::String(text) => match schema.types.get(ty.inner_named_type()) {
            Some(ExtendedType::Enum(_)) => text.clone(),
            _ => json!(text).to_string(),
        },
        other => other.to_string(),
    }
}

/// The arguments of a field as the specification coerces them: apollo-compiler leaves defaults
/// as they are written, and makes nulls of variables in objects that were not given.
pub(crate) fn arguments(info: &ResolveInfo<'_>) -> Json {
    let given = serde_json::to_value(info.arguments()).expect("JSON is JSON");
    let definitions = &info.field_definition().arguments;
    let coerced = definitions.iter().filter_map(|definition| {
        let value = given.get(definition.name.as_str())?;
        Some((
            definition.name.to_string(),
            coerce(info.schema(), &definition.ty, value),
        ))
    });
    Json::Object(coerced.collect())
}

fn coerce(schema: &Schema, ty: &Type, value: &Json) -> Json {
    if value.is_null() {
        return Json::Null;
    }
    if ty.is_list() {
        let items = value
            .as_array()
            .map_or(std::slice::from_ref(value), Vec::as_slice);
        return items
            .iter()
            .map(|item| coerce(schema, ty.item_type(), item))
            .collect();
    }
    let Some(ExtendedType::InputObject(object)) = schema.types.get(ty.inner_named_type()) else {
        return value.clone();
    };
    let mut fields = Map::new();
    for (name, field) in &object.fields {
        let default = field.default_value.as_ref().map(|default| plain(default));
        let given = value.get(name.as_str()).cloned().or(default);
        if let Some(given) = given.filter(|given| !given.is_null() || field.default_value.is_some())
        {
            fields.insert(name.to_string(), coerce(schema, &field.ty, &given));
        }
    }
    Json::Object(fields)
}

fn plain(literal: &ast::Value) -> Json {
    match literal {
        ast::Value::Enum(name) => json!(name.as_str()),
        ast::Value::String(text) => json!(text),
        ast::Value::Boolean(truth) => json!(truth),
        ast::Value::Int(int) => json!(int.try_to_i32().unwrap_or_default()),
        ast::Value::Float(float) => json!(float.try_to_f64().unwrap_or_default()),
        ast::Value::List(items) => items.iter().map(|item| plain(item)).collect(),
        ast::Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (name.to_string(), plain(value)))
            .collect(),
        ast::Value::Null | ast::Value::Variable(_) => Json::Null,
    }
}
