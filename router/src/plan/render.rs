//! From a draft to a plan: requests that can go together do, and their texts are written.

mod text;

use std::collections::BTreeSet;
use std::sync::Arc;

use async_graphql::Name;

use self::text::Writer;
use crate::plan::draft::{Draft, DraftInput, Group, GroupId, GroupKind, PathStep};
use crate::plan::supergraph::SupergraphIndex;
use crate::plan::{EntityFetch, Fetch, Input, QueryPlan, Step, Target, TargetPath};
use crate::subgraph::{EntitiesField, OperationKind, SubgraphOperation};

/// Requests of a draft that are sent as one.
struct Joined {
    groups: Vec<GroupId>,
    after: BTreeSet<usize>,
}

/// Finishes a draft; `types` are those of the operation's variables.
pub(crate) fn render(index: &SupergraphIndex, draft: &Draft, types: &[String]) -> QueryPlan {
    let joined = join(draft);
    let renderer = Renderer {
        index,
        draft,
        types,
    };
    let fetches = joined.iter().map(|joined| renderer.fetch(joined)).collect();
    let after = joined.into_iter().map(|joined| joined.after).collect();
    let kind = draft.groups.first().map(|group| group.kind);
    let is_stream = kind == Some(GroupKind::Root(OperationKind::Subscription));
    QueryPlan::new(fetches, after, is_stream)
}

/// Entity fetches of one subgraph that wait for the same requests become one request.
fn join(draft: &Draft) -> Vec<Joined> {
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
            });
            list.len() - 1
        });
        list[place].groups.push(id);
        place_of.push(place);
    }
    list
}

struct Renderer<'a> {
    index: &'a SupergraphIndex,
    draft: &'a Draft,
    types: &'a [String],
}

/// Entity fetches that select the same of different places.
struct Alike<'a> {
    text: String,
    inputs: &'a [DraftInput],
    paths: Vec<TargetPath>,
}

impl Renderer<'_> {
    fn fetch(&self, joined: &Joined) -> Fetch {
        let first = &self.draft.groups[joined.groups[0]];
        let mut writer = Writer::new(self.index, self.draft);
        let (kind, target, text, entities) = match first.kind {
            GroupKind::Root(kind) => {
                let text = writer.selection(first.root);
                (kind, self.root_target(first), text, Vec::new())
            }
            GroupKind::Entities => {
                let alike = self.alike(&joined.groups, &mut writer);
                let (entities, text) = entity_fetches(alike);
                let fields = entities.iter().map(EntityFetch::field).collect();
                (
                    OperationKind::Query,
                    Target::Entities(entities),
                    text,
                    fields,
                )
            }
        };
        let text = self.operation(kind, &entities, &writer.variables, &text);
        Fetch {
            subgraph: Arc::clone(&self.index.subgraphs[first.graph]),
            operation: Arc::new(SubgraphOperation::new(text, kind, entities)),
            arguments: writer.variables.into_iter().collect(),
            target,
        }
    }

    fn root_target(&self, group: &Group) -> Target {
        let fields = &self.draft.nodes[group.root].fields;
        Target::Objects {
            path: (!group.path.is_empty()).then(|| target_path(&group.path)),
            keys: fields.keys().map(ToString::to_string).collect(),
        }
    }

    fn alike(&self, groups: &[GroupId], writer: &mut Writer<'_>) -> Vec<Alike<'_>> {
        let mut list: Vec<Alike<'_>> = Vec::new();
        for group in groups {
            let group = &self.draft.groups[*group];
            let text = writer.selection(group.root);
            let path = target_path(&group.path);
            let known = list
                .iter_mut()
                .find(|known| known.text == text && *known.inputs == *group.inputs);
            match known {
                Some(known) => known.paths.push(path),
                None => list.push(Alike {
                    text,
                    inputs: &group.inputs,
                    paths: vec![path],
                }),
            }
        }
        list
    }

    fn operation(
        &self,
        kind: OperationKind,
        entities: &[EntitiesField],
        variables: &BTreeSet<usize>,
        selection: &str,
    ) -> String {
        let representations = entities
            .iter()
            .map(|field| format!("${}:[_Any!]!", field.variable));
        let arguments = variables.iter().map(|position| {
            let variable = crate::normalize::arguments::variable(*position);
            let ty = self.types.get(*position).map_or("String", String::as_str);
            format!("${variable}:{ty}")
        });
        let declared: Vec<_> = representations.chain(arguments).collect();
        match (kind, declared.is_empty()) {
            (OperationKind::Query, true) => selection.to_owned(),
            (_, true) => format!("{}{selection}", kind.as_str()),
            (_, false) => format!("{}({}){selection}", kind.as_str(), declared.join(",")),
        }
    }
}

/// One `_entities` field has its plain name, several are numbered.
fn entity_fetches(alike: Vec<Alike<'_>>) -> (Vec<EntityFetch>, String) {
    let is_single = alike.len() == 1;
    let mut text = "{".to_owned();
    let mut fetches = Vec::with_capacity(alike.len());
    for (number, alike) in alike.into_iter().enumerate() {
        let (response_key, variable) = if is_single {
            ("_entities".to_owned(), "representations".to_owned())
        } else {
            text.push_str(&format!("{}_e{number}:", if number > 0 { " " } else { "" }));
            (format!("_e{number}"), format!("representations{number}"))
        };
        let selection = alike.text;
        text.push_str(&format!(
            "_entities(representations:${variable}){selection}"
        ));
        fetches.push(EntityFetch {
            response_key,
            variable: Name::new(variable),
            paths: alike.paths,
            inputs: alike.inputs.iter().map(Input::from).collect(),
        });
    }
    text.push('}');
    (fetches, text)
}

impl EntityFetch {
    fn field(&self) -> EntitiesField {
        EntitiesField {
            response_key: self.response_key.clone(),
            variable: self.variable.to_string(),
        }
    }
}

impl From<&DraftInput> for Input {
    fn from(input: &DraftInput) -> Self {
        Self {
            object: input.object.as_ref().map(ToString::to_string),
            typename: input.typename.to_string(),
            fields: input.fields.clone(),
        }
    }
}

fn target_path(path: &[PathStep]) -> TargetPath {
    path.iter()
        .map(|step| match step {
            PathStep::Field(name) => Step::Field(Name::new(name)),
            PathStep::List => Step::List,
            PathStep::Object(name) => Step::Object(name.to_string()),
        })
        .collect()
}
