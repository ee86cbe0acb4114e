//! Finding objects in the merged data by the paths of a plan.
//!
//! Lists are entered whether the path says so or not.

use std::collections::HashSet;
use std::ops::ControlFlow;

use crate::data::tree::{Data, Place, Span, Tree};
use crate::error::PathSegment;
use crate::plan::Step;

/// Calls back for every object at a path, in order. An object that is the same at several
/// places is found once.
pub(crate) fn visit(tree: &Tree, steps: &[Step], found: &mut dyn FnMut(Place, Span)) {
    let mut visit = Visit {
        tree,
        entered: HashSet::new(),
        found,
    };
    visit.walk(Place::ROOT, steps);
}

struct Visit<'t, 'f> {
    tree: &'t Tree,
    /// What was shared and has been entered, with the steps that were left then.
    entered: HashSet<(u32, usize)>,
    found: &'f mut dyn FnMut(Place, Span),
}

impl Visit<'_, '_> {
    fn walk(&mut self, at: Place, steps: &[Step]) {
        match self.tree.get(at) {
            Data::List(items) => {
                let rest = after_list(steps);
                if self.is_new(items, rest) {
                    items.places().for_each(|item| self.walk(item, rest));
                }
            }
            Data::Object(object) if self.is_new(object, steps) => {
                self.walk_object(at, object, steps);
            }
            _ => {}
        }
    }

    fn walk_object(&mut self, at: Place, object: Span, steps: &[Step]) {
        match steps.split_first() {
            None => (self.found)(at, object),
            Some((Step::Field { slot, .. }, rest)) => {
                if let Some(field) = object.place(*slot) {
                    self.walk(field, rest);
                }
            }
            Some((Step::Objects(wanted), rest)) if is_of(self.tree, object, wanted) => {
                self.walk_object(at, object, rest);
            }
            Some((Step::Objects(_) | Step::List, _)) => {}
        }
    }

    fn is_new(&mut self, span: Span, rest: &[Step]) -> bool {
        let shared = span.shared();
        shared.is_none_or(|shared| self.entered.insert((shared, rest.len())))
    }
}

/// Values that are looked at for the paths of objects: what is shared has a path for each place
/// that shares it, and there is no other bound to their number.
const VALUES_MAX: usize = 1 << 20;

/// The same objects at all places where they are, each with its path in neutral names, until
/// there are enough.
pub(crate) fn visit_paths(
    tree: &Tree,
    steps: &[Step],
    found: &mut dyn FnMut(Place, &[PathSegment]) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let mut visit = VisitPaths {
        tree,
        path: Vec::new(),
        left: VALUES_MAX,
        found,
    };
    visit.walk(Place::ROOT, steps)
}

struct VisitPaths<'t, 'f> {
    tree: &'t Tree,
    path: Vec<PathSegment>,
    /// How many values may still be looked at.
    left: usize,
    found: &'f mut dyn FnMut(Place, &[PathSegment]) -> ControlFlow<()>,
}

impl VisitPaths<'_, '_> {
    fn walk(&mut self, at: Place, steps: &[Step]) -> ControlFlow<()> {
        self.left -= 1;
        if self.left == 0 {
            return ControlFlow::Break(());
        }
        match self.tree.get(at) {
            Data::List(items) => {
                let rest = after_list(steps);
                let mut items = items.places().enumerate();
                items.try_for_each(|(index, item)| {
                    self.walk_below(PathSegment::Index(index), item, rest)
                })
            }
            Data::Object(object) => self.walk_object(at, object, steps),
            _ => ControlFlow::Continue(()),
        }
    }

