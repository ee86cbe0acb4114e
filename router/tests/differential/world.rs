//! The data behind a federated graph: every value is computed from the names of its object
//! and field and from the arguments, so that each subgraph and the monolith agree on it
//! without anything being stored.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};

use apollo_compiler::Name;
use apollo_compiler::ast::{Selection, Type};
use apollo_compiler::resolvers::{FieldError, ObjectValue, ResolvedValue};
use apollo_compiler::schema::ExtendedType;
use serde_json::{Value as Json, json};

use crate::graph::Graph;
use crate::tape::{digest, scramble};

/// Objects of each type.
pub(crate) const COUNT: u64 = 3;

/// An object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) ty: Name,
    pub(crate) id: u64,
}

/// What a resolver finds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Found {
    Null,
    Leaf(Json),
    Node(Node),
    List(Vec<Found>),
}

/// A field of an object type, over all subgraphs.
#[derive(Default)]
struct Fact {
    /// The subgraphs that define it, with its type there.
    types: Vec<(usize, Type)>,
    /// It is in a key: never null, different for every object, and leads to one of the same number.
    is_in_key: bool,
    /// It is in a field set: it does not fail.
    is_steady: bool,
}

pub(crate) struct World {
    seed: AtomicU64,
    pub(crate) graphs: Vec<Graph>,
    facts: BTreeMap<(Name, Name), Fact>,
    /// Objects of interfaces and unions over all subgraphs; an object type has itself.
    concrete: HashMap<Name, Vec<Name>>,
    /// Root fields of mutations so far.
    changes: AtomicU64,
}

impl World {
    pub(crate) fn new(seed: u64, graphs: Vec<Graph>) -> Self {
        let mut world = Self {
            seed: AtomicU64::new(seed),
            concrete: concrete(&graphs),
            graphs,
            facts: BTreeMap::new(),
            changes: AtomicU64::new(0),
        };
        world.gather();
        world.protect();
        world
    }

    /// Begins an operation: forgets what mutations did.
    pub(crate) fn begin(&self) {
        self.changes.store(0, Ordering::SeqCst);
    }

    /// Exchanges the data.
    pub(crate) fn set_seed(&self, seed: u64) {
        self.seed.store(seed, Ordering::SeqCst);
    }

    fn seed(&self) -> u64 {
        self.seed.load(Ordering::SeqCst)
    }

    /// The object types of a type, over all subgraphs.
    pub(crate) fn concrete(&self, ty: &str) -> &[Name] {
        self.concrete.get(ty).map_or(&[], Vec::as_slice)
    }

    /// Whether another subgraph has taken a field over.
    pub(crate) fn is_overridden(&self, graph: &Graph, ty: &str, field: &str) -> bool {
        self.graphs.iter().any(|other| {
            let marks = other.marks(ty, field);
            marks.and_then(|marks| marks.overrides.as_deref()) == Some(&graph.name)
        })
    }

    fn gather(&mut self) {
        for (number, graph) in self.graphs.iter().enumerate() {
            for (name, ty) in &graph.schema.types {
                let Some(object) = ty.as_object().filter(|_| !ty.is_built_in()) else {
                    continue;
                };
                let objects = match graph.interface_objects.contains(name) {
                    true => self.concrete[name].clone(),
                    false => vec![name.clone()],
                };
                let own = object
                    .fields
                    .iter()
                    .filter(|(name, _)| *name != "_entities");
                for (field, definition) in own {
                    for owner in &objects {
                        let key = (owner.clone(), field.clone());
                        let fact = self.facts.entry(key).or_default();
                        fact.types.push((number, definition.ty.clone()));
                    }
                }
            }
        }
    }

    fn protect(&mut self) {
        let mut sets = Vec::new();
        for graph in &self.graphs {
            for (ty, keys) in &graph.keys {
                sets.extend(keys.iter().map(|key| (ty.clone(), key.set.clone(), true)));
            }
            for (ty, field, marks) in graph.all_marks() {
                sets.extend(
                    marks
                        .requires
                        .iter()
                        .map(|set| (ty.clone(), set.clone(), false)),
                );
                if let Ok(definition) = graph.schema.type_field(ty, field) {
                    let of = definition.ty.inner_named_type().clone();
                    sets.push((of, marks.provides.clone(), false));
                }
            }
        }
        for (ty, set, is_key) in sets {
            self.protect_set(&ty, &set, is_key);
        }
    }

