//! The messages of graphql-transport-ws, from the client's side.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::remote::answer;
use crate::remote::failure::Failure;
use crate::subgraph::SubgraphResponse;

pub(crate) const PROTOCOL: &str = "graphql-transport-ws";
pub(crate) const INIT: &str = r#"{"type":"connection_init"}"#;
pub(crate) const PONG: &str = r#"{"type":"pong"}"#;
pub(crate) const COMPLETE: &str = r#"{"id":"1","type":"complete"}"#;

/// What a subgraph says.
#[derive(Debug)]
pub(crate) enum Message {
    /// The connection may be used.
    Ack,
    /// An event.
    Next(SubgraphResponse),
    /// The operation is refused, and over.
    Error(SubgraphResponse),
    /// There are no more events.
    Complete,
    /// The subgraph wants to know whether we are there.
    Ping,
    /// Nothing that needs an answer.
    Idle,
}

#[derive(Deserialize)]
struct Frame<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    payload: Option<&'a RawValue>,
}

/// Reads a message. There is one operation on a socket, so ids tell nothing.
pub(crate) fn parse(text: &str, nesting_max: usize) -> Result<Message, Failure> {
    let frame: Frame<'_> = serde_json::from_str(text).map_err(malformed)?;
    let payload = frame.payload.map_or("null", RawValue::get);
    match &*frame.kind {
        "connection_ack" => Ok(Message::Ack),
        "next" => answer::parse_now(payload.as_bytes(), nesting_max).map(Message::Next),
        "error" => {
            let errors = answer::parse_errors(payload, nesting_max)?;
            Ok(Message::Error(SubgraphResponse {
                errors,
                ..SubgraphResponse::default()
            }))
        }
        "complete" => Ok(Message::Complete),
        "ping" => Ok(Message::Ping),
        "pong" => Ok(Message::Idle),
        _ => Err(malformed("the type of a message is unknown")),
    }
}

/// The message that starts the operation whose HTTP body is `body`.
pub(crate) fn subscribe(body: &[u8]) -> String {
    let body = String::from_utf8_lossy(body);
    format!(r#"{{"id":"1","type":"subscribe","payload":{body}}}"#)
}

pub(crate) fn malformed(cause: impl Into<crate::remote::failure::Cause>) -> Failure {
    Failure::Malformed(cause.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_whatever_their_order() {
        let text = r#"{"payload":{"data":{"b":1,"a":2}},"id":"1","type":"next"}"#;
        let Ok(Message::Next(event)) = parse(text, 9) else {
            panic!("it is an event");
        };
        assert_eq!(event.data.to_string(), "{b: 1, a: 2}");

        let text = r#"{"type":"error","id":"1","payload":[{"message":"no"}]}"#;
        let Ok(Message::Error(event)) = parse(text, 9) else {
            panic!("it is a refusal");
        };
        assert_eq!(event.errors[0].message, "no");
    }

    #[test]
    fn what_is_no_message_is_malformed() {
        for text in [
            "",
            "[]",
            r#"{"type":"data"}"#,
            r#"{"type":"next"}"#,
            r#"{"type":"error","payload":{}}"#,
            r#"{"type":"next","payload":{"data":[]}}"#,
        ] {
            assert!(parse(text, 9).is_err(), "{text}");
        }
    }
}
