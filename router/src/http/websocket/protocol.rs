//! The messages of graphql-transport-ws, and the codes that end a socket.

use std::borrow::Cow;

use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use crate::engine::Response;
use crate::http::operations::Outgoing;

/// What a client may say.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum ClientMessage {
    ConnectionInit {
        #[serde(default)]
        payload: Option<Map<String, Json>>,
    },
    Ping {
        #[serde(default)]
        payload: Option<Map<String, Json>>,
    },
    Pong {
        #[serde(default)]
        #[expect(dead_code, reason = "checked, and of no use to us")]
        payload: Option<Map<String, Json>>,
    },
    Subscribe {
        id: String,
        payload: Json,
    },
    Complete {
        id: String,
    },
}

/// Why a socket ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Close {
    pub(crate) code: u16,
    pub(crate) reason: Cow<'static, str>,
}

impl Close {
    pub(crate) const GOING_AWAY: Self = Self::new(1001, "going away");
    pub(crate) const UNREADABLE: Self = Self::new(1002, "unreadable frame");
    pub(crate) const TOO_LONG: Self = Self::new(1009, "message is too long");
    pub(crate) const INTERNAL: Self = Self::new(4500, "Internal server error");
    pub(crate) const UNAUTHORIZED: Self = Self::new(4401, "Unauthorized");
    pub(crate) const EXPIRED: Self = Self::new(4401, "credential expired");
    pub(crate) const CHANGED: Self = Self::new(4205, "permissions changed, connect again");
    pub(crate) const FORBIDDEN: Self = Self::new(4403, "Forbidden");
    pub(crate) const UNKNOWN_PROTOCOL: Self = Self::new(4406, "Subprotocol not acceptable");
    pub(crate) const INIT_TIMEOUT: Self = Self::new(4408, "Connection initialisation timeout");
    pub(crate) const SECOND_INIT: Self = Self::new(4429, "Too many initialisation requests");
    pub(crate) const TOO_FAST: Self = Self::new(4429, "Too many messages");

    const fn new(code: u16, reason: &'static str) -> Self {
        Self {
            code,
            reason: Cow::Borrowed(reason),
        }
    }

    /// The client broke the protocol. A reason fits into 123 bytes.
    pub(crate) fn bad_request(reason: &str) -> Self {
        let short: String = reason.chars().filter(char::is_ascii).take(120).collect();
        Self {
            code: 4400,
            reason: Cow::Owned(short),
        }
    }

    pub(crate) fn duplicate(id: &str) -> Self {
        let mut close = Self::bad_request(&format!("Subscriber for {id} already exists"));
        close.code = 4409;
        close
    }
}

/// Parses a text message.
pub(crate) fn parse(text: &str) -> Result<ClientMessage, Close> {
    let message = serde_json::from_str(text)
        .map_err(|err| Close::bad_request(&format!("invalid message: {err}")))?;
    match &message {
        ClientMessage::Subscribe { id, .. } | ClientMessage::Complete { id } if id.is_empty() => {
            Err(Close::bad_request("invalid message: id is empty"))
        }
        _ => Ok(message),
    }
}

/// `connection_ack`.
pub(crate) fn ack() -> String {
    r#"{"type":"connection_ack"}"#.to_owned()
}

/// `pong`, with the payload of the ping.
pub(crate) fn pong(payload: Option<Map<String, Json>>) -> String {
    match payload {
        Some(payload) => serde_json::json!({ "type": "pong", "payload": payload }).to_string(),
        None => r#"{"type":"pong"}"#.to_owned(),
    }
}

/// `complete`.
fn complete(id: &str) -> String {
    serde_json::json!({ "id": id, "type": "complete" }).to_string()
}

/// The news of an operation.
pub(crate) fn news(outgoing: &Outgoing) -> String {
    match &outgoing.response {
        Some(response) => answer(&outgoing.id, response),
        None => complete(&outgoing.id),
    }
}

/// `next` with an executed answer, else `error`, after which the operation is over.
pub(crate) fn answer(id: &str, response: &Response) -> String {
    let id = Json::from(id);
    if response.is_executed() {
        let body = String::from_utf8_lossy(response.body());
        return format!(r#"{{"id":{id},"type":"next","payload":{body}}}"#);
    }
    let errors = serde_json::to_string(response.errors()).unwrap_or_else(|_| "[]".to_owned());
    format!(r#"{{"id":{id},"type":"error","payload":{errors}}}"#)
}

/// Adds the headers that a `connection_init` names to those of the upgrade request.
pub(crate) fn credentials(
    headers: &mut HeaderMap,
    payload: Option<&Map<String, Json>>,
) -> Result<(), Close> {
    let Some(payload) = payload else {
        return Ok(());
    };
    if let Some(Json::Object(named)) = payload.get("headers") {
        add(headers, named)?;
    }
    let authorization = payload
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("authorization"))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    add(headers, &authorization)
}

fn add(headers: &mut HeaderMap, named: &Map<String, Json>) -> Result<(), Close> {
    for (name, value) in named {
        let Some(text) = value.as_str() else {
            continue;
        };
        let pair = name
            .parse::<HeaderName>()
            .ok()
            .zip(HeaderValue::from_str(text).ok());
        let Some((name, mut value)) = pair else {
            return Err(Close::bad_request(
                "connection_init names an invalid header",
            ));
        };
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn credentials_come_from_the_payload() {
        let mut headers = HeaderMap::new();
        let payload =
            json!({ "Authorization": "Bearer a", "headers": { "x-api-key": "k" }, "n": 1 });
        assert_eq!(credentials(&mut headers, payload.as_object()), Ok(()));
        assert_eq!(headers["authorization"], "Bearer a");
        assert_eq!(headers["x-api-key"], "k");
    }

    #[test]
    fn nonsense_is_a_bad_request() {
        assert_eq!(parse("{").err().map(|close| close.code), Some(4400));
        assert_eq!(
            parse(r#"{"type":"start"}"#).err().map(|close| close.code),
            Some(4400)
        );
        assert!(parse(r#"{"type":"connection_init"}"#).is_ok());
        let long = Close::duplicate(&"x".repeat(500));
        assert!(long.code == 4409 && long.reason.len() <= 123);
    }
}
