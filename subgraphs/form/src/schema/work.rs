//! How much work checking particular data is: every value, times the subschemas applied there.
//!
//! The depth of the data alone does not bound it: a list of thousands of texts, each tried against
//! hundreds of patterns, is flat.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use serde_json::Value;

use super::cost::{Cost, Parts, applied_to_value};
use super::graph::Graph;

/// Characters of a text that are looked through at the price of one application.
const TEXT_UNIT: usize = 64;
/// Listed values that are compared at the price of one application.
const LIST_UNIT: usize = 8;

/// An upper bound that is quick to find: along every path the worst is assumed.
pub(super) fn at_most(document: &Value, cost: &Cost, data: &Value) -> u64 {
    fn sum(data: &Value, along_path: &[u64], depth: usize) -> u64 {
        let here = along_path.get(depth).or(along_path.last());
        let own = here.copied().unwrap_or(1).saturating_mul(weight(data));
        parts(data).fold(own, |all, part| {
            all.saturating_add(sum(part, along_path, depth + 1))
        })
    }
    sum(data, &cost.along_path, 0).saturating_mul(longest_list(document))
}

/// The work that these data are, or nothing when it is more than `max`.
pub(super) fn measure(document: &Value, data: &Value, max: u64) -> Option<u64> {
    let graph = Graph::read(document);
    let alone = graph.nodes.iter().map(|node| {
        let schema = document.pointer(&node.pointer);
        1 + schema.map_or(0, list_price)
    });
    let price = applied_to_value(&graph, alone.collect());
    let mut meter = Meter {
        graph: &graph,
        price,
        merged: HashMap::new(),
        followed: 0,
        left: max,
    };
    let root = Rc::new(Schemas::from([(0, 1)]));
    meter.add(data, &root)?;
    Some(max - meter.left)
}

/// The schemas that are applied to one value, with how often.
type Schemas = BTreeMap<usize, u64>;

/// What several schemas apply to the parts of a value.
struct Merged {
    properties: HashMap<String, Rc<Schemas>>,
    any_property: Rc<Schemas>,
    items: Rc<Schemas>,
}

struct Meter<'g, 'd> {
    graph: &'g Graph<'d>,
    price: Vec<u64>,
    merged: HashMap<Rc<Schemas>, Rc<Merged>>,
    followed: usize,
    left: u64,
}

impl Meter<'_, '_> {
    fn add(&mut self, data: &Value, schemas: &Rc<Schemas>) -> Option<()> {
        let price = schemas.iter().fold(1, |sum: u64, (at, times)| {
            sum.saturating_add(self.price[*at].saturating_mul(*times))
        });
        self.spend(price.saturating_mul(weight(data)))?;
        match data {
            Value::Array(items) => {
                let below = self.merged(schemas)?.items.clone();
                items.iter().try_for_each(|item| self.add(item, &below))
            }
            Value::Object(members) => {
                let merged = self.merged(schemas)?;
                members.iter().try_for_each(|(name, member)| {
                    let below = merged.properties.get(name);
                    self.add(member, below.unwrap_or(&merged.any_property))
                })
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Some(()),
        }
    }

    fn spend(&mut self, price: u64) -> Option<()> {
        self.left = self.left.checked_sub(price)?;
        Some(())
    }

    /// What these schemas apply to the parts of their value; found once for each such set.
    fn merged(&mut self, schemas: &Rc<Schemas>) -> Option<Rc<Merged>> {
        if let Some(known) = self.merged.get(schemas) {
            return Some(known.clone());
        }
        let (mut any, mut items) = (Schemas::new(), Schemas::new());
        let mut properties: HashMap<String, Schemas> = HashMap::new();
        for (at, times) in schemas.iter() {
            let before = self.followed;
            let parts = Parts::of(self.graph, *at, &mut self.followed).ok()?;
            self.spend((self.followed - before) as u64)?;
            join(&mut any, &parts.any_property, *times);
            join(&mut items, &parts.items, *times);
            for (name, below) in &parts.properties {
                join(properties.entry(name.clone()).or_default(), below, *times);
            }
        }
        let named = properties.into_iter().map(|(name, mut below)| {
            any.iter()
                .for_each(|(at, times)| *below.entry(*at).or_default() += times);
            (name, Rc::new(below))
        });
        let merged = Rc::new(Merged {
            properties: named.collect(),
            any_property: Rc::new(any.clone()),
            items: Rc::new(items),
        });
        self.merged.insert(schemas.clone(), merged.clone());
        Some(merged)
    }
}

fn join(all: &mut Schemas, more: &HashMap<usize, u64>, times: u64) {
    for (at, count) in more {
        let sum = all.entry(*at).or_default();
        *sum = sum.saturating_add(count.saturating_mul(times));
    }
}

/// What makes one value dearer than another.
fn weight(data: &Value) -> u64 {
    match data {
        Value::String(text) => 1 + (text.len() / TEXT_UNIT) as u64,
        _ => 1,
    }
}

fn parts(data: &Value) -> Box<dyn Iterator<Item = &Value> + '_> {
    match data {
        Value::Array(items) => Box::new(items.iter()),
        Value::Object(members) => Box::new(members.values()),
        _ => Box::new(std::iter::empty()),
    }
}

fn list_price(schema: &Value) -> u64 {
    let listed = schema.get("enum").and_then(Value::as_array);
    listed.map_or(0, |listed| (listed.len() / LIST_UNIT) as u64)
}

/// The highest price of a list anywhere in the document.
fn longest_list(document: &Value) -> u64 {
    let below = parts(document).map(longest_list).max();
    below.unwrap_or(1).max(1 + list_price(document))
}
