//! Descriptions, and directives that travel into the supergraph.

use std::hash::Hash;

use apollo_compiler::ast::{Argument, Directive, Value};
use apollo_compiler::{Name, Node};
use indexmap::{IndexMap, IndexSet};

use super::Merger;
use crate::compose::diagnostics::Code;
use crate::compose::model::GraphId;

/// More alternatives than anybody writes by hand. Beyond it everything is demanded: stricter, never looser.
pub(crate) const ALTERNATIVES_MAX: usize = 1_024;

/// The description of whoever has the greatest say, the most frequent one where several have.
///
/// An entity is described by the subgraph that resolves most of it, not by those that only refer to it.
pub(crate) fn description<'a>(
    all: impl Iterator<Item = (usize, Option<&'a Node<str>>)>,
) -> Option<Node<str>> {
    let described: Vec<(usize, &Node<str>)> =
        all.filter_map(|(say, text)| Some((say, text?))).collect();
    let greatest = described.iter().map(|(say, _)| *say).max()?;
    let mut counted: IndexMap<&Node<str>, usize> = IndexMap::new();
    for (_, text) in described.iter().filter(|(say, _)| *say == greatest) {
        *counted.entry(text).or_default() += 1;
    }
    let most = counted.values().copied().max()?;
    counted
        .into_iter()
        .find(|(_, count)| *count == most)
        .map(|(text, _)| text.clone())
}

/// The union of what the subgraphs say about one element.
pub(crate) fn applied<'a>(
    all: impl Iterator<Item = &'a [Node<Directive>]>,
) -> Vec<Node<Directive>> {
    let mut merged: Vec<Node<Directive>> = Vec::new();
    for directive in all.flatten() {
        let known = merged.iter_mut().find(|known| known.name == directive.name);
        match (directive.name.as_str(), known) {
            (_, None) => merged.push(directive.clone()),
            ("inaccessible" | "authenticated" | "oneOf" | "specifiedBy" | "listSize", Some(_)) => {}
            ("deprecated", Some(known)) => {
                if known.arguments.is_empty() {
                    *known = directive.clone();
                }
            }
            ("cost", Some(known)) => {
                if weight(directive) > weight(known) {
                    *known = directive.clone();
                }
            }
            ("requiresScopes", Some(known)) => *known = both(known, directive, "scopes"),
            ("policy", Some(known)) => *known = both(known, directive, "policies"),
            (_, Some(_)) => {
                if !merged.contains(directive) {
                    merged.push(directive.clone());
                }
            }
        }
    }
    merged
}

fn weight(cost: &Directive) -> Option<i32> {
    cost.specified_argument_by_name("weight")?.to_i32()
}

/// The one alternative that has all of the others in it.
pub(crate) fn everything<T: Clone + Eq + Hash>(alternatives: Vec<Vec<T>>) -> Vec<Vec<T>> {
    let distinct: IndexSet<T> = alternatives.into_iter().flatten().collect();
    vec![distinct.into_iter().collect()]
}

/// Demands what either directive demands: a list of alternatives, each a list of things that are all needed.
fn both(a: &Directive, b: &Directive, argument: &str) -> Node<Directive> {
    let alternatives = |directive: &Directive| -> Vec<Vec<Node<Value>>> {
        let outer = directive
            .specified_argument_by_name(argument)
            .and_then(|value| value.as_list())
            .unwrap_or_default();
        outer
            .iter()
            .map(|inner| inner.as_list().map(<[_]>::to_vec).unwrap_or_default())
            .collect()
    };
    let (mut left, mut right) = (alternatives(a), alternatives(b));
    if left.len() * right.len() > ALTERNATIVES_MAX {
        (left, right) = (everything(left), everything(right));
    }
    let mut combined: Vec<Node<Value>> = Vec::new();
    for first in &left {
        for second in &right {
            let mut all = first.clone();
            all.extend(
                second
                    .iter()
                    .filter(|value| !first.contains(value))
                    .cloned(),
            );
            let all = Node::new(Value::List(all));
            if !combined.contains(&all) {
                combined.push(all);
            }
        }
    }
    let name = Name::new(argument).expect("argument names of the specification are valid");
    let argument = Argument {
        name,
        value: Node::new(Value::List(combined)),
    };
    Node::new(Directive {
        name: a.name.clone(),
        arguments: vec![Node::new(argument)],
    })
}

impl Merger<'_> {
    /// Mentions descriptions that disagree; an absent one agrees with everything.
    pub(crate) fn hint_descriptions<'a>(
        &mut self,
        element: &str,
        all: impl Iterator<Item = (GraphId, Option<&'a Node<str>>)>,
    ) {
        let all: Vec<(GraphId, &Node<str>)> = all
            .filter_map(|(graph, text)| Some((graph, text?)))
            .collect();
        if all.windows(2).any(|pair| pair[0].1 != pair[1].1) {
            let graphs = self.names(all.iter().map(|(graph, _)| *graph));
            let message = format!("'{element}' is described differently in {graphs}");
            self.diagnostics
                .hint_of(Code::InconsistentDescription, element, message);
        }
    }
}
