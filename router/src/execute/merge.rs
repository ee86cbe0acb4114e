//! Merging what subgraphs answer into one tree, and the rewrites that plans ask for.

use async_graphql::Value;

use crate::execute::places::{Object, typename};
use crate::plan::{Change, Rewrite, RewriteStep};

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

/// Applies rewrites to a representation or an entity.
pub(crate) fn rewrite(value: &mut Value, rewrites: &[Rewrite]) {
    for rewrite in rewrites {
        apply(value, &rewrite.path, &rewrite.change);
    }
}

fn apply(value: &mut Value, path: &[RewriteStep], change: &Change) {
    match value {
        Value::List(items) => {
            for item in items {
                apply(item, path, change);
            }
        }
        Value::Object(object) => match path {
            [] => {}
            [RewriteStep::Types(types), rest @ ..] => {
                if typename(object).is_none_or(|ty| types.contains(ty)) {
                    apply(value, rest, change);
                }
            }
            [RewriteStep::Key(key)] => match change {
                Change::Set(text) => {
                    object.insert(key.clone(), Value::String(text.clone()));
                }
                Change::Rename(to) => {
                    if let Some(renamed) = object.swap_remove(key) {
                        object.insert(to.clone(), renamed);
                    }
                }
            },
            [RewriteStep::Key(key), rest @ ..] => {
                if let Some(value) = object.get_mut(key) {
                    apply(value, rest, change);
                }
            }
        },
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{Name, value};

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

    #[test]
    fn rewrites_touch_the_types_they_name() {
        let rename = Rewrite {
            path: vec![
                RewriteStep::Types(["A".to_owned()].into()),
                RewriteStep::Key(Name::new("alias")),
            ],
            change: Change::Rename(Name::new("name")),
        };
        let mut list = value!([
            { "__typename": "A", "alias": 1 },
            { "__typename": "B", "alias": 2 },
        ]);
        rewrite(&mut list, &[rename]);
        let expected = value!([
            { "__typename": "A", "name": 1 },
            { "__typename": "B", "alias": 2 },
        ]);
        assert_eq!(list, expected);
    }
}
