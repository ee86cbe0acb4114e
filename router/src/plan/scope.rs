//! Names for what the planner adds to the data: keys and required fields go under their own
//! names, unless a client's field of another kind has that name at the same place.

use std::collections::HashMap;

use apollo_compiler::Name;

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
    names: HashMap<Name, Identity>,
    children: HashMap<Name, ScopeId>,
}

/// What makes two selections of a field one.
#[derive(PartialEq)]
struct Identity {
    field: Name,
    arguments: Arguments,
    /// The type as far as it matters to a response: subgraphs refuse one name for two shapes.
    shape: String,
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
    let shape = index.field_type(ty, field).map_or_else(String::new, |ty| {
        let (named, text) = (ty.inner_named_type(), ty.to_string());
        if index.is_composite(named) {
            text.replace(named.as_str(), "*")
        } else {
            text
        }
    });
    Identity {
        field: field.clone(),
        arguments,
        shape,
    }
}
