//! The schemas that references lead to: named once, converted once, shared by every operation.
//!
//! A recursive schema stays recursive through `$defs`. Only a reference that leads back to its
//! own schema *for the same value* is cut: a validator would follow it for ever.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use serde_json::Value;

use super::description::Warning;
use super::document::{Dialect, Document, Unresolved};
use super::limits::Limits;
use super::pointer::Pointer;
use super::schema::Conversion;
use super::tree::{Node, Object};

/// A converted schema and what it refers to.
pub(super) struct Converted {
    pub(super) schema: Value,
    pub(super) refs: Vec<usize>,
    pub(super) warnings: Vec<Warning>,
    pub(super) bytes: usize,
}

struct Definition<'d> {
    name: String,
    pointer: String,
    node: &'d Node<'d>,
    chain: Chain,
    converted: Option<Rc<Converted>>,
}

/// How far a definition's same-value references have been followed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Chain {
    Unknown,
    Open,
    /// The longest run of references below.
    Closed(usize),
}

/// All definitions referred to so far, by number.
pub(super) struct Definitions<'d> {
    pub(super) document: &'d Document<'d>,
    pub(super) limits: &'d Limits,
    entries: Vec<Definition<'d>>,
    by_pointer: HashMap<String, usize>,
    names: HashMap<String, usize>,
    cut: HashSet<(usize, usize)>,
    work_left: usize,
}

impl<'d> Definitions<'d> {
    pub(super) fn new(document: &'d Document<'d>, limits: &'d Limits) -> Self {
        Self {
            document,
            limits,
            entries: Vec::new(),
            by_pointer: HashMap::new(),
            names: HashMap::new(),
            cut: HashSet::new(),
            work_left: limits.work_max,
        }
    }

    /// Takes steps from what the document may cost; `false` once it has cost too much.
    ///
    /// What is shared is looked at again for everything that shares it, so the cost of a document
    /// is not bounded by its size.
    pub(super) fn spend(&mut self, steps: usize) -> bool {
        let left = self.work_left.checked_sub(steps);
        self.work_left = left.unwrap_or(0);
        left.is_some()
    }

    /// Whether the document has cost too much.
    pub(super) fn is_spent(&self) -> bool {
        self.work_left == 0
    }

    pub(super) fn name(&self, id: usize) -> &str {
        &self.entries[id].name
    }

    /// The definition that a `$ref` leads to.
    pub(super) fn resolve(&mut self, reference: &Node<'d>) -> Result<usize, Unresolved> {
        let (pointer, node) = self.document.locate(reference)?;
        if let Some(id) = self.by_pointer.get(&pointer) {
            return Ok(*id);
        }
        let id = self.entries.len();
        let name = self.free_name(&pointer);
        self.by_pointer.insert(pointer.clone(), id);
        self.entries.push(Definition {
            name,
            pointer,
            node,
            chain: Chain::Unknown,
            converted: None,
        });
        Ok(id)
    }

    /// Converts a schema that stands in an operation.
    pub(super) fn convert(&mut self, node: &'d Node<'d>, at: &Pointer<'_>) -> Converted {
        Conversion::new(self, None).run(node, at)
    }

    /// Converts a definition, once.
    pub(super) fn converted(&mut self, id: usize) -> Rc<Converted> {
        if let Some(converted) = &self.entries[id].converted {
            return Rc::clone(converted);
        }
        self.close_chains(id);
        let pointer = self.entries[id].pointer.clone();
        let node = self.entries[id].node;
        let converted =
            Rc::new(Conversion::new(self, Some(id)).run(node, &Pointer::Base(&pointer)));
        self.entries[id].converted = Some(Rc::clone(&converted));
        converted
    }

    /// Whether the reference from one definition to another would be followed without end, or
    /// for too long, on one and the same value.
    pub(super) fn is_cut(&self, from: Option<usize>, to: usize) -> bool {
        from.is_some_and(|from| self.cut.contains(&(from, to)))
    }

