//! Drops fetches of fields that an earlier fetch of the same subgraph can bring along.
//!
//! The planner fetches what a `@requires` needs on its own, even from a subgraph that has
//! just been at the very object. Where an earlier operation of that subgraph selects the
//! object, the fields are selected there, and the later fetch is gone.

use apollo_compiler::Schema;
use apollo_compiler::ast::OperationType;
use hive_router_query_planner::ast::document::Document;
use hive_router_query_planner::ast::operation::SubgraphFetchOperation;
use hive_router_query_planner::ast::selection_item::SelectionItem;
use hive_router_query_planner::ast::selection_set::{
    FieldSelection, InlineFragmentSelection, SelectionSet,
};
use hive_router_query_planner::planner::plan_nodes::{
    BatchFetchNode, FetchNode, FlattenNodePathSegment as Segment, PlanNode, QueryPlan,
};
use hive_router_query_planner::state::supergraph_state::OperationKind;

/// An operation that has been executed when a later fetch begins.
#[derive(Clone)]
struct Host {
    subgraph: String,
    path: Vec<Segment>,
    kind: OperationKind,
    document: Document,
    changed: bool,
}

/// Fields to be fetched for the objects at a path.
struct Guest<'a> {
    subgraph: &'a str,
    path: &'a [Segment],
    requires: &'a SelectionSet,
    wanted: &'a SelectionSet,
    document: &'a Document,
}

/// Folds fetches into earlier ones wherever that is certain to be the same.
pub(crate) fn fold(plan: &mut QueryPlan, supergraph: &Schema) {
    let Some(node) = plan.node.take() else {
        return;
    };
    let mut folder = Folder {
        supergraph,
        hosts: Vec::new(),
    };
    let node = folder.visit(node, &mut Vec::new());
    plan.node = node.map(|mut node| {
        folder.write_back(&mut node, &mut 0);
        node
    });
}

struct Folder<'a> {
    supergraph: &'a Schema,
    hosts: Vec<Host>,
}

