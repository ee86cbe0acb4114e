//! Compares one composition with the other implementation's.

use std::collections::BTreeSet;

use apollo_compiler::ast::Document;
use router::compose::{Composition, Severity, Supergraph, compose};
use router::diff::{Change, Code, diff};

use super::differences::Aspect;
use super::node::Composed;
use super::{Case, directives, planner};

/// Something that the two see differently.
pub(crate) struct Finding {
    pub(crate) aspect: Aspect,
    pub(crate) text: String,
}

/// Everything that differs.
pub(crate) fn compare(case: &Case, theirs: &Composed) -> Vec<Finding> {
    assert_eq!(case.name, theirs.name);
    let ours = compose(&case.subgraphs);
    match (&ours.supergraph, &theirs.supergraph, &theirs.api) {
        (Some(ours), Some(supergraph), Some(api)) => {
            let mut findings = Vec::new();
            findings.extend(compare_api(&ours.api_sdl, api));
            findings.extend(directives::compare(&ours.sdl, supergraph));
            findings.extend(compare_plans(case, ours, supergraph));
            findings
        }
        (None, None, None) => compare_codes(&ours, theirs).into_iter().collect(),
        _ => {
            let text = format!(
                "ours says {}, theirs {}",
                outcome(ours.diagnostics.iter().map(ToString::to_string)),
                outcome(
                    theirs
                        .errors
                        .iter()
                        .map(|error| format!("{}: {}", error.code, error.message))
                )
            );
            let aspect = Aspect::Outcome;
            vec![Finding { aspect, text }]
        }
    }
}

fn outcome(messages: impl Iterator<Item = String>) -> String {
    let messages: Vec<String> = messages.collect();
    if messages.is_empty() {
        return "yes".to_owned();
    }
    messages.join(" / ")
}

/// The order of elements counts for nothing, and where both describe an element, the words are a matter of taste:
/// ours takes those of the subgraph that resolves most of an entity.
fn compare_api(ours: &str, theirs: &str) -> Option<Finding> {
    let texts: Vec<String> = match diff(ours, theirs) {
        Ok(changes) => changes
            .iter()
            .filter(|change| !both_describe(change))
            .map(ToString::to_string)
            .collect(),
        Err(unreadable) => vec![unreadable.to_string()],
    };
    let aspect = Aspect::Api;
    let text = texts.join("; ");
    (!text.is_empty()).then_some(Finding { aspect, text })
}

fn both_describe(change: &Change) -> bool {
    change.code == Code::DescriptionChanged && change.message.ends_with("changed")
}

fn compare_codes(ours: &Composition, theirs: &Composed) -> Option<Finding> {
    let own: BTreeSet<&str> = ours
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .map(|diagnostic| diagnostic.code.as_str())
        .collect();
    let other: BTreeSet<&str> = theirs
        .errors
        .iter()
        .map(|error| error.code.as_str())
        .collect();
    let only = |a: &BTreeSet<&str>, b: &BTreeSet<&str>| {
        a.difference(b).copied().collect::<Vec<_>>().join(", ")
    };
    (own != other).then(|| Finding {
        aspect: Aspect::Codes,
        text: format!(
            "only ours: [{}], only theirs: [{}]",
            only(&own, &other),
            only(&other, &own)
        ),
    })
}

fn compare_plans(case: &Case, ours: &Supergraph, theirs: &str) -> Option<Finding> {
    let operation = case.operation.as_ref()?;
    let aspect = Aspect::Plan;
    let theirs = match Supergraph::parse(&sorted(theirs)) {
        Ok(supergraph) => supergraph,
        Err(reasons) => {
            let text = outcome(reasons.iter().map(ToString::to_string));
            return Some(Finding { aspect, text });
        }
    };
    let plan = |supergraph: &Supergraph| {
        planner::plan(&planner::engine(&case.subgraphs, supergraph), operation)
    };
    let (ours, theirs) = (plan(ours), plan(&theirs));
    let text = format!("over ours:\n{ours}over theirs:\n{theirs}");
    (ours != theirs).then_some(Finding { aspect, text })
}

/// The same document with its types in the order of their names, which a plan follows where it has to list types.
fn sorted(sdl: &str) -> String {
    let mut document = Document::parse(sdl, "supergraph.graphql").unwrap();
    document
        .definitions
        .sort_by_key(|definition| definition.name().map(ToString::to_string));
    document.to_string()
}
