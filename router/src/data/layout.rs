//! Which names can stand where in the data of a plan.

use std::collections::HashMap;
use std::sync::Arc;

/// Position in [`Layouts`].
pub(crate) type LayoutId = usize;

/// The slot that tells the concrete type of an object.
pub(crate) const TYPENAME: usize = 0;

/// The layouts of a plan; the first is the root's.
#[derive(Debug, Default)]
pub(crate) struct Layouts {
    list: Vec<Layout>,
}

/// The fields that objects at one place can have, whatever their type.
#[derive(Debug)]
pub(crate) struct Layout {
    slots: Vec<Slot>,
    by_name: HashMap<Arc<str>, usize>,
}

/// One field.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) name: Arc<str>,
    pub(crate) content: Content,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Content {
    /// How many levels of lists.
    pub(crate) lists: usize,
    /// The layout of the objects inside; none for leaves.
    pub(crate) below: Option<LayoutId>,
}

impl Content {
    /// A value that is taken as it is.
    pub(crate) const LEAF: Self = Self {
        lists: 0,
        below: None,
    };

    /// What the items of a list hold.
    pub(crate) fn item(self) -> Self {
        Self {
            lists: self.lists.saturating_sub(1),
            ..self
        }
    }
}

impl Layouts {
    /// A new layout.
    pub(crate) fn add(&mut self) -> LayoutId {
        let typename: Arc<str> = Arc::from("__typename");
        self.list.push(Layout {
            slots: vec![Slot {
                name: Arc::clone(&typename),
                content: Content::LEAF,
            }],
            by_name: HashMap::from([(typename, TYPENAME)]),
        });
        self.list.len() - 1
    }

    /// A new field of a layout.
    pub(crate) fn add_slot(&mut self, layout: LayoutId, name: &str, content: Content) {
        let layout = &mut self.list[layout];
        let name: Arc<str> = Arc::from(name);
        layout.by_name.insert(Arc::clone(&name), layout.slots.len());
        layout.slots.push(Slot { name, content });
    }

    pub(crate) fn get(&self, layout: LayoutId) -> &Layout {
        &self.list[layout]
    }
}

impl Layout {
    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    pub(crate) fn slot(&self, slot: usize) -> &Slot {
        &self.slots[slot]
    }

    /// The slot of a name. Fields mostly come in order, so the one after the last is looked at
    /// first.
    pub(crate) fn find(&self, name: &str, after: usize) -> Option<usize> {
        let next = after + 1;
        if self.slots.get(next).is_some_and(|slot| *slot.name == *name) {
            return Some(next);
        }
        self.by_name.get(name).copied()
    }
}
