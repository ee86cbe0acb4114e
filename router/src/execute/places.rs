//! Finding objects in the merged data by the paths of a plan.
//!
//! Lists are entered whether the path says so or not.

use crate::data::tree::Data;
use crate::error::PathSegment;
use crate::plan::Step;

/// Calls back for every object at a path, in order.
pub(crate) fn visit<'d, 'a>(
    data: &'d Data<'a>,
    steps: &[Step],
    found: &mut dyn FnMut(&'d Data<'a>),
) {
    match data {
        Data::List(items) => {
            let rest = after_list(steps);
            for item in items {
                visit(item, rest, found);
            }
        }
        Data::Object(_) => match steps.split_first() {
            None => found(data),
            Some((Step::Field { slot, .. }, rest)) => visit(data.field(*slot), rest, found),
            Some((Step::Objects(wanted), rest)) if is_of(data, wanted) => {
                visit(data, rest, found);
            }
            Some((Step::Objects(_) | Step::List, _)) => {}
        },
        _ => {}
    }
}

/// The same objects in the same order, to be changed.
pub(crate) fn visit_mut<'a>(
    data: &mut Data<'a>,
    steps: &[Step],
    found: &mut dyn FnMut(&mut Data<'a>),
) {
    if let Data::List(items) = data {
        let rest = after_list(steps);
        for item in items {
            visit_mut(item, rest, found);
        }
        return;
    }
    if !matches!(data, Data::Object(_)) {
        return;
    }
    match steps.split_first() {
        None => found(data),
        Some((Step::Field { slot, .. }, rest)) => {
            if let Data::Object(fields) = data
                && let Some(value) = fields.get_mut(*slot)
            {
                visit_mut(value, rest, found);
            }
        }
        Some((Step::Objects(wanted), rest)) if is_of(data, wanted) => {
            visit_mut(data, rest, found);
        }
        Some((Step::Objects(_) | Step::List, _)) => {}
    }
}

/// The same objects in the same order, each with its path in neutral names.
pub(crate) fn visit_paths(
    data: &Data<'_>,
    steps: &[Step],
    path: &mut Vec<PathSegment>,
    found: &mut dyn FnMut(&[PathSegment]),
) {
    match data {
        Data::List(items) => {
            let rest = after_list(steps);
            for (index, item) in items.iter().enumerate() {
                path.push(PathSegment::Index(index));
                visit_paths(item, rest, path, found);
                path.pop();
            }
        }
        Data::Object(_) => match steps.split_first() {
            None => found(path),
            Some((Step::Field { slot, name }, rest)) => {
                path.push(PathSegment::from(&**name));
                visit_paths(data.field(*slot), rest, path, found);
                path.pop();
            }
            Some((Step::Objects(wanted), rest)) if is_of(data, wanted) => {
                visit_paths(data, rest, path, found);
            }
            Some((Step::Objects(_) | Step::List, _)) => {}
        },
        _ => {}
    }
}

/// The path up to the first list on it, in neutral names.
pub(crate) fn until_list(steps: &[Step]) -> Vec<PathSegment> {
    let until = steps.iter().take_while(|step| !matches!(step, Step::List));
    until
        .filter_map(|step| match step {
            Step::Field { name, .. } => Some(PathSegment::from(&**name)),
            Step::List | Step::Objects(_) => None,
        })
        .collect()
}

fn is_of(object: &Data<'_>, types: &[String]) -> bool {
    let typename = object.typename();
    typename.is_some_and(|typename| types.iter().any(|ty| ty == typename))
}

fn after_list(steps: &[Step]) -> &[Step] {
    match steps.split_first() {
        Some((Step::List, rest)) => rest,
        _ => steps,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(slot: usize, name: &str) -> Step {
        Step::Field {
            slot,
            name: name.into(),
        }
    }

    fn object(typename: &str, field: Data<'static>) -> Data<'static> {
        Data::Object(vec![Data::Text(typename.to_owned()), field])
    }

    /// `{ a: [ { X, b: [[{}], [{}, null]] }, { Y, b: [{}] }, null ] }`.
    fn data() -> Data<'static> {
        let list = Data::List;
        let below = |count| list((0..count).map(|_| Data::object()).collect());
        let nested = list(vec![below(1), list(vec![Data::object(), Data::Null])]);
        let items = vec![object("X", nested), object("Y", below(1)), Data::Null];
        Data::Object(vec![Data::Absent, list(items)])
    }

    #[test]
    fn every_visit_finds_the_same_objects() {
        let steps = [
            field(1, "a"),
            Step::List,
            Step::Objects(["X".to_owned()].into()),
            field(1, "b"),
            Step::List,
            Step::List,
        ];
        let mut data = data();
        let (mut seen, mut changed, mut paths) = (0, 0, Vec::new());
        visit(&data, &steps, &mut |_| seen += 1);
        visit_paths(&data, &steps, &mut Vec::new(), &mut |path| {
            paths.push(path.to_vec());
        });
        visit_mut(&mut data, &steps, &mut |_| changed += 1);

        assert_eq!((seen, changed), (2, 2));
        let path = |inner: usize| vec!["a".into(), 0.into(), "b".into(), inner.into(), 0.into()];
        assert_eq!(paths, [path(0), path(1)]);
    }
}
