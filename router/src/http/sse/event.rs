//! The events of graphql-sse.

use bytes::Bytes;
use serde_json::Value as Json;

use crate::engine::Response;
use crate::http::operations::Outgoing;

/// Whether events name their operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Naming {
    /// The stream has one operation.
    Distinct,
    /// The stream has several.
    Single,
}

/// Says nothing, and shows that the stream is alive.
pub(crate) const SILENCE: Bytes = Bytes::from_static(b":\n\n");

/// A remark for who reads the stream as text.
pub(crate) fn comment(text: &str) -> Bytes {
    format!(": {text}\n\n").into()
}

/// The events that tell some news: `next`, `complete`, or both when a refusal is all there is.
pub(crate) fn events(naming: Naming, outgoing: &Outgoing) -> Bytes {
    let mut text = Vec::new();
    if let Some(response) = &outgoing.response {
        next(&mut text, naming, &outgoing.id, response);
    }
    if outgoing.is_last {
        complete(&mut text, naming, &outgoing.id);
    }
    text.into()
}

/// The body of an answer has no line breaks, so it is one line of data.
fn next(text: &mut Vec<u8>, naming: Naming, id: &str, response: &Response) {
    text.extend_from_slice(b"event: next\ndata: ");
    match naming {
        Naming::Distinct => text.extend_from_slice(response.body()),
        Naming::Single => {
            let id = Json::from(id);
            text.extend_from_slice(format!(r#"{{"id":{id},"payload":"#).as_bytes());
            text.extend_from_slice(response.body());
            text.push(b'}');
        }
    }
    text.extend_from_slice(b"\n\n");
}

/// Browsers do not dispatch an event without a line of data, even an empty one.
fn complete(text: &mut Vec<u8>, naming: Naming, id: &str) {
    let data = match naming {
        Naming::Distinct => String::new(),
        Naming::Single => serde_json::json!({ "id": id }).to_string(),
    };
    text.extend_from_slice(format!("event: complete\ndata: {data}\n\n").as_bytes());
}
