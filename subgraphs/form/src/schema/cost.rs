//! How much work a schema can make of a deeply nested value.
//!
//! A recursive schema that offers several branches for the same property doubles the work
//! with every level of the data. The form stays usable: only the depth of what may be
//! submitted shrinks until the worst case is affordable.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::{SchemaError, graph::Graph, walk::Relation};

/// How deep submitted data may be nested at all.
const DATA_DEPTH_MAX: usize = 32;
/// How many subschemas may be applied along one path through the data.
const APPLICATIONS_MAX: u64 = 100_000;
/// How many subschemas may be applied to one value.
const COMBINED_MAX: u64 = 2_000;
/// Over all schemas, how many of those are followed while measuring.
const FOLLOWED_MAX: usize = 1_000_000;

/// What checking data by a schema may cost.
#[derive(Clone, Debug)]
pub(super) struct Cost {
    /// The deepest data that can be checked at a bounded price.
    pub(super) data_depth_max: usize,
    /// How many subschemas are applied along one path to a value at each depth, at most.
    pub(super) along_path: Vec<u64>,
}

/// What this schema may cost.
pub(super) fn measure(document: &Value) -> Result<Cost, SchemaError> {
    let graph = Graph::read(document);
    let own = own_applications(&graph)?;
    let parts = Parts::of_all(&graph)?;
    let mut cost = own.clone();
    let mut along_path = vec![cost[0]];
    let done = |data_depth_max, along_path| Cost {
        data_depth_max,
        along_path,
    };
    for depth in 1..=DATA_DEPTH_MAX {
        let deeper: Vec<u64> = (0..graph.nodes.len())
            .map(|at| own[at].saturating_add(parts[at].costliest(&cost)))
            .collect();
        if deeper[0] > APPLICATIONS_MAX {
            // Less than a body and its properties is of no use to anybody.
            return if depth > 3 {
                Ok(done(depth - 1, along_path))
            } else {
                Err(SchemaError::TooCostly)
            };
        }
        if deeper == cost {
            break;
        }
        cost = deeper;
        along_path.push(cost[0]);
    }
    Ok(done(DATA_DEPTH_MAX, along_path))
}

/// How many schemas are applied to a value by each schema, itself included.
fn own_applications(graph: &Graph<'_>) -> Result<Vec<u64>, SchemaError> {
    let own = applied_to_value(graph, vec![1; graph.nodes.len()]);
    match own.iter().any(|own| *own > COMBINED_MAX) {
        true => Err(SchemaError::TooCostly),
        false => Ok(own),
    }
}

/// The price of applying each schema to a value, with all that it applies to the same value, where
/// each alone has its own price.
pub(super) fn applied_to_value(graph: &Graph<'_>, alone: Vec<u64>) -> Vec<u64> {
    let mut price = alone;
    for at in graph.in_place_order() {
        let below = graph.nodes[at].below.iter();
        let below = below.filter(|edge| edge.relation.is_in_place());
        price[at] = below.fold(price[at], |sum, edge| sum.saturating_add(price[edge.to]));
    }
    price
}

/// The schemas that one schema applies to each part of a value, with how often.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) properties: BTreeMap<String, HashMap<usize, u64>>,
    pub(super) any_property: HashMap<usize, u64>,
    pub(super) items: HashMap<usize, u64>,
}

impl Parts {
    fn of_all(graph: &Graph<'_>) -> Result<Vec<Self>, SchemaError> {
        let mut followed = 0;
        let all = (0..graph.nodes.len()).map(|at| Self::of(graph, at, &mut followed));
        all.collect()
    }

    /// The parts of one schema; `followed` counts the schemas that were looked at.
    pub(super) fn of(
        graph: &Graph<'_>,
        at: usize,
        followed: &mut usize,
    ) -> Result<Self, SchemaError> {
        let mut parts = Self::default();
        let mut open = vec![at];
        while let Some(node) = open.pop() {
            *followed += 1;
            if *followed > FOLLOWED_MAX {
                return Err(SchemaError::TooCostly);
            }
            for edge in &graph.nodes[node].below {
                let schemas = match edge.relation {
                    relation if relation.is_in_place() => {
                        open.push(edge.to);
                        continue;
                    }
                    Relation::Property => {
                        let name = edge.property.unwrap_or_default();
                        parts.properties.entry(name.to_owned()).or_default()
                    }
                    Relation::AnyProperty => &mut parts.any_property,
                    Relation::Item => &mut parts.items,
                    _ => continue,
                };
                *schemas.entry(edge.to).or_default() += 1;
            }
        }
        Ok(parts)
    }

    fn costliest(&self, cost: &[u64]) -> u64 {
        let sum = |schemas: &HashMap<usize, u64>| {
            schemas.iter().fold(0, |sum: u64, (at, times)| {
                sum.saturating_add(cost[*at].saturating_mul(*times))
            })
        };
        let any = sum(&self.any_property);
        let named = self
            .properties
            .values()
            .map(|schemas| sum(schemas).saturating_add(any))
            .max();
        named.unwrap_or(any).max(sum(&self.items))
    }
}
