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

/// The deepest data that this schema can check at a bounded price.
pub(super) fn data_depth_max(document: &Value) -> Result<usize, SchemaError> {
    let graph = Graph::read(document);
    let own = own_applications(&graph)?;
    let parts = Parts::of_all(&graph)?;
    let mut cost = own.clone();
    for depth in 1..=DATA_DEPTH_MAX {
        let deeper: Vec<u64> = (0..graph.nodes.len())
            .map(|at| own[at].saturating_add(parts[at].costliest(&cost)))
            .collect();
        if deeper[0] > APPLICATIONS_MAX {
            // Less than a body and its properties is of no use to anybody.
            return if depth > 3 {
                Ok(depth - 1)
            } else {
                Err(SchemaError::TooCostly)
            };
        }
        if deeper == cost {
            break;
        }
        cost = deeper;
    }
    Ok(DATA_DEPTH_MAX)
}

/// How many schemas are applied to a value by each schema, itself included.
fn own_applications(graph: &Graph<'_>) -> Result<Vec<u64>, SchemaError> {
    let mut own = vec![1_u64; graph.nodes.len()];
    for at in graph.in_place_order() {
        let below = &graph.nodes[at].below;
        let sum = below
            .iter()
            .filter(|edge| edge.relation.is_in_place())
            .map(|edge| own[edge.to]);
        own[at] = sum.fold(1, u64::saturating_add);
        if own[at] > COMBINED_MAX {
            return Err(SchemaError::TooCostly);
        }
    }
    Ok(own)
}

/// The schemas that one schema applies to each part of a value, with how often.
#[derive(Default)]
struct Parts {
    properties: BTreeMap<String, HashMap<usize, u64>>,
    any_property: HashMap<usize, u64>,
    items: HashMap<usize, u64>,
}

impl Parts {
    fn of_all(graph: &Graph<'_>) -> Result<Vec<Self>, SchemaError> {
        let mut followed = 0;
        let mut all: Vec<Self> = Vec::with_capacity(graph.nodes.len());
        for at in 0..graph.nodes.len() {
            let mut parts = Self::default();
            let mut open = vec![at];
            while let Some(node) = open.pop() {
                followed += 1;
                if followed > FOLLOWED_MAX {
                    return Err(SchemaError::TooCostly);
                }
                for edge in &graph.nodes[node].below {
                    match edge.relation {
                        relation if relation.is_in_place() => open.push(edge.to),
                        Relation::Property => {
                            let name = edge.property.unwrap_or_default();
                            *parts
                                .properties
                                .entry(name.to_owned())
                                .or_default()
                                .entry(edge.to)
                                .or_default() += 1;
                        }
                        Relation::AnyProperty => {
                            *parts.any_property.entry(edge.to).or_default() += 1
                        }
                        Relation::Item => *parts.items.entry(edge.to).or_default() += 1,
                        _ => {}
                    }
                }
            }
            all.push(parts);
        }
        Ok(all)
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
