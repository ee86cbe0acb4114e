//! Takes over what a subgraph in this process answered.

use async_graphql::{Name, Value};
use indexmap::IndexMap;
use serde_json::Number;

use crate::data::layout::{Content, LayoutId, Layouts};
use crate::data::tree::{Data, Full, Leaf, Tree};

/// Takes over a value.
pub(crate) fn value(
    tree: &mut Tree,
    layouts: &Layouts,
    content: Content,
    value: Value,
) -> Result<Data, Full> {
    match value {
        Value::Null => Ok(Data::Null),
        Value::List(items) if content.lists > 0 => {
            let item = content.item();
            let items: Result<Vec<Data>, Full> = items
                .into_iter()
                .map(|value| self::value(tree, layouts, item, value))
                .collect();
            tree.add_items(items?.into_iter()).map(Data::List)
        }
        Value::Object(fields) if content.lists == 0 => match content.below {
            Some(below) => object(tree, layouts, below, fields),
            None => other(tree, Value::Object(fields)),
        },
        Value::String(text) => {
            let bytes = text.len();
            tree.add_leaf(Leaf::Text(text), bytes)
        }
        Value::Enum(name) => tree.add_leaf(Leaf::Symbol(name), 0),
        Value::Boolean(truth) => Ok(Data::Boolean(truth)),
        Value::Number(number) => self::number(tree, number),
        value => other(tree, value),
    }
}

fn number(tree: &mut Tree, number: Number) -> Result<Data, Full> {
    if let Some(integer) = number.as_i64() {
        return Ok(Data::Integer(integer));
    }
    match number.as_f64() {
        Some(float) if number.is_f64() => Ok(Data::Float(float)),
        _ => other(tree, Value::Number(number)),
    }
}

fn other(tree: &mut Tree, value: Value) -> Result<Data, Full> {
    let bytes = size(&value);
    tree.add_leaf(Leaf::Other(Box::new(value)), bytes)
}

fn size(value: &Value) -> usize {
    let own = size_of::<Value>();
    own + match value {
        Value::String(text) => text.len(),
        Value::Binary(bytes) => bytes.len(),
        Value::List(items) => items.iter().map(size).sum(),
        Value::Object(fields) => {
            let fields = fields.iter();
            fields.map(|(name, value)| name.len() + size(value)).sum()
        }
        Value::Null | Value::Number(_) | Value::Boolean(_) | Value::Enum(_) => 0,
    }
}

/// Takes over an object; fields that nobody asked for are dropped.
pub(crate) fn object(
    tree: &mut Tree,
    layouts: &Layouts,
    layout: LayoutId,
    fields: IndexMap<Name, Value>,
) -> Result<Data, Full> {
    let layout = layouts.get(layout);
    let slots = tree.add_slots(layout.len())?;
    let mut last = 0;
    for (name, value) in fields {
        if let Some(slot) = layout.find(&name, last)
            && let Some(place) = slots.place(slot)
        {
            let content = layout.slot(slot).content;
            let data = self::value(tree, layouts, content, value)?;
            tree.set(place, data);
            last = slot;
        }
    }
    Ok(Data::Object(slots))
}
