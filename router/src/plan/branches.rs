//! What is below a field of several concrete types at one place. Where interfaces are met
//! again below, the types go on together: planned apart they would multiply from level to level.

use std::rc::Rc;

use apollo_compiler::Name;

use crate::plan::draft::{Deps, NodeId, PathStep};
use crate::plan::planning::{Planned, Planning};
use crate::plan::position::{Access, Origin, Part, Position, PositionId};
use crate::plan::wanted::{Sources, Wanted, WantedField};

/// Fields of the objects at one position, with the positions below them.
#[derive(Default)]
pub(crate) struct Branches<'w> {
    list: Vec<Branch<'w>>,
}

/// One field that is wanted of some concrete types, and of all of them the same below.
struct Branch<'w> {
    name: Name,
    sources: Vec<&'w WantedField>,
    twigs: Vec<Twig>,
}

/// The field of one concrete type: the position of its objects, and that of the values.
type Twig = (PositionId, PositionId);

impl<'w> Branches<'w> {
    pub(crate) fn add(&mut self, name: &Name, sources: &[&'w WantedField], twig: Twig) {
        let is_same = |branch: &&mut Branch<'_>| {
            let mut both = branch.sources.iter().zip(sources);
            branch.name == *name
                && branch.sources.len() == sources.len()
                && both.all(|(one, other)| std::ptr::eq(*one, *other))
        };
        match self.list.iter_mut().find(is_same) {
            Some(known) => known.twigs.push(twig),
            None => self.list.push(Branch {
                name: name.clone(),
                sources: sources.to_vec(),
                twigs: vec![twig],
            }),
        }
    }
}

impl Planning<'_> {
    /// Goes on below fields of several concrete types at a position.
    pub(crate) fn descend_branches(
        &mut self,
        at: PositionId,
        branches: Branches<'_>,
    ) -> Planned<Deps> {
        let mut deps = Deps::new();
        for branch in branches.list {
            let sources = Sources::from([(branch.name.clone(), branch.sources)]);
            let wanted = Wanted::of_sources(&sources);
            let Some(field) = wanted.fields.get(&branch.name) else {
                continue;
            };
            let Some(below) = &field.below else {
                continue;
            };
            for below_at in self.joined(at, field, &branch.twigs) {
                deps.extend(self.select(below_at, below)?);
            }
        }
        Ok(deps)
    }

    /// The positions to go on from: one for all twigs that can go on together.
    fn joined(&mut self, at: PositionId, field: &WantedField, twigs: &[Twig]) -> Vec<PositionId> {
        let mut positions = Vec::new();
        let mut left: Vec<Twig> = Vec::new();
        for (parent, child) in twigs {
            let ty = &self.positions[*parent].ty;
            let joins = self.joins_twigs
                && self.is_fresh(*child)
                && Wanted::branches(self.index, ty, field);
            match joins {
                true => left.push((*parent, *child)),
                false => positions.push(*child),
            }
        }
        while let Some((_, first)) = left.first().copied() {
            let (together, rest): (Vec<_>, Vec<_>) = left
                .into_iter()
                .partition(|(_, child)| self.is_alike(at, first, *child));
            left = rest;
            positions.push(match together.len() {
                1 => first,
                _ => self.join(at, &together),
            });
        }
        positions
    }

    /// Whether nothing has been selected of the values yet.
    fn is_fresh(&self, child: PositionId) -> bool {
        let position = &self.positions[child];
        let [access] = &*position.accesses else {
            return false;
        };
        let mut parts = access.parts.iter();
        position.fields.is_empty()
            && position.objects.is_empty()
            && parts.all(|part| self.draft.nodes[part.node].is_fresh())
    }

    fn is_alike(&self, at: PositionId, one: PositionId, other: PositionId) -> bool {
        let (one, other) = (&self.positions[one], &self.positions[other]);
        // The step after those to the objects says which types are meant.
        let after = self.positions[at].path.len() + 1;
        one.ty == other.ty && one.scope == other.scope && one.path[after..] == other.path[after..]
    }

    /// One position for the values of several concrete types.
    fn join(&mut self, at: PositionId, twigs: &[Twig]) -> PositionId {
        let mut parts: Vec<Part> = Vec::new();
        let mut needs = Deps::new();
        for (parent, child) in twigs {
            needs.extend(&self.positions[*child].needs);
            for part in self.joined_parts(*parent, *child, &parts) {
                if parts.iter().all(|known| known.node != part.node) {
                    parts.push(part);
                }
            }
        }
        let first = &self.positions[twigs[0].1];
        let Origin::Field { name, field, .. } = first.origin.clone() else {
            unreachable!("what is below a field comes from a field")
        };
        let step = self.positions[at].path.len();
        let mut path = first.path.clone();
        let types = twigs.iter().map(|(parent, _)| &self.positions[*parent].ty);
        path[step] = PathStep::Objects(types.cloned().collect::<Rc<[Name]>>());
        let origin = Origin::Field {
            parents: twigs.iter().map(|(parent, _)| *parent).collect(),
            name,
            field,
        };
        let mut joined = Position::new(first.ty.clone(), path, first.scope, origin);
        joined.needs = needs;
        joined.accesses = vec![Access { parts }];
        self.positions.push(joined);
        self.positions.len() - 1
    }

    /// Lets a request select the same below a field of one more type as it does below those
    /// of others; tells what it has then.
    fn joined_parts(&mut self, parent: PositionId, child: PositionId, known: &[Part]) -> Vec<Part> {
        let mut parts = self.positions[child].accesses[0].parts.clone();
        for part in &mut parts {
            let group = self.draft.nodes[part.node].group;
            let twin = self.twin(known, group, &part.place);
            if let Some(twin) = twin.filter(|twin| *twin != part.node) {
                self.replace(parent, part.node, twin);
                part.node = twin;
            }
        }
        self.positions[child].accesses = vec![Access {
            parts: parts.clone(),
        }];
        parts
    }

    /// Puts one selection in the place of another, below a field of the objects at a position.
    fn replace(&mut self, parent: PositionId, old: NodeId, new: NodeId) {
        let position = &self.positions[parent];
        let accesses = position.accesses.iter().chain(&position.shared);
        let nodes: Vec<_> = accesses
            .flat_map(|access| access.parts.iter().map(|part| part.node))
            .collect();
        for node in nodes {
            let fields = self.draft.nodes[node].fields.values_mut();
            for field in fields.filter(|field| field.below == Some(old)) {
                field.below = Some(new);
            }
        }
        self.draft.nodes[new].is_shared = true;
    }
}