    /// Depth-first over same-value references, on a stack of its own: the document chooses its depth.
    fn close_chains(&mut self, start: usize) {
        if self.entries[start].chain != Chain::Unknown {
            return;
        }
        self.entries[start].chain = Chain::Open;
        let mut stack = vec![(start, self.same_value_targets(start), 0, 0)];
        while let Some((id, targets, next, longest)) = stack.last_mut() {
            let id = *id;
            let Some(target) = targets.get(*next).copied() else {
                self.entries[id].chain = Chain::Closed(*longest);
                stack.pop();
                continue;
            };
            match self.entries[target].chain {
                Chain::Open => {
                    self.cut.insert((id, target));
                    *next += 1;
                }
                Chain::Closed(below) if below + 1 > self.limits.ref_chain_max => {
                    self.cut.insert((id, target));
                    *next += 1;
                }
                Chain::Closed(below) => {
                    *longest = (*longest).max(below + 1);
                    *next += 1;
                }
                Chain::Unknown => {
                    self.entries[target].chain = Chain::Open;
                    let targets = self.same_value_targets(target);
                    stack.push((target, targets, 0, 0));
                }
            }
        }
    }

    fn same_value_targets(&mut self, id: usize) -> Vec<usize> {
        let mut references = Vec::new();
        gather_same_value(
            self.entries[id].node,
            self.document.dialect,
            &mut references,
        );
        references
            .into_iter()
            .filter_map(|reference| self.resolve(reference).ok())
            .collect()
    }

    fn free_name(&mut self, pointer: &str) -> String {
        let name = name_of(pointer);
        let taken = self.names.entry(name.clone()).or_default();
        *taken += 1;
        if *taken == 1 {
            return name;
        }
        // A document may itself hold `Pet_2`; the count then moves on until a name is free.
        let mut count = *taken;
        loop {
            let candidate = format!("{name}_{count}");
            if !self.names.contains_key(&candidate) {
                self.names.insert(candidate.clone(), 1);
                self.names.insert(name, count);
                return candidate;
            }
            count += 1;
        }
    }
}

/// The `$ref`s that apply to the same value as the schema itself.
fn gather_same_value<'d>(node: &'d Node<'d>, dialect: Dialect, found: &mut Vec<&'d Node<'d>>) {
    let Some(object) = node.as_object() else {
        return;
    };
    if let Some(reference) = object.get("$ref") {
        found.push(reference);
        if dialect == Dialect::V30 {
            return;
        }
    }
    for branch in same_value_branches(object) {
        gather_same_value(branch, dialect, found);
    }
}

fn same_value_branches<'d>(object: &'d Object<'d>) -> impl Iterator<Item = &'d Node<'d>> {
    let lists = ["allOf", "anyOf", "oneOf"];
    let single = ["not", "if", "then", "else"];
    let listed = lists
        .into_iter()
        .filter_map(|key| object.get(key)?.as_list())
        .flatten();
    let single = single.into_iter().filter_map(|key| object.get(key));
    let dependent = object.get("dependentSchemas").and_then(Node::as_object);
    let dependent = dependent
        .into_iter()
        .flat_map(|map| map.iter().map(|(_, node)| node));
    listed.chain(single).chain(dependent)
}

const NAME_CHARS_MAX: usize = 80;

/// A definition's name: the component's own, or the end of its pointer.
fn name_of(pointer: &str) -> String {
    let path = pointer
        .strip_prefix("/components/schemas/")
        .or_else(|| pointer.strip_prefix("/$defs/"));
    let path = path.unwrap_or(pointer).trim_start_matches('/');
    let legal = |c: char| {
        if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') {
            c
        } else {
            '_'
        }
    };
    let name: String = path
        .chars()
        .map(|c| if c == '/' { '.' } else { legal(c) })
        .collect();
    let start = name.len().saturating_sub(NAME_CHARS_MAX);
    match &name[start..] {
        "" => "root".to_owned(),
        name => name.to_owned(),
    }
}