    fn walk_object(&mut self, at: Place, object: Span, steps: &[Step]) -> ControlFlow<()> {
        match steps.split_first() {
            None => (self.found)(at, &self.path),
            Some((Step::Field { slot, name }, rest)) => match object.place(*slot) {
                Some(field) => self.walk_below(PathSegment::from(&**name), field, rest),
                None => ControlFlow::Continue(()),
            },
            Some((Step::Objects(wanted), rest)) if is_of(self.tree, object, wanted) => {
                self.walk_object(at, object, rest)
            }
            Some((Step::Objects(_) | Step::List, _)) => ControlFlow::Continue(()),
        }
    }

    fn walk_below(&mut self, segment: PathSegment, at: Place, rest: &[Step]) -> ControlFlow<()> {
        self.path.push(segment);
        self.walk(at, rest)?;
        self.path.pop();
        ControlFlow::Continue(())
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

fn is_of(tree: &Tree, object: Span, types: &[String]) -> bool {
    types.iter().any(|ty| tree.is_of(object, ty))
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
    use crate::data::sample::{self, BYTES_MAX, list};
    use crate::data::tree::Leaf;

    fn field(slot: usize, name: &str) -> Step {
        Step::Field {
            slot,
            name: name.into(),
        }
    }

    fn object(tree: &mut Tree, typename: &str, field: Data) -> Data {
        let typename = Leaf::Text(typename.to_owned());
        let typename = tree.add_leaf(typename, 0).expect("there is room");
        sample::object(tree, &[typename, field])
    }

    fn steps() -> [Step; 6] {
        [
            field(1, "a"),
            Step::List,
            Step::Objects(["X".to_owned()].into()),
            field(1, "b"),
            Step::List,
            Step::List,
        ]
    }

    fn objects(tree: &Tree) -> usize {
        let mut seen = 0;
        visit(tree, &steps(), &mut |_, _| seen += 1);
        seen
    }

    fn paths(tree: &Tree) -> Vec<Vec<PathSegment>> {
        let mut paths = Vec::new();
        let every = visit_paths(tree, &steps(), &mut |_, path| {
            paths.push(path.to_vec());
            ControlFlow::Continue(())
        });
        assert!(every.is_continue());
        paths
    }

    fn path(outer: usize, inner: usize) -> Vec<PathSegment> {
        let (outer, inner) = (outer.into(), inner.into());
        vec!["a".into(), outer, "b".into(), inner, 0.into()]
    }

    #[test]
    fn every_visit_finds_the_same_objects() {
        // { a: [ { X, b: [[{}], [{}, null]] }, { Y, b: [{}] }, null ] }
        let tree = &mut Tree::new(BYTES_MAX, 0);
        let leaf = object(tree, "Z", Data::Absent);
        let (one, two) = (list(tree, &[leaf]), list(tree, &[leaf, Data::Null]));
        let nested = list(tree, &[one, two]);
        let (x, y) = (object(tree, "X", nested), object(tree, "Y", one));
        let items = list(tree, &[x, y, Data::Null]);
        let root = object(tree, "Query", items);
        tree.set(Place::ROOT, root);

        assert_eq!(objects(tree), 2);
        assert_eq!(paths(tree), [path(0, 0), path(0, 1)]);
    }

    #[test]
    fn what_is_shared_is_found_once_and_has_all_its_paths() {
        // { a: [ { X, b: S }, { X, b: S } ] } with the same S: [[{}]]
        let tree = &mut Tree::new(BYTES_MAX, 0);
        let leaf = object(tree, "Z", Data::Absent);
        let inner = list(tree, &[leaf]);
        let nested = list(tree, &[inner]);
        let from = object(tree, "X", nested);
        let (one, two) = (
            object(tree, "X", Data::Absent),
            object(tree, "X", Data::Absent),
        );
        let items = list(tree, &[one, two]);
        let root = object(tree, "Query", items);
        tree.set(Place::ROOT, root);
        let Data::List(items) = items else {
            unreachable!("it is a list")
        };
        for item in items.places() {
            tree.merge(item, from, true);
        }

        assert_eq!(objects(tree), 1);
        assert_eq!(paths(tree), [path(0, 0), path(1, 0)]);
    }
}