impl Folder<'_> {
    /// Visits in order of execution; `done` are the hosts that have been executed by then.
    fn visit(&mut self, node: PlanNode, done: &mut Vec<usize>) -> Option<PlanNode> {
        match node {
            PlanNode::Sequence(mut sequence) => {
                let nodes = sequence.nodes.into_iter();
                sequence.nodes = nodes.filter_map(|node| self.visit(node, done)).collect();
                (!sequence.nodes.is_empty()).then_some(PlanNode::Sequence(sequence))
            }
            PlanNode::Parallel(mut parallel) => {
                let before = done.clone();
                let mut remaining = Vec::new();
                for node in parallel.nodes {
                    let mut branch = before.clone();
                    remaining.extend(self.visit(node, &mut branch));
                    done.extend_from_slice(&branch[before.len()..]);
                }
                parallel.nodes = remaining;
                (!parallel.nodes.is_empty()).then_some(PlanNode::Parallel(parallel))
            }
            PlanNode::Fetch(fetch) => {
                self.add_host(&fetch, &[], done);
                Some(PlanNode::Fetch(fetch))
            }
            PlanNode::Flatten(flatten) => {
                if let PlanNode::Fetch(fetch) = &*flatten.node {
                    if self.fold_fetch(fetch, flatten.path.as_slice(), done) {
                        return None;
                    }
                    self.add_host(fetch, flatten.path.as_slice(), done);
                }
                Some(PlanNode::Flatten(flatten))
            }
            PlanNode::BatchFetch(batch) => self.fold_batch(batch, done).map(PlanNode::BatchFetch),
            other => Some(other),
        }
    }

    fn add_host(&mut self, fetch: &FetchNode, path: &[Segment], done: &mut Vec<usize>) {
        done.push(self.hosts.len());
        self.hosts.push(Host {
            subgraph: fetch.service_name.clone(),
            path: path.to_vec(),
            kind: fetch.operation_kind.clone().unwrap_or(OperationKind::Query),
            document: fetch.operation.document.clone(),
            changed: false,
        });
    }

    fn fold_fetch(&mut self, fetch: &FetchNode, path: &[Segment], done: &[usize]) -> bool {
        let document = &fetch.operation.document;
        let is_rewritten = fetch.input_rewrites.is_some() || fetch.output_rewrites.is_some();
        let entities = document.operation.selection_set.entities_field();
        match (&fetch.requires, entities) {
            (Some(requires), Some(entities)) if !is_rewritten => self.fold_guest(
                &Guest {
                    subgraph: &fetch.service_name,
                    path,
                    requires,
                    wanted: &entities.selections,
                    document,
                },
                done,
            ),
            _ => false,
        }
    }

    fn fold_batch(&mut self, mut batch: BatchFetchNode, done: &[usize]) -> Option<BatchFetchNode> {
        let mut document = batch.operation.document.clone();
        let before = batch.entity_batch.aliases.len();
        batch.entity_batch.aliases.retain(|alias| {
            let is_rewritten = alias.input_rewrites.is_some() || alias.output_rewrites.is_some();
            let items = &batch.operation.document.operation.selection_set.items;
            let wanted = items.iter().find_map(|item| named(item, &alias.alias));
            let ([path], Some(wanted), false) = (&*alias.merge_paths, wanted, is_rewritten) else {
                return true;
            };
            let folded = self.fold_guest(
                &Guest {
                    subgraph: &batch.service_name,
                    path: path.as_slice(),
                    requires: &alias.requires,
                    wanted: &wanted.selections,
                    document: &batch.operation.document,
                },
                done,
            );
            if folded {
                let items = &mut document.operation.selection_set.items;
                items.retain(|item| named(item, &alias.alias).is_none());
            }
            !folded
        });
        if batch.entity_batch.aliases.is_empty() {
            return None;
        }
        if batch.entity_batch.aliases.len() < before {
            drop_unused_variables(&mut document);
            batch.operation = SubgraphFetchOperation::from_anonymous_operation(document);
        }
        Some(batch)
    }

    fn fold_guest(&mut self, guest: &Guest<'_>, done: &[usize]) -> bool {
        let supergraph = self.supergraph;
        done.iter().rev().any(|&index| {
            let host = &mut self.hosts[index];
            host.subgraph == guest.subgraph && host.take_in(guest, supergraph).is_some()
        })
    }

    /// Puts the changed documents back, in the order in which hosts were found.
    fn write_back(&self, node: &mut PlanNode, next: &mut usize) {
        match node {
            PlanNode::Sequence(sequence) => {
                sequence
                    .nodes
                    .iter_mut()
                    .for_each(|node| self.write_back(node, next));
            }
            PlanNode::Parallel(parallel) => {
                parallel
                    .nodes
                    .iter_mut()
                    .for_each(|node| self.write_back(node, next));
            }
            PlanNode::Flatten(flatten) => self.write_back(&mut flatten.node, next),
            PlanNode::Fetch(fetch) => {
                let host = &self.hosts[*next];
                *next += 1;
                if host.changed {
                    let document = host.document.clone();
                    fetch.operation = SubgraphFetchOperation::from_anonymous_operation(document);
                }
            }
            _ => {}
        }
    }
}

impl Host {
    /// Selects the guest's fields at the guest's place; `None` if that is not possible.
    fn take_in(&mut self, guest: &Guest<'_>, supergraph: &Schema) -> Option<()> {
        if !self.document.fragments.is_empty() || !guest.document.fragments.is_empty() {
            return None;
        }
        let (wanted_type, wanted) = single_fragment(guest.wanted)?;
        let (required_type, required) = single_fragment(guest.requires)?;
        if wanted_type != required_type || needs_others(supergraph, wanted_type, wanted) {
            return None;
        }
        let tail = guest.path.strip_prefix(&*self.path)?;
        let mut document = self.document.clone();
        let root = &mut document.operation.selection_set;
        let (mut ty, mut selections) = match root.items.as_mut_slice() {
            [SelectionItem::Field(field)] if field.name == "_entities" => {
                single_fragment_mut(&mut field.selections)?
            }
            _ => (root_type(supergraph, &self.kind)?, root),
        };
        for segment in tail {
            match segment {
                Segment::List => {}
                Segment::TypeCondition(_) => return None,
                Segment::Field(name) => {
                    let field = selections
                        .items
                        .iter_mut()
                        .find_map(|item| named_mut(item, name))?;
                    let definition = supergraph.type_field(&ty, &field.name).ok()?;
                    ty = definition.ty.inner_named_type().to_string();
                    selections = &mut field.selections;
                }
            }
        }
        if ty != wanted_type || supergraph.get_object(&ty).is_none() {
            return None;
        }
        if !covers(selections, required) {
            return None;
        }
        merge(selections, wanted)?;
        let variables = wanted.variable_usages();
        let declared = guest
            .document
            .operation
            .variable_definitions
            .iter()
            .flatten();
        let own = document
            .operation
            .variable_definitions
            .get_or_insert_default();
        for variable in declared.filter(|variable| variables.contains(&variable.name)) {
            if !own.iter().any(|known| known.name == variable.name) {
                own.push(variable.clone());
            }
        }
        self.document = document;
        self.changed = true;
        Some(())
    }
}

