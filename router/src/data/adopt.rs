//! Takes over what a subgraph in this process answered, and weighs it: about as many bytes as
//! it takes in memory.

use async_graphql::{Name, Value};
use indexmap::IndexMap;

use crate::data::layout::{Content, LayoutId, Layouts};
use crate::data::tree::Data;

/// Takes over a value.
pub(crate) fn value(
    layouts: &Layouts,
    content: Content,
    value: Value,
    weight: &mut usize,
) -> Data<'static> {
    match value {
        Value::Null => Data::Null,
        Value::List(items) if content.lists > 0 => {
            let item = content.item();
            let items = items.into_iter();
            Data::List(
                items
                    .map(|value| self::value(layouts, item, value, weight))
                    .collect(),
            )
        }
        Value::Object(fields) if content.lists == 0 => match content.below {
            Some(below) => object(layouts, below, fields, weight),
            None => other(Value::Object(fields), weight),
        },
        Value::String(text) => {
            *weight += text.len();
            Data::Text(text)
        }
        Value::Enum(name) => Data::Symbol(name),
        Value::Boolean(truth) => Data::Boolean(truth),
        Value::Number(number) => Data::Number(number),
        value => other(value, weight),
    }
}

fn other(value: Value, weight: &mut usize) -> Data<'static> {
    *weight += size(&value);
    Data::Other(Box::new(value))
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
    layouts: &Layouts,
    layout: LayoutId,
    fields: IndexMap<Name, Value>,
    weight: &mut usize,
) -> Data<'static> {
    let layout = layouts.get(layout);
    *weight += layout.len() * size_of::<Data<'_>>();
    let mut slots = Vec::new();
    slots.resize_with(layout.len(), Data::default);
    let mut last = 0;
    for (name, value) in fields {
        if let Some(slot) = layout.find(&name, last) {
            let content = layout.slot(slot).content;
            slots[slot] = self::value(layouts, content, value, weight);
            last = slot;
        }
    }
    Data::Object(slots)
}
