//! Failures of fetches, each with the place in the merged data where something is missing.

use std::ops::ControlFlow;

use crate::data::tree::Tree;
use crate::error::{Code, GraphQLError, PathSegment};
use crate::execute::places;
use crate::execute::representations::Representations;
use crate::plan::{EntityFetch, Fetch, Target, TargetPath};

/// Errors kept of one fetch; a list of thousands that all fail says the same thing.
const FAILURES_MAX: usize = 100;

/// An error whose path is still in neutral names.
pub(crate) struct Failure {
    pub(crate) error: GraphQLError,
    pub(crate) path: Vec<PathSegment>,
}

/// The subgraph is not known here.
pub(crate) fn unreachable(subgraph: &str) -> GraphQLError {
    let message = format!("subgraph {subgraph} can not be reached");
    GraphQLError::new(Code::SubrequestFailed, message).with_extension("service", subgraph)
}

/// The subgraphs together give more than a request may hold.
pub(crate) fn too_much(tree: &Tree) -> GraphQLError {
    let max = tree.bytes_max();
    let message = format!("the answer takes more than {max} bytes, ask for less");
    GraphQLError::new(Code::AnswerTooLarge, message)
}

/// The deadline passed before the subgraph answered.
pub(crate) fn late(subgraph: &str) -> GraphQLError {
    let message = format!("subgraph {subgraph} did not answer in time");
    GraphQLError::new(Code::GatewayTimeout, message).with_extension("service", subgraph)
}

/// Places the errors of a fetch from a root type.
pub(crate) fn of_root(
    fetch: &Fetch,
    path: Option<&TargetPath>,
    errors: Vec<GraphQLError>,
    tree: &Tree,
) -> Vec<Failure> {
    if errors.is_empty() {
        return Vec::new();
    }
    let mut parents = Vec::new();
    match path {
        Some(steps) => {
            let _ = places::visit_paths(tree, steps, &mut |_, path| {
                parents.push(path.to_vec());
                match parents.len() < FAILURES_MAX {
                    true => ControlFlow::Continue(()),
                    false => ControlFlow::Break(()),
                }
            });
        }
        None => parents.push(Vec::new()),
    }
    let mut failures = Vec::new();
    for error in errors {
        let error = coded(error, fetch);
        let tails = tails(fetch, &error);
        for parent in &parents {
            for tail in &tails {
                let path = parent.iter().chain(tail).cloned().collect();
                push(&mut failures, &error, path);
            }
        }
    }
    failures
}

/// Where below its parent a root fetch's error belongs: at every root field if it does not say.
fn tails(fetch: &Fetch, error: &GraphQLError) -> Vec<Vec<PathSegment>> {
    match &fetch.target {
        Target::Objects { keys, .. } if error.path.is_empty() && !keys.is_empty() => keys
            .iter()
            .map(|key| vec![PathSegment::Key(key.clone())])
            .collect(),
        _ => vec![error.path.clone()],
    }
}

/// Places the errors of an entity fetch: at every object that the entity stands for.
pub(crate) fn of_entities(
    fetch: &Fetch,
    entities: &[EntityFetch],
    gathered: &[Representations],
    errors: Vec<GraphQLError>,
    tree: &Tree,
) -> Vec<Failure> {
    let mut failures = Vec::new();
    for error in errors {
        let error = coded(error, fetch);
        let named = match error.path.first() {
            Some(PathSegment::Key(key)) => entities.iter().position(|e| e.response_key == *key),
            _ => None,
        };
        match (named, error.path.get(1)) {
            (Some(named), Some(PathSegment::Index(index))) => {
                let entity = &entities[named];
                let left = FAILURES_MAX - failures.len();
                let paths = gathered[named].paths(entity, tree, *index, left);
                if paths.is_empty() {
                    push_lists(&mut failures, &error, &entities[named..=named]);
                }
                for mut path in paths {
                    path.extend_from_slice(&error.path[2..]);
                    push(&mut failures, &error, path);
                }
            }
            (Some(named), _) => push_lists(&mut failures, &error, &entities[named..=named]),
            (None, _) => push_lists(&mut failures, &error, entities),
        }
    }
    failures
}

/// An error of a whole fetch is told once for each list or object that it leaves incomplete.
fn push_lists(failures: &mut Vec<Failure>, error: &GraphQLError, entities: &[EntityFetch]) {
    for steps in entities.iter().flat_map(|entity| &entity.paths) {
        push(failures, error, places::until_list(steps));
    }
}

fn push(failures: &mut Vec<Failure>, error: &GraphQLError, path: Vec<PathSegment>) {
    if failures.len() < FAILURES_MAX {
        failures.push(Failure {
            error: error.clone(),
            path,
        });
    }
}

/// An error without a code is nobody's message to a client.
fn coded(error: GraphQLError, fetch: &Fetch) -> GraphQLError {
    if error.code().is_some() {
        return error;
    }
    let subgraph = &*fetch.subgraph;
    tracing::error!(
        subgraph,
        message = error.message,
        "subgraph failed without a code"
    );
    GraphQLError {
        path: error.path,
        ..GraphQLError::internal()
    }
}
