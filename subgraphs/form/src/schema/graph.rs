//! References inside a schema: which ones lead somewhere, and which would never end.

use std::collections::HashMap;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::{
    clean::warn,
    walk::{self, Relation},
};
use crate::pointer::Pointer;

/// How many subschemas may apply to one value in a row.
const CHAIN_MAX: usize = 128;

/// The pointer that a reference within the document stands for.
pub(super) fn target(reference: &str) -> Option<String> {
    let fragment = reference.strip_prefix('#')?;
    let pointer = percent_decode_str(fragment).decode_utf8().ok()?;
    (pointer.is_empty() || pointer.starts_with('/')).then(|| pointer.into_owned())
}

/// Every schema of a document and what it applies.
pub(super) struct Graph<'a> {
    pub(super) nodes: Vec<Node<'a>>,
    by_pointer: HashMap<String, usize>,
}

/// One schema.
pub(super) struct Node<'a> {
    pub(super) pointer: String,
    pub(super) below: Vec<Edge<'a>>,
    reference: Option<&'a str>,
}

/// One subschema or reference of a schema.
pub(super) struct Edge<'a> {
    pub(super) to: usize,
    pub(super) relation: Relation,
    pub(super) property: Option<&'a str>,
    is_reference: bool,
}

impl<'a> Graph<'a> {
    /// Reads all schemas, then joins the references that point to one of them.
    pub(super) fn read(document: &'a Value) -> Self {
        let mut graph = Self {
            nodes: Vec::new(),
            by_pointer: HashMap::new(),
        };
        graph.add(document, String::new());
        for at in 0..graph.nodes.len() {
            if let Some(to) = graph.nodes[at]
                .reference
                .and_then(|reference| graph.find(reference))
            {
                let edge = Edge {
                    to,
                    relation: Relation::Same,
                    property: None,
                    is_reference: true,
                };
                graph.nodes[at].below.push(edge);
            }
        }
        graph
    }

    fn add(&mut self, schema: &'a Value, pointer: String) -> usize {
        let at = self.nodes.len();
        let reference = schema.get("$ref").and_then(Value::as_str);
        self.by_pointer.insert(pointer.clone(), at);
        self.nodes.push(Node {
            pointer: pointer.clone(),
            below: Vec::new(),
            reference,
        });
        let Value::Object(object) = schema else {
            return at;
        };
        for below in walk::subschemas(object) {
            let to = self.add(below.schema, format!("{pointer}{}", below.suffix));
            let (relation, property) = (below.relation, below.property);
            self.nodes[at].below.push(Edge {
                to,
                relation,
                property,
                is_reference: false,
            });
        }
        at
    }

    fn find(&self, reference: &str) -> Option<usize> {
        self.by_pointer.get(&target(reference)?).copied()
    }

    fn dangling(&self) -> impl Iterator<Item = &Node<'a>> {
        self.nodes.iter().filter(|node| {
            node.reference
                .is_some_and(|reference| self.find(reference).is_none())
        })
    }

    /// Schemas in an order where each comes after all that it applies to the same value.
    ///
    /// Only for a graph without endless chains.
    pub(super) fn in_place_order(&self) -> Vec<usize> {
        let mut chains = Chains::over(self);
        chains.follow_all();
        chains.order
    }
}

/// Removes references that lead out of the document, nowhere, or back to themselves without
/// looking at a part of the value first.
pub(super) fn cut_references(document: &mut Value) {
    let graph = Graph::read(document);
    let mut cuts: Vec<(String, &str)> = graph
        .dangling()
        .map(|node| (node.pointer.clone(), "does not point into the schema"))
        .collect();
    let mut chains = Chains::over(&graph);
    chains.follow_all();
    cuts.extend(
        chains
            .cuts
            .iter()
            .map(|at| (graph.nodes[*at].pointer.clone(), "never ends")),
    );
    for (pointer, why) in cuts {
        if let Some(Value::Object(schema)) = document.pointer_mut(&pointer) {
            schema.shift_remove("$ref");
            warn(
                schema,
                &format!(
                    "\"$ref\" at #{} {why} and was left out",
                    Pointer::from(pointer.as_str())
                ),
            );
        }
    }
}

/// A depth-first search along the edges that stay on one value.
struct Chains<'g, 'a> {
    graph: &'g Graph<'a>,
    state: Vec<State>,
    path: Vec<Step>,
    order: Vec<usize>,
    cuts: Vec<usize>,
}

#[derive(Clone, Copy)]
enum State {
    New,
    Open,
    /// Done, with the length of the longest chain from here.
    Done(usize),
}

struct Step {
    node: usize,
    by_reference: bool,
}

impl<'g, 'a> Chains<'g, 'a> {
    fn over(graph: &'g Graph<'a>) -> Self {
        let state = vec![State::New; graph.nodes.len()];
        Self {
            graph,
            state,
            path: Vec::new(),
            order: Vec::new(),
            cuts: Vec::new(),
        }
    }

    fn follow_all(&mut self) {
        for node in 0..self.graph.nodes.len() {
            if matches!(self.state[node], State::New) {
                self.follow(node, false);
            }
        }
    }

    /// Bounded recursion: a reference beyond the longest chain is cut, and nesting without a
    /// reference is limited by the depth of the document.
    fn follow(&mut self, node: usize, by_reference: bool) -> usize {
        self.state[node] = State::Open;
        self.path.push(Step { node, by_reference });
        let mut longest = 0;
        for edge in self.graph.nodes[node]
            .below
            .iter()
            .filter(|edge| edge.relation.is_in_place())
        {
            let length = match self.state[edge.to] {
                State::Open => {
                    self.cut(node, edge.is_reference);
                    continue;
                }
                State::New if edge.is_reference && self.path.len() >= CHAIN_MAX => {
                    self.cuts.push(node);
                    continue;
                }
                State::New => self.follow(edge.to, edge.is_reference),
                State::Done(length)
                    if edge.is_reference && self.path.len() + length > CHAIN_MAX =>
                {
                    self.cuts.push(node);
                    continue;
                }
                State::Done(length) => length,
            };
            longest = longest.max(length);
        }
        self.path.pop();
        self.order.push(node);
        self.state[node] = State::Done(longest + 1);
        longest + 1
    }

    /// Opens a circle at its last reference; one without any cannot be written down.
    fn cut(&mut self, from: usize, is_reference: bool) {
        if is_reference {
            self.cuts.push(from);
            return;
        }
        let Some(last) = self.path.iter().rposition(|step| step.by_reference) else {
            return;
        };
        if let Some(before) = last.checked_sub(1) {
            self.cuts.push(self.path[before].node);
        }
    }
}
