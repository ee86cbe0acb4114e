//! From what a subgraph sent to slots of the data.

use async_graphql::Value;
use bytes::Bytes;

use crate::data::layout::{Content, Layouts};
use crate::data::read::Unread;
use crate::data::tree::{Data, Full, Tree};
use crate::data::{adopt, read};
use crate::error::GraphQLError;
use crate::execute::failures;
use crate::plan::{EntityFetch, Fetch, Target};
use crate::remote::{errors_of, malformed};
use crate::subgraph::SubgraphResponse;

/// Deeper errors than this are nobody's.
const NESTING_MAX: usize = 100;

/// An answer in slots.
pub(crate) struct Answered {
    pub(crate) data: AnsweredData,
    pub(crate) errors: Vec<GraphQLError>,
}

pub(crate) enum AnsweredData {
    Nothing,
    Root(Data),
    /// What each `_entities` field of the fetch gave.
    Entities(Vec<Data>),
}

impl Answered {
    fn failed(error: GraphQLError) -> Self {
        Self {
            data: AnsweredData::Nothing,
            errors: vec![error],
        }
    }
}

/// Takes a response over, next to what is there already.
pub(crate) fn read(
    tree: &mut Tree,
    fetch: &Fetch,
    layouts: &Layouts,
    response: SubgraphResponse,
) -> Answered {
    match response.body {
        Some(body) => from_json(tree, fetch, layouts, &body),
        None => from_values(tree, fetch, layouts, response),
    }
}

fn from_json(tree: &mut Tree, fetch: &Fetch, layouts: &Layouts, body: &Bytes) -> Answered {
    let refuse = |error: &(dyn std::error::Error + 'static)| {
        tracing::warn!(subgraph = &*fetch.subgraph, error, "answer of a subgraph");
        Answered::failed(malformed(&fetch.subgraph))
    };
    let parts = match &fetch.target {
        Target::Objects { layout, .. } => read::root(tree, layouts, *layout, body)
            .map(|answer| (answer.data.map(AnsweredData::Root), answer.errors)),
        Target::Entities(entities) => {
            let fields: Vec<_> = entities.iter().map(EntityFetch::list).collect();
            read::entities(tree, layouts, &fields, body)
                .map(|answer| (answer.data.map(AnsweredData::Entities), answer.errors))
        }
    };
    let (data, errors) = match parts {
        Ok(parts) => parts,
        Err(Unread::Full) => return Answered::failed(failures::too_much(tree)),
        Err(err) => return refuse(&err),
    };
    let errors = match errors.map(|errors| errors_of(errors, NESTING_MAX)) {
        None => Vec::new(),
        Some(Ok(errors)) => errors,
        Some(Err(err)) => return refuse(&err),
    };
    Answered {
        data: data.unwrap_or(AnsweredData::Nothing),
        errors,
    }
}

fn from_values(
    tree: &mut Tree,
    fetch: &Fetch,
    layouts: &Layouts,
    response: SubgraphResponse,
) -> Answered {
    let before = tree.mark();
    match adopt(tree, fetch, layouts, response.data) {
        Ok(data) => Answered {
            data,
            errors: response.errors,
        },
        Err(Full) => {
            tree.go_back(&before);
            Answered::failed(failures::too_much(tree))
        }
    }
}

fn adopt(
    tree: &mut Tree,
    fetch: &Fetch,
    layouts: &Layouts,
    data: Value,
) -> Result<AnsweredData, Full> {
    match (data, &fetch.target) {
        (Value::Object(fields), Target::Objects { layout, .. }) => {
            adopt::object(tree, layouts, *layout, fields).map(AnsweredData::Root)
        }
        (Value::Object(mut fields), Target::Entities(entities)) => {
            let lists = entities.iter().map(|entity| {
                let content = Content {
                    lists: 1,
                    below: Some(entity.layout),
                };
                let list = fields.swap_remove(entity.response_key.as_str());
                adopt::value(tree, layouts, content, list.unwrap_or_default())
            });
            let lists: Result<Vec<Data>, Full> = lists.collect();
            lists.map(AnsweredData::Entities)
        }
        _ => Ok(AnsweredData::Nothing),
    }
}

impl EntityFetch {
    fn list(&self) -> (&str, usize) {
        (&self.response_key, self.layout)
    }
}
