//! What a subgraph is sent: the body, written once from the values, and the headers.

use std::sync::Arc;

use async_graphql::Variables;
use bytes::Bytes;
use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE};
use http::{Extensions, HeaderMap, HeaderValue};
use tokio::time::Instant;

use crate::remote::failure::Failure;
use crate::remote::files;
use crate::remote::headers::ClientHeaders;
use crate::remote::options::RemoteOptions;
use crate::subgraph::{OperationKind, SubgraphRequest};

/// One request as it travels; every attempt sends the same.
pub(crate) struct Outgoing {
    pub(crate) subgraph: Arc<str>,
    pub(crate) kind: OperationKind,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) deadline: Instant,
    /// Of the client's request, for the credentials.
    pub(crate) extensions: Arc<Extensions>,
}

impl Outgoing {
    pub(crate) async fn new(
        request: &SubgraphRequest,
        options: &RemoteOptions,
    ) -> Result<Self, Failure> {
        let mut own = defaults();
        let body = if holds_files(request) {
            let form = files::form(request, options.files_max).await?;
            own.insert(CONTENT_TYPE, form.content_type);
            form.body
        } else {
            body(request)?
        };
        Ok(Self {
            subgraph: Arc::clone(&request.subgraph),
            kind: request.operation.kind,
            headers: headers(request, options, own),
            body,
            deadline: request.deadline,
            extensions: Arc::clone(&request.extensions),
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

/// `{"query":…,"variables":…}`, of a request without files.
pub(crate) fn body(request: &SubgraphRequest) -> Result<Bytes, Failure> {
    if holds_files(request) {
        return Err(Failure::Files);
    }
    write(request, &request.variables)
}

/// The same with these variables.
pub(crate) fn write(request: &SubgraphRequest, variables: &Variables) -> Result<Bytes, Failure> {
    let query = request.operation.json();
    let lists = request
        .representations
        .iter()
        .map(Bytes::len)
        .sum::<usize>();
    let mut body = Vec::with_capacity(query.len() + lists + 64);
    body.extend_from_slice(query);
    if !variables.is_empty() || !request.representations.is_empty() {
        body.extend_from_slice(b",\"variables\":{");
        write_variables(request, variables, &mut body)?;
        body.push(b'}');
    }
    body.push(b'}');
    Ok(body.into())
}

/// `"name":value` for each; representations are JSON already.
fn write_variables(
    request: &SubgraphRequest,
    variables: &Variables,
    body: &mut Vec<u8>,
) -> Result<(), Failure> {
    let entities = request.operation.entities.iter();
    for (field, list) in entities.zip(&request.representations) {
        separate(body);
        serde_json::to_writer(&mut *body, &field.variable)
            .map_err(|err| Failure::Unwritable(err.into()))?;
        body.push(b':');
        body.extend_from_slice(list);
    }
    for (name, value) in variables.iter() {
        separate(body);
        serde_json::to_writer(&mut *body, name.as_str())
            .map_err(|err| Failure::Unwritable(err.into()))?;
        body.push(b':');
        serde_json::to_writer(&mut *body, value).map_err(|err| Failure::Unwritable(err.into()))?;
    }
    Ok(())
}

fn separate(body: &mut Vec<u8>) {
    if body.last() != Some(&b'{') {
        body.push(b',');
    }
}

fn holds_files(request: &SubgraphRequest) -> bool {
    !request.uploads.is_empty() && files::are_in(&request.variables)
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