    fn protect_set(&mut self, ty: &Name, set: &[Selection], is_key: bool) {
        for selection in set {
            match selection {
                Selection::Field(field) => {
                    for object in self.concrete(ty).to_vec() {
                        let Some(fact) = self.facts.get_mut(&(object, field.name.clone())) else {
                            continue;
                        };
                        fact.is_in_key |= is_key;
                        fact.is_steady = true;
                        let of = fact.types[0].1.inner_named_type().clone();
                        self.protect_set(&of, &field.selection_set, is_key);
                    }
                }
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.type_condition.as_ref().unwrap_or(ty);
                    self.protect_set(condition, &fragment.selection_set, is_key);
                }
                Selection::FragmentSpread(_) => {}
            }
        }
    }

    /// What a field of an object is; the error is the resolver's own.
    pub(crate) fn find(
        &self,
        node: &Node,
        field: &str,
        arguments: &Json,
    ) -> Result<Found, FieldError> {
        let key = (node.ty.clone(), Name::new(field).expect("fields are names"));
        let Some(fact) = self.facts.get(&key) else {
            return Err(fail(format!("nobody knows {}.{field}", node.ty)));
        };
        let canonical = canonical(arguments);
        let mut hash = digest(
            self.seed(),
            &[&node.ty, &node.id.to_string(), field, &canonical],
        );
        if node.ty == "Mutation" {
            hash = scramble(hash ^ self.changes.fetch_add(1, Ordering::SeqCst));
        }
        let is_fragile = digest(self.seed(), &["fails", &node.ty, field]).is_multiple_of(5);
        let may_be_null = fact.types.iter().all(|(_, ty)| !ty.is_non_null());
        let must_not = fact.types.iter().all(|(_, ty)| ty.is_non_null());
        // Where one subgraph promises more than the graph does, its failure takes more away.
        let may_fail = may_be_null || must_not;
        let is_fragile = is_fragile && may_fail;
        if is_fragile && !fact.is_steady && (hash >> 32).is_multiple_of(3) {
            return Err(fail(format!("{}.{field} is broken", node.ty)));
        }
        let types: Vec<_> = fact.types.iter().map(|(_, ty)| ty).collect();
        Ok(self.value(fact, &types, node, field, hash))
    }

    fn value(&self, fact: &Fact, types: &[&Type], node: &Node, field: &str, hash: u64) -> Found {
        let may_be_null = !fact.is_in_key && types.iter().all(|ty| !ty.is_non_null());
        if may_be_null && hash.is_multiple_of(6) {
            return Found::Null;
        }
        if types.iter().all(|ty| ty.is_list()) {
            let items: Vec<_> = types.iter().map(|ty| ty.item_type()).collect();
            let found = (0..(hash >> 8) % 4).map(|number| {
                self.value(
                    fact,
                    &items,
                    node,
                    field,
                    scramble(hash.wrapping_add(number)),
                )
            });
            return Found::List(found.collect());
        }
        let named = types[0].inner_named_type();
        if self.concrete.contains_key(named) {
            return self.reference(fact, node, hash);
        }
        Found::Leaf(self.leaf(fact, named, node, field, hash))
    }

    /// An object that every subgraph with this field knows.
    fn reference(&self, fact: &Fact, node: &Node, hash: u64) -> Found {
        let options = self.options(fact);
        let Some(count) = u64::try_from(options.len()).ok().filter(|count| *count > 0) else {
            return Found::Null;
        };
        let index = usize::try_from((hash >> 16) % count).expect("it is below a count");
        let ty = options[index].clone();
        let id = if fact.is_in_key {
            node.id
        } else {
            (hash >> 40) % COUNT
        };
        let is_root = matches!(ty.as_str(), "Query" | "Mutation");
        Found::Node(Node {
            ty,
            id: if is_root { 0 } else { id },
        })
    }

    /// The types that a field can lead to in each of the subgraphs that have it.
    fn options(&self, fact: &Fact) -> Vec<Name> {
        let mut options: Option<Vec<Name>> = None;
        for (graph, ty) in &fact.types {
            let (graph, named) = (&self.graphs[*graph], ty.inner_named_type());
            let here = match graph.interface_objects.contains(named) {
                true => self.concrete(named).to_vec(),
                false => graph.possible(named),
            };
            match &mut options {
                Some(options) => options.retain(|option| here.contains(option)),
                None => options = Some(here),
            }
        }
        let mut options = options.unwrap_or_default();
        options.sort();
        options
    }

    /// Whether a field exists that can never have the same value in all of its subgraphs.
    pub(crate) fn is_contradictory(&self) -> bool {
        self.facts.values().any(|fact| {
            let leads_on = self
                .concrete
                .contains_key(fact.types[0].1.inner_named_type());
            leads_on && self.options(fact).is_empty()
        })
    }

    fn leaf(&self, fact: &Fact, named: &Name, node: &Node, field: &str, hash: u64) -> Json {
        let number = (hash >> 20) % 1000;
        match named.as_str() {
            "Int" if fact.is_in_key => {
                let ordinal = self.concrete.keys().filter(|name| **name < node.ty).count();
                json!(u64::try_from(ordinal).expect("a count fits") * 100 + node.id)
            }
            "ID" | "String" if fact.is_in_key => json!(format!("{}-{}-{field}", node.ty, node.id)),
            "Int" => json!(number),
            "Float" => json!(f64::from(u32::try_from(number).expect("it is small")) + 0.5),
            "Boolean" => json!(number.is_multiple_of(2)),
            "ID" | "String" => json!(format!("{field} {number}")),
            _ => self.other_leaf(named, number),
        }
    }

    fn other_leaf(&self, named: &Name, number: u64) -> Json {
        let definitions = self
            .graphs
            .iter()
            .filter_map(|graph| graph.schema.types.get(named));
        let enums: Vec<_> = definitions.filter_map(ExtendedType::as_enum).collect();
        let Some(first) = enums.first() else {
            return json!({ "any": [number] });
        };
        let values = first.values.iter().filter(|(value, definition)| {
            !definition.directives.has("inaccessible")
                && enums.iter().all(|ty| ty.values.contains_key(*value))
        });
        let mut values: Vec<_> = values.map(|(value, _)| value.to_string()).collect();
        values.sort();
        let index = usize::try_from(number).expect("it is small") % values.len().max(1);
        values.get(index).map_or(Json::Null, |value| json!(value))
    }
}

