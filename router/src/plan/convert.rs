//! From the planner crate's plan to our own.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use apollo_compiler::Schema;
use apollo_compiler::schema::ExtendedType;
use async_graphql::Name;
use hive_router_query_planner::ast::operation::SubgraphFetchOperation;
use hive_router_query_planner::ast::selection_item::SelectionItem;
use hive_router_query_planner::ast::selection_set::{FieldSelection, SelectionSet};
use hive_router_query_planner::planner::plan_nodes::{
    BatchFetchNode, FetchNode, FetchNodePathSegment, FetchRewrite, FlattenNodePath,
    FlattenNodePathSegment, PlanNode as HiveNode, QueryPlan as HivePlan,
};
use hive_router_query_planner::state::supergraph_state::OperationKind as HiveKind;

use crate::normalize::arguments;
use crate::plan::{
    Change, EntityFetch, Fetch, PlanNode, QueryPlan, Require, Rewrite, RewriteStep, Step, Target,
    TargetPath,
};
use crate::subgraph::{EntitiesField, OperationKind, SubgraphOperation};

const ENTITIES: &str = "_entities";
const REPRESENTATIONS: &str = "representations";
const TYPENAME: &str = "__typename";

/// Knows the supergraph, for what plans leave open about types.
pub(crate) struct Converter<'a> {
    supergraph: &'a Schema,
}

type Converted<T> = Result<T, String>;

impl<'a> Converter<'a> {
    pub(crate) fn new(supergraph: &'a Schema) -> Self {
        Self { supergraph }
    }

    pub(crate) fn plan(&self, plan: HivePlan) -> Converted<QueryPlan> {
        let mut nodes = match plan.node {
            None => return Ok(QueryPlan::default()),
            Some(HiveNode::Sequence(sequence)) => sequence.nodes,
            Some(node) => vec![node],
        };
        let mut converted = QueryPlan::default();
        if matches!(nodes.first(), Some(HiveNode::Subscription(_)))
            && let HiveNode::Subscription(subscription) = nodes.remove(0)
        {
            converted.subscription = Some(self.fetch(subscription.primary, Vec::new())?);
        }
        let nodes = self.nodes(nodes)?;
        converted.node = (!nodes.is_empty()).then_some(PlanNode::Sequence(nodes));
        Ok(converted)
    }

    fn nodes(&self, nodes: Vec<HiveNode>) -> Converted<Vec<PlanNode>> {
        nodes.into_iter().map(|node| self.node(node)).collect()
    }

    fn node(&self, node: HiveNode) -> Converted<PlanNode> {
        let fetch = |fetch| PlanNode::Fetch(Box::new(fetch));
        Ok(match node {
            HiveNode::Fetch(node) => fetch(self.fetch(node, Vec::new())?),
            HiveNode::BatchFetch(node) => fetch(self.batch(node)?),
            HiveNode::Flatten(flatten) => match *flatten.node {
                HiveNode::Fetch(node) => fetch(self.fetch(node, vec![self.path(&flatten.path)])?),
                _ => return Err("plan flattens something other than a fetch".to_owned()),
            },
            HiveNode::Sequence(sequence) => PlanNode::Sequence(self.nodes(sequence.nodes)?),
            HiveNode::Parallel(parallel) => PlanNode::Parallel(self.nodes(parallel.nodes)?),
            HiveNode::Condition(_) => return Err("plan has a condition left in it".to_owned()),
            HiveNode::Subscription(_) | HiveNode::Defer(_) => {
                return Err("plan has a stream in the middle".to_owned());
            }
        })
    }

    fn fetch(&self, node: FetchNode, paths: Vec<TargetPath>) -> Converted<Fetch> {
        let (entities, target) = match &node.requires {
            None => {
                let rewrites = self.rewrites(node.output_rewrites.as_deref());
                let keys = root_keys(&node.operation);
                let target = Target::Objects {
                    paths,
                    rewrites,
                    keys,
                };
                (Vec::new(), target)
            }
            Some(requires) => {
                let entity = EntityFetch {
                    response_key: ENTITIES.to_owned(),
                    variable: Name::new(REPRESENTATIONS),
                    paths,
                    requires: self.requires(requires, None)?,
                    input_rewrites: self.rewrites(node.input_rewrites.as_deref()),
                    output_rewrites: self.rewrites(node.output_rewrites.as_deref()),
                };
                (
                    vec![entities_field(&entity)],
                    Target::Entities(vec![entity]),
                )
            }
        };
        Ok(Fetch {
            subgraph: node.service_name.into(),
            arguments: used_arguments(&node.operation),
            operation: operation(node.operation, node.operation_kind.as_ref(), entities),
            target,
        })
    }

    fn batch(&self, node: BatchFetchNode) -> Converted<Fetch> {
        let entities = node
            .entity_batch
            .aliases
            .iter()
            .map(|alias| {
                Ok(EntityFetch {
                    response_key: alias.alias.clone(),
                    variable: Name::new(&alias.representations_variable_name),
                    paths: alias
                        .merge_paths
                        .iter()
                        .map(|path| self.path(path))
                        .collect(),
                    requires: self.requires(&alias.requires, None)?,
                    input_rewrites: self.rewrites(alias.input_rewrites.as_deref()),
                    output_rewrites: self.rewrites(alias.output_rewrites.as_deref()),
                })
            })
            .collect::<Converted<Vec<_>>>()?;
        let fields = entities.iter().map(entities_field).collect();
        Ok(Fetch {
            subgraph: node.service_name.into(),
            arguments: used_arguments(&node.operation),
            operation: operation(node.operation, node.operation_kind.as_ref(), fields),
            target: Target::Entities(entities),
        })
    }

