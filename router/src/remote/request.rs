//! What a subgraph is sent: the body, written once from the values, and the headers.

use std::sync::Arc;

use async_graphql::Value;
use bytes::Bytes;
use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue};
use tokio::time::Instant;

use crate::remote::failure::Failure;
use crate::remote::headers::ClientHeaders;
use crate::remote::options::RemoteOptions;
use crate::subgraph::{OperationKind, SubgraphRequest};

/// How async-graphql's values say that they are a file of the request.
const FILE: &str = "#__graphql_file__:";

/// One request as it travels; every attempt sends the same.
pub(crate) struct Outgoing {
    pub(crate) subgraph: Arc<str>,
    pub(crate) kind: OperationKind,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) deadline: Instant,
}

impl Outgoing {
    pub(crate) fn new(request: &SubgraphRequest, options: &RemoteOptions) -> Result<Self, Failure> {
        Ok(Self {
            subgraph: Arc::clone(&request.subgraph),
            kind: request.operation.kind,
            headers: headers(request, options, defaults()),
            body: body(request)?,
            deadline: request.deadline,
        })
    }

    /// All headers as bytes that are equal only if the headers are.
    pub(crate) fn header_key(&self) -> Vec<u8> {
        let mut key = Vec::with_capacity(256);
        for (name, value) in &self.headers {
            for part in [name.as_str().as_bytes(), value.as_bytes()] {
                key.extend_from_slice(&part.len().to_le_bytes());
                key.extend_from_slice(part);
            }
        }
        key
    }
}

/// `{"query":…,"variables":…}`.
pub(crate) fn body(request: &SubgraphRequest) -> Result<Bytes, Failure> {
    let holds_file = !request.uploads.is_empty() && request.variables.values().any(holds_file);
    if holds_file {
        return Err(Failure::Files);
    }
    let query = request.operation.json();
    let mut body = Vec::with_capacity(query.len() + 64);
    body.extend_from_slice(query);
    if !request.variables.is_empty() {
        body.extend_from_slice(b",\"variables\":");
        serde_json::to_writer(&mut body, &request.variables)
            .map_err(|err| Failure::Unwritable(err.into()))?;
    }
    body.push(b'}');
    Ok(body.into())
}

fn holds_file(value: &Value) -> bool {
    match value {
        Value::String(text) => text.starts_with(FILE),
        Value::List(items) => items.iter().any(holds_file),
        Value::Object(object) => object.values().any(holds_file),
        Value::Null | Value::Number(_) | Value::Boolean(_) | Value::Binary(_) | Value::Enum(_) => {
            false
        }
    }
}

/// `own` headers, changed by the rules and by the credentials.
pub(crate) fn headers(
    request: &SubgraphRequest,
    options: &RemoteOptions,
    own: HeaderMap,
) -> HeaderMap {
    let mut headers = own;
    let client = request.extensions.get::<ClientHeaders>();
    let client = client.map(|ClientHeaders(client)| &**client);
    options.headers.apply(client, &mut headers);
    if let Some(credentials) = &options.credentials {
        credentials.attach(&request.extensions, &mut headers);
    }
    headers
}

fn defaults() -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(8);
    for (name, value) in [
        (CONTENT_TYPE, "application/json"),
        (
            ACCEPT,
            "application/graphql-response+json, application/json;q=0.9",
        ),
        (ACCEPT_ENCODING, "identity"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
}