fn root_type(supergraph: &Schema, kind: &OperationKind) -> Option<String> {
    let kind = match kind {
        OperationKind::Query => OperationType::Query,
        OperationKind::Mutation => OperationType::Mutation,
        OperationKind::Subscription => OperationType::Subscription,
    };
    supergraph.root_operation(kind).map(ToString::to_string)
}

/// A field that a subgraph resolves with the help of others can not be had on the way.
fn needs_others(supergraph: &Schema, ty: &str, wanted: &SelectionSet) -> bool {
    wanted.items.iter().any(|item| match item {
        SelectionItem::Field(field) if field.name == "__typename" => false,
        SelectionItem::Field(field) => match supergraph.type_field(ty, &field.name) {
            Ok(definition) => definition
                .directives
                .get_all("join__field")
                .any(|join| join.specified_argument_by_name("requires").is_some()),
            Err(_) => true,
        },
        SelectionItem::InlineFragment(_) | SelectionItem::FragmentSpread(_) => true,
    })
}

/// Whether everything required is selected already, under the same names.
fn covers(selections: &SelectionSet, required: &SelectionSet) -> bool {
    required.items.iter().all(|item| match item {
        SelectionItem::Field(field) if field.alias.is_none() => {
            let mut selected = selections.items.iter();
            selected.any(|item| {
                named(item, &field.name).is_some_and(|known| {
                    known.name == field.name
                        && known.arguments().is_none()
                        && covers(&known.selections, &field.selections)
                })
            })
        }
        _ => false,
    })
}

/// Adds selections; `None` when a response key would stand for two fields.
fn merge(into: &mut SelectionSet, from: &SelectionSet) -> Option<()> {
    for item in &from.items {
        let key = match item {
            SelectionItem::Field(field) => field.selection_identifier(),
            SelectionItem::InlineFragment(_) => {
                into.items.push(item.clone());
                continue;
            }
            SelectionItem::FragmentSpread(_) => return None,
        };
        let SelectionItem::Field(field) = item else {
            continue;
        };
        match into.items.iter_mut().find_map(|item| named_mut(item, key)) {
            // Its equality covers name, alias and arguments, not what is below.
            Some(known) if known == field => merge(&mut known.selections, &field.selections)?,
            Some(_) => return None,
            None => into.items.push(item.clone()),
        }
    }
    Some(())
}

fn drop_unused_variables(document: &mut Document) {
    let used = document.operation.selection_set.variable_usages();
    if let Some(variables) = &mut document.operation.variable_definitions {
        variables.retain(|variable| used.contains(&variable.name));
    }
}

fn named<'a>(item: &'a SelectionItem, key: &str) -> Option<&'a FieldSelection> {
    match item {
        SelectionItem::Field(field) if field.selection_identifier() == key => Some(field),
        _ => None,
    }
}

fn named_mut<'a>(item: &'a mut SelectionItem, key: &str) -> Option<&'a mut FieldSelection> {
    match item {
        SelectionItem::Field(field) if field.selection_identifier() == key => Some(field),
        _ => None,
    }
}

fn single_fragment(set: &SelectionSet) -> Option<(&str, &SelectionSet)> {
    match &*set.items {
        [SelectionItem::InlineFragment(fragment)] => {
            Some((&fragment.type_condition, &fragment.selections))
        }
        _ => None,
    }
}

fn single_fragment_mut(set: &mut SelectionSet) -> Option<(String, &mut SelectionSet)> {
    match set.items.as_mut_slice() {
        [
            SelectionItem::InlineFragment(InlineFragmentSelection {
                type_condition,
                selections,
                ..
            }),
        ] => Some((type_condition.clone(), selections)),
        _ => None,
    }
}
