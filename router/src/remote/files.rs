//! Files on their way to a subgraph, by the GraphQL multipart request specification: a part
//! `operations`, a part `map`, then the files.

use std::collections::BTreeMap;
use std::io::{self, Read, Seek};

use async_graphql::{UploadValue, Value, Variables};
use bytes::Bytes;
use http::HeaderValue;
use tokio::sync::Semaphore;

use crate::remote::failure::Failure;
use crate::remote::request;
use crate::subgraph::SubgraphRequest;

/// How async-graphql's values say that they are a file of the request.
const FILE: &str = "#__graphql_file__:";

/// Forms that are put together at once in this process; each holds its files in memory.
const FORMS_MAX: usize = 8;
static FORMS: Semaphore = Semaphore::const_new(FORMS_MAX);

/// A body with files in it.
pub(crate) struct Form {
    pub(crate) content_type: HeaderValue,
    pub(crate) body: Bytes,
}

/// Where files belong: their positions in the request, each with the paths that refer to it.
type Places = BTreeMap<usize, Vec<String>>;

/// Whether a variable refers to a file.
pub(crate) fn are_in(variables: &Variables) -> bool {
    let mut places = Places::new();
    for (name, value) in variables.iter() {
        find(value, name, &mut places);
    }
    !places.is_empty()
}

/// Puts the form of a request together; its files are not larger than `max` bytes altogether.
pub(crate) async fn form(request: &SubgraphRequest, max: usize) -> Result<Form, Failure> {
    let _turn = FORMS.acquire().await.map_err(|_| Failure::Busy)?;
    let mut places = Places::new();
    let mut variables = request.variables.clone();
    for (name, value) in variables.iter_mut() {
        find(value, name, &mut places);
        empty(value);
    }
    let mut uploads = Vec::new();
    for position in places.keys() {
        let upload = request.uploads.get(*position).map(UploadValue::try_clone);
        let upload = upload.unwrap_or_else(|| Err(io::ErrorKind::NotFound.into()));
        uploads.push(upload.map_err(|err| Failure::Unreadable(err.into()))?);
    }
    let map = places.values().enumerate();
    let map: BTreeMap<_, _> = map.map(|(n, paths)| (n.to_string(), paths)).collect();
    let map = serde_json::to_vec(&map).map_err(|err| Failure::Unwritable(err.into()))?;
    let operations = request::write(request, &variables)?;
    let boundary = format!("portico-{:032x}", rand::random::<u128>());
    let content_type = format!("multipart/form-data; boundary={boundary}");
    let content_type = HeaderValue::try_from(content_type);
    let writing =
        tokio::task::spawn_blocking(move || write(&boundary, &operations, &map, uploads, max));
    let body = writing.await;
    let body = body.unwrap_or_else(|err| Err(Failure::Unreadable(err.into())))?;
    Ok(Form {
        content_type: content_type.map_err(|err| Failure::Unwritable(err.into()))?,
        body: body.into(),
    })
}

fn find(value: &Value, path: &str, places: &mut Places) {
    match value {
        Value::String(text) => {
            if let Some(position) = position(text) {
                let paths = places.entry(position).or_default();
                paths.push(format!("variables.{path}"));
            }
        }
        Value::List(items) => {
            for (index, item) in items.iter().enumerate() {
                find(item, &format!("{path}.{index}"), places);
            }
        }
        Value::Object(object) => {
            for (name, value) in object {
                find(value, &format!("{path}.{name}"), places);
            }
        }
        Value::Null | Value::Number(_) | Value::Boolean(_) | Value::Binary(_) | Value::Enum(_) => {}
    }
}

/// Leaves `null` where a file belongs.
fn empty(value: &mut Value) {
    match value {
        Value::String(text) if position(text).is_some() => *value = Value::Null,
        Value::List(items) => items.iter_mut().for_each(empty),
        Value::Object(object) => object.values_mut().for_each(empty),
        _ => {}
    }
}

fn position(text: &str) -> Option<usize> {
    text.strip_prefix(FILE)?.parse().ok()
}

/// Reads the files and writes the body; this blocks.
fn write(
    boundary: &str,
    operations: &[u8],
    map: &[u8],
    uploads: Vec<UploadValue>,
    max: usize,
) -> Result<Vec<u8>, Failure> {
    let unreadable = |err: io::Error| Failure::Unreadable(err.into());
    let mut body = Vec::with_capacity(operations.len() + map.len() + 512);
    let part = |body: &mut Vec<u8>, head: &str| {
        body.extend_from_slice(format!("--{boundary}\r\n{head}\r\n\r\n").as_bytes());
    };
    for (name, content) in [("operations", operations), ("map", map)] {
        let head = format!("content-disposition: form-data; name=\"{name}\"");
        part(&mut body, &head);
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    let mut left = max as u64;
    for (position, mut upload) in uploads.into_iter().enumerate() {
        part(&mut body, &head(position, &upload));
        // Its clones share one offset, and somebody may have read it.
        upload.content.rewind().map_err(unreadable)?;
        let file = upload.content.take(left + 1);
        let read = { file }.read_to_end(&mut body).map_err(unreadable)? as u64;
        left = left.checked_sub(read).ok_or(Failure::LargeFiles(max))?;
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    Ok(body)
}

/// The head of a file's part, with what the client called it.
fn head(position: usize, upload: &UploadValue) -> String {
    let escape = |name: &str| {
        let name = name.replace('"', "%22");
        name.replace('\r', "%0D").replace('\n', "%0A")
    };
    let name = escape(&upload.filename);
    let disposition =
        format!("content-disposition: form-data; name=\"{position}\"; filename=\"{name}\"");
    match &upload.content_type {
        Some(media_type) if HeaderValue::try_from(media_type).is_ok() => {
            format!("{disposition}\r\ncontent-type: {media_type}")
        }
        _ => disposition,
    }
}
