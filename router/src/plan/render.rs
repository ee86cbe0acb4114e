//! From a draft to a plan: requests that can go together do, every name gets its slot, and
//! the texts are written.

mod joined;
mod text;

use std::collections::BTreeSet;
use std::sync::Arc;

use apollo_compiler::Name;

use self::joined::{Alike, Joined, join};
use crate::data::layout::{LayoutId, Layouts};
use crate::plan::draft::{Draft, DraftInput, Group, GroupKind, Need, PathStep};
use crate::plan::scope::Scopes;
use crate::plan::supergraph::SupergraphIndex;
use crate::plan::{EntityFetch, Fetch, Input, QueryPlan, Require, Step, Target, TargetPath};
use crate::subgraph::{EntitiesField, OperationKind, SubgraphOperation};

/// Finishes a draft; `types` are those of the operation's variables.
pub(crate) fn render(
    index: &SupergraphIndex,
    draft: &Draft,
    mut scopes: Scopes,
    types: &[String],
) -> QueryPlan {
    let joined = join(index, draft, &mut scopes);
    let (layouts, layout_of) = scopes.layouts();
    let renderer = Renderer {
        index,
        draft,
        types,
        layouts: &layouts,
        layout_of: &layout_of,
    };
    let fetches = joined.iter().map(|joined| renderer.fetch(joined)).collect();
    let after = joined.into_iter().map(|joined| joined.after).collect();
    let kind = draft.groups.first().map(|group| group.kind);
    let is_stream = kind == Some(GroupKind::Root(OperationKind::Subscription));
    QueryPlan::new(fetches, after, is_stream, layouts)
}

struct Renderer<'a> {
    index: &'a SupergraphIndex,
    draft: &'a Draft,
    types: &'a [String],
    layouts: &'a Layouts,
    /// The layout of each scope.
    layout_of: &'a [LayoutId],
}

impl Renderer<'_> {
    fn fetch(&self, joined: &Joined) -> Fetch {
        let first = &self.draft.groups[joined.groups[0]];
        let (kind, target, text, entities) = match first.kind {
            GroupKind::Root(kind) => {
                let text = joined.alike[0].text.clone();
                (kind, self.root_target(first), text, Vec::new())
            }
            GroupKind::Entities => {
                let (entities, text) = self.entity_fetches(&joined.alike);
                let fields = entities.iter().map(EntityFetch::field).collect();
                let target = Target::Entities(entities);
                (OperationKind::Query, target, text, fields)
            }
        };
        let variables = &joined.variables;
        let text = self.operation(kind, &entities, variables, &text) + &joined.fragments;
        Fetch {
            subgraph: Arc::clone(&self.index.subgraphs[first.graph]),
            operation: Arc::new(SubgraphOperation::new(text, kind, entities)),
            arguments: variables.iter().copied().collect(),
            target,
        }
    }

    fn root_target(&self, group: &Group) -> Target {
        let fields = &self.draft.nodes[group.root].fields;
        Target::Objects {
            path: (!group.path.is_empty()).then(|| self.path(&group.path)),
            layout: self.layout_of[group.scope],
            keys: fields.keys().map(ToString::to_string).collect(),
        }
    }

    /// One `_entities` field has its plain name, several are numbered.
    fn entity_fetches(&self, alike: &[Alike]) -> (Vec<EntityFetch>, String) {
        let mut text = "{".to_owned();
        let mut fetches = Vec::with_capacity(alike.len());
        for (number, alike) in alike.iter().enumerate() {
            let (response_key, variable) = if alike.is_single {
                ("_entities".to_owned(), "representations".to_owned())
            } else {
                let space = if number > 0 { " " } else { "" };
                text.push_str(&format!("{space}_e{number}:"));
                (format!("_e{number}"), format!("representations{number}"))
            };
            let selection = &alike.text;
            text.push_str(&format!(
                "_entities(representations:${variable}){selection}"
            ));
            let groups = alike.groups.iter().map(|group| &self.draft.groups[*group]);
            let first = &self.draft.groups[alike.groups[0]];
            let layout = self.layout_of[first.scope];
            fetches.push(EntityFetch {
                response_key,
                variable: async_graphql::Name::new(variable),
                paths: groups.map(|group| self.path(&group.path)).collect(),
                layout,
                inputs: first
                    .inputs
                    .iter()
                    .map(|input| self.input(layout, input))
                    .collect(),
            });
        }
        text.push('}');
        (fetches, text)
    }

    fn input(&self, layout: LayoutId, input: &DraftInput) -> Input {
        Input {
            object: input.object.as_ref().map(ToString::to_string),
            typename: input.typename.to_string(),
            fields: self.requires(layout, &input.fields),
        }
    }

    fn requires(&self, layout: LayoutId, needs: &[Need]) -> Vec<Require> {
        let require = |need: &Need| match need {
            Need::Field {
                name,
                sent_as,
                nullable,
                below,
            } => {
                let (slot, inner) = self.slot(layout, name);
                Require::Field {
                    slot,
                    name: Arc::from(name.as_str()),
                    sent_as: async_graphql::Name::new(sent_as),
                    nullable: *nullable,
                    below: inner.map_or_else(Vec::new, |inner| self.requires(inner, below)),
                }
            }
            Need::On { types, below } => Require::On {
                types: types.iter().map(ToString::to_string).collect(),
                below: self.requires(layout, below),
            },
        };
        needs.iter().map(require).collect()
    }

    fn path(&self, path: &[PathStep]) -> TargetPath {
        let mut layout = 0;
        path.iter()
            .map(|step| match step {
                PathStep::Field(name) => {
                    let (slot, inner) = self.slot(layout, name);
                    layout = inner.unwrap_or_default();
                    Step::Field {
                        slot,
                        name: Arc::from(name.as_str()),
                    }
                }
                PathStep::List => Step::List,
                PathStep::Objects(names) => {
                    Step::Objects(names.iter().map(ToString::to_string).collect())
                }
            })
            .collect()
    }

    /// The slot of a name, and the layout below it.
    fn slot(&self, layout: LayoutId, name: &Name) -> (usize, Option<LayoutId>) {
        let layout = self.layouts.get(layout);
        let slot = layout
            .find(name, 0)
            .expect("what is planned has been given a name in its scope");
        (slot, layout.slot(slot).content.below)
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

impl EntityFetch {
    fn field(&self) -> EntitiesField {
        EntitiesField {
            response_key: self.response_key.clone(),
            variable: self.variable.to_string(),
        }
    }
}
