//! Merging what subgraphs answer into one tree.

use async_graphql::Value;

use crate::execute::places::Object;

/// Adds the fields of `from`; objects and lists of equal length are merged deeply, and a
/// null never replaces what another subgraph answered.
pub(crate) fn merge_object(into: &mut Object, from: Object) {
    if into.is_empty() {
        *into = from;
        return;
    }
    for (key, value) in from {
        match into.get_mut(&key) {
            Some(old) => merge(old, value),
            None => {
                into.insert(key, value);
            }
        }
    }
}

fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (_, Value::Null) => {}
        (Value::Object(into), Value::Object(from)) => merge_object(into, from),
        (Value::List(into), Value::List(from)) if into.len() == from.len() => {
            for (into, from) in into.iter_mut().zip(from) {
                merge(into, from);
            }
        }
        (into, from) => *into = from,
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::value;

    use super::*;

    fn object(value: Value) -> Object {
        match value {
            Value::Object(object) => object,
            _ => unreachable!("tests pass objects"),
        }
    }

    #[test]
    fn objects_and_equal_lists_merge_deeply() {
        let mut into = object(value!({ "a": { "x": 1 }, "l": [{ "x": 1 }, null] }));
        merge_object(
            &mut into,
            object(value!({ "a": { "y": 2 }, "l": [{ "y": 2 }, { "y": 3 }], "b": 4 })),
        );
        let merged =
            value!({ "a": { "x": 1, "y": 2 }, "l": [{ "x": 1, "y": 2 }, { "y": 3 }], "b": 4 });
        assert_eq!(Value::Object(into), merged);
    }

    #[test]
    fn null_does_not_erase() {
        let mut into = object(value!({ "a": { "x": 1 } }));
        merge_object(&mut into, object(value!({ "a": null, "b": null })));
        assert_eq!(Value::Object(into), value!({ "a": { "x": 1 }, "b": null }));
    }
}
