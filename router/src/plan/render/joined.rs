//! Which requests of a draft are sent as one.

use std::collections::BTreeSet;

use crate::plan::draft::{Draft, GroupId, GroupKind};
use crate::plan::render::text::Writer;
use crate::plan::scope::Scopes;
use crate::plan::supergraph::SupergraphIndex;

/// Requests that are sent as one.
pub(crate) struct Joined {
    pub(crate) groups: Vec<GroupId>,
    pub(crate) after: BTreeSet<usize>,
    /// What they select, those together that select the same.
    pub(crate) alike: Vec<Alike>,
    /// What the selections refer to.
    pub(crate) fragments: String,
    pub(crate) variables: BTreeSet<usize>,
}

/// Requests, or entity fetches of one that select the same of different places.
pub(crate) struct Alike {
    pub(crate) text: String,
    pub(crate) groups: Vec<GroupId>,
    /// There is no other in its request.
    pub(crate) is_single: bool,
}

/// Entity fetches of one subgraph that wait for the same requests become one request.
pub(crate) fn join(index: &SupergraphIndex, draft: &Draft, scopes: &mut Scopes) -> Vec<Joined> {
    let mut list: Vec<Joined> = Vec::new();
    let mut place_of = Vec::with_capacity(draft.groups.len());
    for (id, group) in draft.groups.iter().enumerate() {
        let after: BTreeSet<usize> = group.after.iter().map(|before| place_of[*before]).collect();
        let fits = |joined: &Joined| {
            let first = &draft.groups[joined.groups[0]];
            let same = first.graph == group.graph && first.kind == group.kind;
            same && group.kind == GroupKind::Entities && joined.after == after
        };
        let place = list.iter().position(fits).unwrap_or_else(|| {
            list.push(Joined {
                groups: Vec::new(),
                after,
                alike: Vec::new(),
                fragments: String::new(),
                variables: BTreeSet::new(),
            });
            list.len() - 1
        });
        list[place].groups.push(id);
        place_of.push(place);
    }
    for joined in &mut list {
        let mut writer = Writer::new(index, draft);
        joined.alike = alike(&mut writer, draft, scopes, &joined.groups);
        joined.fragments = writer.fragments();
        joined.variables = writer.variables;
    }
    list
}

fn alike(
    writer: &mut Writer<'_>,
    draft: &Draft,
    scopes: &mut Scopes,
    groups: &[GroupId],
) -> Vec<Alike> {
    let mut list: Vec<Alike> = Vec::new();
    for id in groups {
        let group = &draft.groups[*id];
        let text = writer.selection(group.root);
        let known = list.iter_mut().find(|known| {
            let first = &draft.groups[known.groups[0]];
            known.text == text
                && first.inputs == group.inputs
                && scopes.unify(first.scope, group.scope)
        });
        match known {
            Some(known) => known.groups.push(*id),
            None => list.push(Alike {
                text,
                groups: vec![*id],
                is_single: true,
            }),
        }
    }
    let is_single = list.len() == 1;
    for alike in &mut list {
        alike.is_single = is_single;
    }
    list
}
