//! Names for what the planner adds to the data: keys and required fields go under their own
//! names, unless a client's field of another kind has that name at the same place.

use std::collections::{HashMap, HashSet};

use apollo_compiler::Name;
use apollo_compiler::ast::Type;
use indexmap::IndexMap;

use crate::data::layout::{Content, LayoutId, Layouts};
use crate::plan::supergraph::SupergraphIndex;
use crate::plan::wanted::{Arguments, Wanted};

/// One place of the response, whatever the type of the object there.
pub(crate) type ScopeId = usize;

/// The names given so far, place by place.
#[derive(Default)]
pub(crate) struct Scopes {
    list: Vec<Scope>,
}

#[derive(Default)]
struct Scope {
    names: IndexMap<Name, Identity>,
    children: HashMap<Name, ScopeId>,
    /// The place that has taken it in.
    same_as: Option<ScopeId>,
}

/// What makes two selections of a field one.
#[derive(Clone, PartialEq)]
struct Identity {
    field: Name,
    arguments: Arguments,
    /// The type as far as it matters to a response: subgraphs refuse one name for two shapes.
    shape: String,
    lists: usize,
    is_composite: bool,
}

impl Scopes {
    /// The names of an operation, beginning at its root.
    pub(crate) fn of(index: &SupergraphIndex, root: &Name, wanted: &Wanted) -> (Self, ScopeId) {
        let mut scopes = Self::default();
        let scope = scopes.add();
        scopes.seed(index, scope, root, wanted);
        (scopes, scope)
    }

    fn add(&mut self) -> ScopeId {
        self.list.push(Scope::default());
        self.list.len() - 1
    }

    fn seed(&mut self, index: &SupergraphIndex, scope: ScopeId, ty: &Name, wanted: &Wanted) {
        for (name, field) in &wanted.fields {
            let identity = identity(index, ty, &field.field, field.arguments.clone());
            self.list[scope]
                .names
                .entry(name.clone())
                .or_insert(identity);
            if let (Some(below), Some(ty)) = (&field.below, index.field_type(ty, &field.field)) {
                let child = self.child(scope, name);
                self.seed(index, child, ty.inner_named_type(), below);
            }
        }
        for (condition, wanted) in &wanted.fragments {
            self.seed(index, scope, condition, wanted);
        }
    }

    /// The place below a field.
    pub(crate) fn child(&mut self, scope: ScopeId, name: &Name) -> ScopeId {
        if let Some(child) = self.list[scope].children.get(name) {
            return *child;
        }
        let child = self.add();
        self.list[scope].children.insert(name.clone(), child);
        child
    }

    /// Makes two places one, if no name means two things in them.
    pub(crate) fn unify(&mut self, one: ScopeId, other: ScopeId) -> bool {
        let fits = self.are_alike(one, other, &mut HashSet::new());
        if fits {
            self.take_in(one, other);
        }
        fits
    }

    fn resolved(&self, mut scope: ScopeId) -> ScopeId {
        while let Some(same) = self.list[scope].same_as {
            scope = same;
        }
        scope
    }

    /// A place that has been made one with a place below it leads back to itself, so what is
    /// `compared` already is taken for alike.
    fn are_alike(
        &self,
        one: ScopeId,
        other: ScopeId,
        compared: &mut HashSet<(ScopeId, ScopeId)>,
    ) -> bool {
        let (one, other) = (self.resolved(one), self.resolved(other));
        if one == other || !compared.insert((one, other)) {
            return true;
        }
        let (one, other) = (&self.list[one], &self.list[other]);
        let mut shared = one.names.iter().filter_map(|(name, identity)| {
            let same = other.names.get(name)?;
            Some((name, identity == same))
        });
        shared.all(|(name, is_same)| {
            let below = (one.children.get(name), other.children.get(name));
            let (Some(one), Some(other)) = below else {
                return is_same;
            };
            is_same && self.are_alike(*one, *other, compared)
        })
    }

    fn take_in(&mut self, one: ScopeId, other: ScopeId) {
        let (one, other) = (self.resolved(one), self.resolved(other));
        if one == other {
            return;
        }
        // The root stays the first.
        let (into, from) = (one.min(other), one.max(other));
        let taken = std::mem::take(&mut self.list[from]);
        self.list[from].same_as = Some(into);
        for (name, identity) in taken.names {
            self.list[into].names.entry(name).or_insert(identity);
        }
        for (name, child) in taken.children {
            match self.list[into].children.get(&name) {
                Some(known) => self.take_in(*known, child),
                None => {
                    self.list[into].children.insert(name, child);
                }
            }
        }
    }

    /// Gives every name at every place its slot; also tells the layout of each place.
    pub(crate) fn layouts(&self) -> (Layouts, Vec<LayoutId>) {
        let mut layouts = Layouts::default();
        let own = |scope: &Scope| scope.same_as.is_none();
        let mut ids: Vec<LayoutId> = self
            .list
            .iter()
            .map(|scope| if own(scope) { layouts.add() } else { 0 })
            .collect();
        for scope in 0..self.list.len() {
            ids[scope] = ids[self.resolved(scope)];
        }
        for (id, scope) in self.list.iter().enumerate().filter(|(_, scope)| own(scope)) {
            for (name, identity) in &scope.names {
                let child = scope.children.get(name).map(|child| ids[*child]);
                let below = identity
                    .is_composite
                    .then(|| child.unwrap_or_else(|| layouts.add()));
                let content = Content {
                    lists: identity.lists,
                    below,
                };
                layouts.add_slot(ids[id], name, content);
            }
        }
        (layouts, ids)
    }

    /// The name in the data of a field that the planner adds.
    pub(crate) fn name(
        &mut self,
        index: &SupergraphIndex,
        scope: ScopeId,
        ty: &Name,
        field: &Name,
        arguments: Arguments,
    ) -> Name {
        let names = &mut self.list[scope].names;
        let wanted = identity(index, ty, field, arguments);
        let mut known = names.iter().filter(|(_, identity)| **identity == wanted);
        if let Some(name) = known.next().map(|(name, _)| name.clone()) {
            return name;
        }
        let is_free = wanted.arguments.text.is_empty() && !names.contains_key(field);
        let name = if is_free {
            field.clone()
        } else {
            let added = names.len();
            Name::new(&format!("_q{added}_{field}")).expect("an underscore may begin a name")
        };
        names.insert(name.clone(), wanted);
        name
    }
}

fn identity(index: &SupergraphIndex, ty: &Name, field: &Name, arguments: Arguments) -> Identity {
    let ty = index.field_type(ty, field);
    let is_composite = ty.is_some_and(|ty| index.is_composite(ty.inner_named_type()));
    let shape = ty.map_or_else(String::new, |ty| {
        let (named, text) = (ty.inner_named_type(), ty.to_string());
        if is_composite {
            text.replace(named.as_str(), "*")
        } else {
            text
        }
    });
    Identity {
        field: field.clone(),
        arguments,
        shape,
        lists: ty.map_or(0, list_levels),
        is_composite,
    }
}

/// How many lists stand around a named type.
pub(crate) fn list_levels(ty: &Type) -> usize {
    match ty {
        Type::List(item) | Type::NonNullList(item) => 1 + list_levels(item),
        Type::Named(_) | Type::NonNullNamed(_) => 0,
    }
}
