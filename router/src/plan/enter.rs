//! Adds requests: by a key, as a new operation, or by asking the field that leads here of
//! one more subgraph.

use apollo_compiler::Name;

use crate::plan::cost::Route;
use crate::plan::draft::{At, Deps, DraftInput, Need, merge_requires};
use crate::plan::planning::{Planned, Planning};
use crate::plan::position::{Access, Origin, PositionId};
use crate::plan::supergraph::Target;
use crate::subgraph::OperationKind;

impl Planning<'_> {
    /// Lets a request have the object at a position as the target says.
    pub(crate) fn enter(&mut self, at: PositionId, target: &Target) -> Planned<()> {
        let Some((_, route)) = self.route(at, target)? else {
            return Err(self.unreachable(at, &target.ty));
        };
        match route {
            Route::Here => Ok(()),
            Route::Root => {
                self.enter_root(at, target);
                Ok(())
            }
            Route::Key(number) => {
                let (deps, fields) = self.key(at, target, number)?;
                self.begin(at, target, deps, fields);
                Ok(())
            }
            Route::Parents(from) => self.enter_parents(at, target, &from),
        }
    }

    fn enter_root(&mut self, at: PositionId, target: &Target) {
        let position = &self.positions[at];
        let kind = match position.origin {
            Origin::Root(kind) => kind,
            Origin::Field { .. } | Origin::Narrowed(_) => OperationKind::Query,
        };
        let is_top = matches!(position.origin, Origin::Root(_));
        let mut after = position.needs.clone();
        after.extend(
            position
                .accesses
                .iter()
                .take(usize::from(!is_top))
                .flat_map(|access| self.groups(access)),
        );
        let place = At {
            path: &position.path,
            scope: position.scope,
        };
        let group = self
            .draft
            .root(target.graph, kind, &position.ty, &place, after);
        let node = self.draft.groups[group].root;
        self.add_access(at, Access::of(node, target.place()));
    }

    /// Asks the field that leads here of one more subgraph, which has the parents as told.
    fn enter_parents(&mut self, at: PositionId, target: &Target, from: &[Target]) -> Planned<()> {
        let origin = self.positions[at].origin.clone();
        self.busy.push((at, target.clone()));
        let mut parents = origin.parents().iter().zip(from);
        let entered = parents.try_for_each(|(parent, from)| self.enter(*parent, from));
        self.busy.pop();
        entered?;
        let mut parts = Vec::new();
        for (parent, from) in origin.parents().iter().zip(from) {
            let Some(access) = self.positions[*parent].access(from).cloned() else {
                return Err(self.unreachable(at, &target.ty));
            };
            if let Origin::Field { name, field, .. } = &origin {
                let Some(values) = self.follow(&access, &field.field) else {
                    return Err(self.unreachable(at, &target.ty));
                };
                self.assign_parts(&access, (name, field), values, &mut parts);
            } else {
                self.narrow_access(at, &access);
            }
        }
        if !parts.is_empty() {
            self.add_access(at, Access { parts });
        }
        if self.positions[at].access(target).is_none() {
            return Err(self.unreachable(at, &target.ty));
        }
        Ok(())
    }

    /// Enters a subgraph with what one of its fields requires.
    pub(crate) fn enter_required(
        &mut self,
        at: PositionId,
        target: &Target,
        field: &Name,
    ) -> Planned<Access> {
        let index = self.index;
        let requires = index.requires(target, field).unwrap_or_default();
        let (wanted, mut fields) = self.field_set(at, requires, true);
        self.examined.push((at, target.clone(), field.clone()));
        let required = self.select_set(at, &wanted);
        self.examined.pop();
        let mut deps = required?;
        let Some(number) = self.cheapest_key(at, target)? else {
            return Err(self.unreachable(at, field));
        };
        let (key_deps, key) = self.key(at, target, number)?;
        deps.extend(key_deps);
        merge_requires(&mut fields, key);
        Ok(self.begin(at, target, deps, fields))
    }

    /// Sees to a key: the requests that bring it, and what a representation takes of it.
    fn key(
        &mut self,
        at: PositionId,
        target: &Target,
        number: usize,
    ) -> Planned<(Deps, Vec<Need>)> {
        let index = self.index;
        let keys = index.in_graph(target).map_or(&[][..], |ty| &ty.keys);
        let Some(key) = keys.get(number) else {
            return Err(self.unreachable(at, &target.ty));
        };
        let (wanted, fields) = self.field_set(at, key, false);
        self.busy.push((at, target.clone()));
        let deps = self.select_set(at, &wanted);
        self.busy.pop();
        Ok((deps?, fields))
    }

    /// An entity fetch that begins when others have ended.
    fn begin(
        &mut self,
        at: PositionId,
        target: &Target,
        mut deps: Deps,
        fields: Vec<Need>,
    ) -> Access {
        let position = &self.positions[at];
        deps.extend(&position.needs);
        let index = self.index;
        let is_concrete = |ty: &Name| !index.is_abstract(ty);
        // An interface object stands for many types, and an interface overlaps with its own.
        let fits = |other: &DraftInput| match other.typename == target.ty {
            true => is_concrete(&target.ty) || other.object == position.object,
            false => is_concrete(&other.typename) && is_concrete(&target.ty),
        };
        let input = DraftInput {
            object: position.object.clone(),
            typename: target.ty.clone(),
            fields,
        };
        let place = At {
            path: &position.path,
            scope: position.scope,
        };
        let group = self.draft.entities(target.graph, &place, deps, input, fits);
        let root = self.draft.groups[group].root;
        let node = self.draft.fragment(root, &target.ty);
        let access = Access::of(node, target.place());
        self.add_access(at, access.clone());
        access
    }
}
