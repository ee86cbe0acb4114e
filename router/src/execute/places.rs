//! Finding objects in the merged data by the paths of a plan.

use async_graphql::{Name, Value};
use indexmap::IndexMap;

use crate::error::PathSegment;
use crate::plan::Step;

/// An object of the merged data.
pub(crate) type Object = IndexMap<Name, Value>;

/// Where an object stands: which of a fetch's paths, and the position in each list on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) path: usize,
    pub(crate) indices: Box<[usize]>,
}

/// The concrete type that an object says it is of.
pub(crate) fn typename(object: &Object) -> Option<&str> {
    match object.get("__typename")? {
        Value::String(name) => Some(name),
        Value::Enum(name) => Some(name),
        _ => None,
    }
}

/// Calls back for every object at a path. Lists are entered whether the path says so or not.
pub(crate) fn visit<'a>(
    value: &'a Value,
    steps: &[Step],
    indices: &mut Vec<usize>,
    found: &mut dyn FnMut(&'a Object, &[usize]),
) {
    match value {
        Value::List(items) => {
            let rest = after_list(steps);
            for (index, item) in items.iter().enumerate() {
                indices.push(index);
                visit(item, rest, indices, found);
                indices.pop();
            }
        }
        Value::Object(object) => match steps.split_first() {
            None => found(object, indices),
            Some((Step::Field(name), rest)) => {
                if let Some(value) = object.get(name) {
                    visit(value, rest, indices, found);
                }
            }
            Some((Step::Object(wanted), rest)) => {
                if typename(object).is_some_and(|ty| ty == wanted) {
                    visit(value, rest, indices, found);
                }
            }
            Some((Step::List, _)) => {}
        },
        _ => {}
    }
}

/// The object that `visit` found at these indices.
pub(crate) fn locate<'a>(
    value: &'a mut Value,
    steps: &[Step],
    indices: &[usize],
) -> Option<&'a mut Object> {
    match value {
        Value::List(items) => {
            let (index, indices) = indices.split_first()?;
            locate(items.get_mut(*index)?, after_list(steps), indices)
        }
        Value::Object(object) => {
            let mut steps = steps;
            while let Some((Step::Object(_), rest)) = steps.split_first() {
                steps = rest;
            }
            match steps.split_first() {
                None => Some(object),
                Some((Step::Field(name), rest)) => locate(object.get_mut(name)?, rest, indices),
                Some(_) => None,
            }
        }
        _ => None,
    }
}

/// The path of a place as a response path, in neutral names.
pub(crate) fn response_path(steps: &[Step], indices: &[usize]) -> Vec<PathSegment> {
    let mut path = Vec::with_capacity(steps.len());
    let mut indices = indices.iter();
    for step in steps {
        match step {
            Step::Field(name) => path.push(PathSegment::Key(name.to_string())),
            Step::List => path.extend(indices.next().map(|index| PathSegment::Index(*index))),
            Step::Object(_) => {}
        }
    }
    path
}

fn after_list(steps: &[Step]) -> &[Step] {
    match steps.split_first() {
        Some((Step::List, rest)) => rest,
        _ => steps,
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::value;

    use super::*;

    fn field(name: &str) -> Step {
        Step::Field(Name::new(name))
    }

    #[test]
    fn what_is_visited_is_located_again() {
        let mut data = value!({ "a": [
            { "__typename": "X", "b": [[{ "n": 0 }], [{ "n": 1 }, null]] },
            { "__typename": "Y", "b": [[{ "n": 2 }]] },
            null,
        ] });
        let steps = [
            field("a"),
            Step::List,
            Step::Object("X".to_owned()),
            field("b"),
            Step::List,
            Step::List,
        ];

        let mut found = Vec::new();
        visit(&data, &steps, &mut Vec::new(), &mut |object, indices| {
            found.push((object.clone(), indices.to_vec()));
        });

        assert_eq!(found.len(), 2);
        for (object, indices) in found {
            assert_eq!(
                locate(&mut data, &steps, &indices),
                Some(&mut object.clone())
            );
        }
    }

    #[test]
    fn paths_are_told_in_response_terms() {
        let steps = [field("a"), Step::List, field("b")];
        let path = response_path(&steps, &[4]);
        assert_eq!(path, ["a".into(), 4.into(), "b".into()]);
    }
}
