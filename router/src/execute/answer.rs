//! From what a subgraph sent to slots of the data.

use std::sync::OnceLock;

use async_graphql::Value;
use bytes::Bytes;

use crate::data::layout::{Content, Layouts};
use crate::data::tree::Data;
use crate::data::{adopt, read};
use crate::error::GraphQLError;
use crate::plan::{EntityFetch, Fetch, QueryPlan, Target};
use crate::remote::{errors_of, malformed};
use crate::subgraph::SubgraphResponse;

/// Deeper errors than this are nobody's.
const NESTING_MAX: usize = 100;

/// The bytes that the subgraphs of one run of a plan sent, for as long as the data refer to
/// them: one place for each fetch, each filled once.
#[derive(Default)]
pub(crate) struct Bodies(Vec<OnceLock<Bytes>>);

impl Bodies {
    pub(crate) fn of(plan: &QueryPlan) -> Self {
        // One more for the event of a subscription.
        Self((0..=plan.fetches.len()).map(|_| OnceLock::new()).collect())
    }

    fn keep(&self, place: usize, body: Bytes) -> &Bytes {
        self.0[place].get_or_init(|| body)
    }

    /// Where the body of an event is kept.
    pub(crate) fn event(&self) -> usize {
        self.0.len() - 1
    }
}

/// An answer in slots.
pub(crate) struct Answered<'a> {
    pub(crate) data: AnsweredData<'a>,
    pub(crate) errors: Vec<GraphQLError>,
    /// Bytes that it takes, about.
    pub(crate) weight: usize,
}

pub(crate) enum AnsweredData<'a> {
    Nothing,
    Root(Data<'a>),
    /// What each `_entities` field of the fetch gave.
    Entities(Vec<Data<'a>>),
}

/// Takes a response over.
pub(crate) fn read<'a>(
    fetch: &Fetch,
    layouts: &Layouts,
    response: SubgraphResponse,
    bodies: &'a Bodies,
    place: usize,
) -> Answered<'a> {
    match response.body {
        Some(body) => from_json(fetch, layouts, bodies.keep(place, body)),
        None => from_values(fetch, layouts, response),
    }
}

fn from_json<'a>(fetch: &Fetch, layouts: &Layouts, body: &'a Bytes) -> Answered<'a> {
    let refuse = |error: &(dyn std::error::Error + 'static)| {
        tracing::warn!(subgraph = &*fetch.subgraph, error, "answer of a subgraph");
        Answered {
            data: AnsweredData::Nothing,
            errors: vec![malformed(&fetch.subgraph)],
            weight: 0,
        }
    };
    let text = match std::str::from_utf8(body) {
        Ok(text) => text,
        Err(err) => return refuse(&err),
    };
    let parts = match &fetch.target {
        Target::Objects { layout, .. } => read::root(layouts, *layout, text)
            .map(|answer| (answer.data.map(AnsweredData::Root), answer.errors)),
        Target::Entities(entities) => {
            let fields: Vec<_> = entities.iter().map(EntityFetch::list).collect();
            read::entities(layouts, &fields, text)
                .map(|answer| (answer.data.map(AnsweredData::Entities), answer.errors))
        }
    };
    let (data, errors) = match parts {
        Ok(parts) => parts,
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
        weight: body.len(),
    }
}

fn from_values(fetch: &Fetch, layouts: &Layouts, response: SubgraphResponse) -> Answered<'static> {
    let mut weight = 0;
    let data = match (response.data, &fetch.target) {
        (Value::Object(fields), Target::Objects { layout, .. }) => {
            AnsweredData::Root(adopt::object(layouts, *layout, fields, &mut weight))
        }
        (Value::Object(mut fields), Target::Entities(entities)) => {
            let lists = entities.iter().map(|entity| {
                let content = Content {
                    lists: 1,
                    below: Some(entity.layout),
                };
                let list = fields.swap_remove(entity.response_key.as_str());
                let list = list.unwrap_or_default();
                adopt::value(layouts, content, list, &mut weight)
            });
            AnsweredData::Entities(lists.collect())
        }
        _ => AnsweredData::Nothing,
    };
    Answered {
        data,
        errors: response.errors,
        weight,
    }
}

impl EntityFetch {
    fn list(&self) -> (&str, usize) {
        (&self.response_key, self.layout)
    }
}