/// The error of a resolver.
pub(crate) fn fail(message: String) -> FieldError {
    FieldError { message }
}

/// What is found, as a value that can be executed further.
pub(crate) fn resolved<'a>(
    found: Found,
    open: &dyn Fn(Node) -> Box<dyn ObjectValue + 'a>,
) -> ResolvedValue<'a> {
    match found {
        Found::Null => ResolvedValue::null(),
        Found::Leaf(json) => ResolvedValue::leaf(
            serde_json::from_value::<apollo_compiler::response::JsonValue>(json)
                .expect("JSON is JSON"),
        ),
        Found::Node(node) => ResolvedValue::Object(open(node)),
        Found::List(items) => {
            let items: Vec<_> = items
                .into_iter()
                .map(|item| Ok(resolved(item, open)))
                .collect();
            ResolvedValue::List(Box::new(items.into_iter()))
        }
    }
}

/// JSON as text, in which `1`, `1.0` and `"1"` are the same.
pub(crate) fn canonical(json: &Json) -> String {
    match json {
        Json::String(text) => text.clone(),
        Json::Number(number) => number.as_f64().unwrap_or_default().to_string(),
        Json::Array(items) => format!(
            "[{}]",
            items.iter().map(canonical).collect::<Vec<_>>().join(",")
        ),
        Json::Object(fields) => {
            let fields: BTreeMap<_, _> = fields
                .iter()
                .map(|(key, value)| (key, canonical(value)))
                .collect();
            format!("{fields:?}")
        }
        other => other.to_string(),
    }
}

fn concrete(graphs: &[Graph]) -> HashMap<Name, Vec<Name>> {
    let mut concrete: HashMap<Name, Vec<Name>> = HashMap::new();
    for graph in graphs {
        for (name, ty) in &graph.schema.types {
            let is_composite = ty.is_object() || ty.is_interface() || ty.is_union();
            if !is_composite || ty.is_built_in() {
                continue;
            }
            let known = concrete.entry(name.clone()).or_default();
            if !graph.interface_objects.contains(name) {
                known.extend(graph.possible(name));
            }
        }
    }
    for known in concrete.values_mut() {
        known.sort();
        known.dedup();
    }
    concrete
}