    fn requires(&self, set: &SelectionSet, parent: Option<&str>) -> Converted<Vec<Require>> {
        set.items
            .iter()
            .map(|item| match item {
                SelectionItem::Field(field) => self.require_field(field, parent),
                SelectionItem::InlineFragment(fragment) => Ok(Require::On {
                    types: self.possible_types(&fragment.type_condition),
                    below: self.requires(&fragment.selections, Some(&fragment.type_condition))?,
                }),
                SelectionItem::FragmentSpread(name) => {
                    Err(format!("requirement spreads fragment {name}"))
                }
            })
            .collect()
    }

    fn require_field(&self, field: &FieldSelection, parent: Option<&str>) -> Converted<Require> {
        // A patched field has the name it is found under, and the name it is sent as for alias.
        let sent_as = field.alias.as_ref().unwrap_or(&field.name);
        let ty = parent
            .and_then(|parent| self.supergraph.type_field(parent, sent_as).ok())
            .map(|definition| &definition.ty);
        Ok(Require::Field {
            name: Name::new(&field.name),
            sent_as: Name::new(sent_as),
            nullable: sent_as != TYPENAME && ty.is_none_or(|ty| !ty.is_non_null()),
            below: self.requires(
                &field.selections,
                ty.map(|ty| ty.inner_named_type().as_str()),
            )?,
        })
    }

    /// A condition on an interface is met by what implements it, and by an object that is
    /// only known as the interface so far.
    fn all_possible(&self, types: &BTreeSet<String>) -> HashSet<String> {
        let possible = types.iter().flat_map(|ty| self.possible_types(ty));
        possible.collect()
    }

    fn path(&self, path: &FlattenNodePath) -> TargetPath {
        path.as_slice()
            .iter()
            .map(|segment| match segment {
                FlattenNodePathSegment::Field(name) => Step::Field(Name::new(name)),
                FlattenNodePathSegment::List => Step::List,
                FlattenNodePathSegment::TypeCondition(types) => {
                    Step::Types(self.all_possible(types))
                }
            })
            .collect()
    }

    fn rewrites(&self, rewrites: Option<&[FetchRewrite]>) -> Vec<Rewrite> {
        let steps = |path: &[FetchNodePathSegment]| {
            path.iter()
                .map(|segment| match segment {
                    FetchNodePathSegment::Key(key) => RewriteStep::Key(Name::new(key)),
                    FetchNodePathSegment::TypenameEquals(types) => {
                        RewriteStep::Types(self.all_possible(types))
                    }
                })
                .collect()
        };
        rewrites
            .unwrap_or_default()
            .iter()
            .map(|rewrite| match rewrite {
                FetchRewrite::ValueSetter(setter) => Rewrite {
                    path: steps(&setter.path),
                    change: Change::Set(setter.set_value_to.clone()),
                },
                FetchRewrite::KeyRenamer(renamer) => Rewrite {
                    path: steps(&renamer.path),
                    change: Change::Rename(Name::new(&renamer.rename_key_to)),
                },
            })
            .collect()
    }

    fn possible_types(&self, ty: &str) -> HashSet<String> {
        let mut types = HashSet::from([ty.to_owned()]);
        match self.supergraph.types.get(ty) {
            Some(ExtendedType::Union(union)) => {
                types.extend(union.members.iter().map(|member| member.to_string()));
            }
            Some(ExtendedType::Interface(_)) => {
                let objects = self
                    .supergraph
                    .types
                    .values()
                    .filter_map(|ty| ty.as_object());
                let implementing =
                    objects.filter(|object| object.implements_interfaces.contains(ty));
                types.extend(implementing.map(|object| object.name.to_string()));
            }
            _ => {}
        }
        types
    }
}

fn entities_field(entity: &EntityFetch) -> EntitiesField {
    EntitiesField {
        response_key: entity.response_key.clone(),
        variable: entity.variable.to_string(),
    }
}

fn operation(
    operation: SubgraphFetchOperation,
    kind: Option<&HiveKind>,
    entities: Vec<EntitiesField>,
) -> Arc<SubgraphOperation> {
    let kind = match kind {
        Some(HiveKind::Mutation) => OperationKind::Mutation,
        Some(HiveKind::Subscription) => OperationKind::Subscription,
        Some(HiveKind::Query) | None => OperationKind::Query,
    };
    Arc::new(SubgraphOperation::new(
        operation.document_str,
        kind,
        entities,
    ))
}

fn root_keys(operation: &SubgraphFetchOperation) -> Vec<String> {
    let items = &operation.document.operation.selection_set.items;
    items
        .iter()
        .filter_map(|item| match item {
            SelectionItem::Field(field) => Some(field.selection_identifier().to_owned()),
            SelectionItem::InlineFragment(_) | SelectionItem::FragmentSpread(_) => None,
        })
        .collect()
}

fn used_arguments(operation: &SubgraphFetchOperation) -> Vec<usize> {
    let declared = operation.document.operation.variable_definitions.iter();
    declared
        .flatten()
        .filter_map(|variable| arguments::position(&variable.name))
        .collect()
}
