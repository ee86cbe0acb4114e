//! What several subgraphs know of the same value becomes one.

use crate::data::tree::{Data, Place, Span, Tree};

impl Tree {
    /// Adds to the value at a place what another subgraph knows of it: objects and lists of
    /// equal length are merged deeply, and a null never replaces what is there. With
    /// `is_shared`, other places are given the same.
    pub(crate) fn merge(&mut self, into: Place, from: Data, is_shared: bool) {
        match (self.get(into), from) {
            (_, Data::Absent) => {}
            (Data::Absent, from) => self.put(into, from, is_shared),
            (_, Data::Null) => {}
            (Data::Object(known), Data::Object(new)) if known.len() >= new.len() => {
                self.merge_each(known, new, is_shared);
            }
            // Only the root begins as an object without slots.
            (Data::Object(known), from @ Data::Object(_)) => {
                debug_assert_eq!(known.len(), 0, "objects at one place have one layout");
                self.put(into, from, is_shared);
            }
            (Data::List(known), Data::List(new)) if known.len() == new.len() => {
                self.merge_each(known, new, is_shared);
            }
            (_, from) => self.put(into, from, is_shared),
        }
    }

    fn merge_each(&mut self, known: Span, new: Span, is_shared: bool) {
        if known.start == new.start {
            return;
        }
        for (into, from) in known.places().zip(new.places()) {
            self.merge(into, self.get(from), is_shared);
        }
    }

    fn put(&mut self, at: Place, data: Data, is_shared: bool) {
        let shared = |span: Span| Span {
            is_shared: is_shared || span.is_shared,
            ..span
        };
        let data = match data {
            Data::List(span) => Data::List(shared(span)),
            Data::Object(span) => Data::Object(shared(span)),
            leaf => leaf,
        };
        self.set(at, data);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::sample::{BYTES_MAX, list, object, shown};

    fn merged(tree: &mut Tree, into: Data, from: Data) -> String {
        tree.set(Place::ROOT, into);
        tree.merge(Place::ROOT, from, false);
        shown(tree, tree.root())
    }

    #[test]
    fn objects_and_equal_lists_merge_deeply() {
        let tree = &mut Tree::new(BYTES_MAX, 0);
        let inner = object(tree, &[Data::Integer(1), Data::Absent]);
        let items = list(tree, &[inner, Data::Null]);
        let into = object(tree, &[Data::Integer(1), items, Data::Absent]);
        let first = object(tree, &[Data::Absent, Data::Integer(2)]);
        let second = object(tree, &[Data::Integer(3), Data::Absent]);
        let items = list(tree, &[first, second]);
        let from = object(tree, &[Data::Absent, items, Data::Integer(4)]);
        assert_eq!(merged(tree, into, from), "(1 [(1 2) (3 -)] 4)");
    }

    #[test]
    fn null_does_not_erase() {
        let tree = &mut Tree::new(BYTES_MAX, 0);
        let into = object(tree, &[Data::Integer(1), Data::Absent]);
        let from = object(tree, &[Data::Null, Data::Null]);
        assert_eq!(merged(tree, into, from), "(1 null)");
    }

    #[test]
    fn a_list_of_another_length_replaces() {
        let tree = &mut Tree::new(BYTES_MAX, 0);
        let into = list(tree, &[Data::Integer(1)]);
        let from = list(tree, &[Data::Integer(2), Data::Integer(3)]);
        assert_eq!(merged(tree, into, from), "[2 3]");
    }

    #[test]
    fn what_is_given_to_many_is_marked() {
        let tree = &mut Tree::new(BYTES_MAX, 0);
        let below = object(tree, &[Data::Integer(1)]);
        let from = object(tree, &[below]);
        let into = object(tree, &[Data::Absent]);
        tree.set(Place::ROOT, into);
        tree.merge(Place::ROOT, from, true);
        let Data::Object(below) = tree.field(tree.root(), 0) else {
            unreachable!("it was an object")
        };
        assert!(below.shared().is_some());
    }
}
