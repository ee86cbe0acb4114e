//! What a subgraph answers: its bytes, bounded while they arrive, and the response in them.

use std::fmt;

use async_graphql::Value;
use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};

use crate::error::{GraphQLError, PathSegment};
use crate::remote::failure::Failure;
use crate::remote::value::{Names, ValueSeed};
use crate::subgraph::SubgraphResponse;

/// Errors kept of one answer.
const ERRORS_MAX: usize = 1_000;

/// Larger answers are parsed where they hold nobody up.
const PARSED_AT_ONCE_MAX: usize = 256 << 10;

/// Reads a body of at most `max` bytes.
pub(crate) async fn read(
    headers: &HeaderMap,
    mut body: Incoming,
    max: usize,
) -> Result<Bytes, Failure> {
    let encoding = headers.get(CONTENT_ENCODING);
    if encoding.is_some_and(|encoding| encoding != "identity") {
        return Err(Failure::Malformed(
            "it is compressed, though identity was asked for".into(),
        ));
    }
    let length = headers.get(CONTENT_LENGTH).and_then(|length| {
        let text = length.to_str().ok()?;
        text.parse::<usize>().ok()
    });
    if length.is_some_and(|length| length > max) {
        return Err(Failure::TooLarge(max));
    }
    let mut gathered = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|err| Failure::CutOff(err.into()))?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        if data.len() > max - gathered.len() {
            return Err(Failure::TooLarge(max));
        }
        if gathered.is_empty() && length == Some(data.len()) {
            return Ok(data);
        }
        if gathered.is_empty() {
            // Not all at once: the length is only what the subgraph says.
            gathered.reserve(length.unwrap_or(0).min(1 << 20));
        }
        gathered.extend_from_slice(&data);
    }
    Ok(gathered.freeze())
}

/// Reads the response in a body; a large one on a thread that may be blocked.
pub(crate) async fn parse(body: Bytes, nesting_max: usize) -> Result<SubgraphResponse, Failure> {
    if body.len() <= PARSED_AT_ONCE_MAX {
        return parse_now(&body, nesting_max);
    }
    tokio::task::spawn_blocking(move || parse_now(&body, nesting_max))
        .await
        .unwrap_or_else(|err| Err(Failure::Malformed(err.into())))
}

/// Reads a response at once.
pub(crate) fn parse_now(body: &[u8], nesting_max: usize) -> Result<SubgraphResponse, Failure> {
    let seed = AnswerSeed {
        names: Names::default(),
        depth: nesting_max.min(NESTING_LIMIT),
    };
    read_json(body, seed).map_err(|err| Failure::Malformed(err.into()))
}

/// Reads the errors of a subscription that was refused.
pub(crate) fn parse_errors(json: &str, nesting_max: usize) -> Result<Vec<GraphQLError>, Failure> {
    let mut names = Names::default();
    let seed = ValueSeed {
        names: &mut names,
        depth: nesting_max.min(NESTING_LIMIT),
    };
    let read = read_json(json.as_bytes(), seed).and_then(errors);
    read.map_err(|err| Failure::Malformed(err.into()))
}

/// The stack of a thread ends somewhere.
const NESTING_LIMIT: usize = 250;

fn read_json<'de, S: DeserializeSeed<'de>>(
    json: &'de [u8],
    seed: S,
) -> Result<S::Value, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_slice(json);
    // The seeds count for themselves.
    reader.disable_recursion_limit();
    let value = seed.deserialize(&mut reader)?;
    reader.end().map(|()| value)
}

struct AnswerSeed {
    names: Names,
    depth: usize,
}

#[derive(serde::Deserialize)]
#[serde(field_identifier, rename_all = "lowercase")]
enum Part {
    Data,
    Errors,
    #[serde(other)]
    Other,
}

impl<'de> DeserializeSeed<'de> for AnswerSeed {
    type Value = SubgraphResponse;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for AnswerSeed {
    type Value = SubgraphResponse;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with data or errors")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut parts: A) -> Result<Self::Value, A::Error> {
        let (mut data, mut errors_of) = (None, None);
        while let Some(part) = parts.next_key::<Part>()? {
            let seed = ValueSeed {
                names: &mut self.names,
                depth: self.depth,
            };
            match part {
                Part::Data => data = Some(parts.next_value_seed(seed)?),
                Part::Errors => errors_of = Some(parts.next_value_seed(seed)?),
                Part::Other => {
                    parts.next_value::<IgnoredAny>()?;
                }
            }
        }
        let errors = match errors_of {
            Some(Value::Null) | None => Vec::new(),
            Some(list) => errors(list)?,
        };
        match data {
            Some(data @ (Value::Object(_) | Value::Null)) => Ok(SubgraphResponse { data, errors }),
            None if !errors.is_empty() => Ok(SubgraphResponse {
                data: Value::Null,
                errors,
            }),
            Some(_) => Err(A::Error::custom("data is no object")),
            None => Err(A::Error::custom("there are neither data nor errors")),
        }
    }
}

fn errors<E: Error>(list: Value) -> Result<Vec<GraphQLError>, E> {
    match list {
        Value::List(list) => Ok(list.into_iter().take(ERRORS_MAX).map(error).collect()),
        _ => Err(E::custom("errors are no list")),
    }
}

/// One error with what is well formed of it. Without a code the executor makes it a fixed
/// message, and its locations are in a document that the client has not seen.
fn error(value: Value) -> GraphQLError {
    let mut error = GraphQLError {
        message: String::new(),
        locations: Vec::new(),
        path: Vec::new(),
        extensions: Box::default(),
    };
    let Value::Object(parts) = value else {
        return error;
    };
    for (name, value) in parts {
        match (name.as_str(), value) {
            ("message", Value::String(message)) => error.message = message,
            ("path", Value::List(path)) => {
                error.path = path.into_iter().map_while(segment).collect();
            }
            ("extensions", extensions @ Value::Object(_)) => {
                if let Ok(serde_json::Value::Object(extensions)) = extensions.into_json() {
                    *error.extensions = extensions;
                }
            }
            _ => {}
        }
    }
    error
}

fn segment(value: Value) -> Option<PathSegment> {
    match value {
        Value::String(key) => Some(PathSegment::Key(key)),
        Value::Number(index) => index.as_u64()?.try_into().ok().map(PathSegment::Index),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(String, Vec<String>), Failure> {
        let answer = parse_now(text.as_bytes(), 10)?;
        let errors = answer.errors.iter();
        let shown = errors.map(|error| serde_json::to_string(error).expect("an error is JSON"));
        Ok((answer.data.to_string(), shown.collect()))
    }

    #[test]
    fn data_and_errors_are_read_in_any_order() {
        let text = r#"{"extensions":[{"a":1}],"errors":[{"message":"no","path":["a",1],"locations":[{"line":1,"column":2}],
            "extensions":{"code":"X","n":[1]}}, 7],"data":{"b":{"z":1,"a":2}}}"#;
        let (data, errors) = read(text).expect("it is a response");
        assert_eq!(data, "{b: {z: 1, a: 2}}");
        assert_eq!(
            errors,
            [
                r#"{"message":"no","path":["a",1],"extensions":{"code":"X","n":[1]}}"#,
                r#"{"message":"","extensions":{}}"#
            ]
        );
    }

    #[test]
    fn what_is_no_response_is_refused() {
        for text in [
            "",
            "null",
            "[]",
            "{}",
            "7",
            "<html>",
            r#"{"data":[]}"#,
            r#"{"data":{}} x"#,
            r#"{"data":{}"#,
            r#"{"errors":[]}"#,
            r#"{"data":null,"errors":{}}"#,
            r#"{"data":{"a":[[[[[[[[[[1]]]]]]]]]]}}"#,
            r#"{"errors":[{"extensions":[[[[[[[[[]]]]]]]]]}]}"#,
        ] {
            assert!(
                matches!(read(text), Err(Failure::Malformed(_))),
                "{text} is refused"
            );
        }
        assert!(read(r#"{"data":null}"#).is_ok());
    }

    #[test]
    fn the_deepest_answer_fits_into_a_threads_stack() {
        let lists = NESTING_LIMIT - 3;
        let (open, close) = ("[".repeat(lists), "]".repeat(lists));
        let text = format!(r#"{{"errors":[{{"extensions":{{"a":{open}{close}}}}}]}}"#);
        let run = move || {
            let kept = parse_now(text.as_bytes(), usize::MAX);
            let kept = kept.expect("it is just deep enough");
            serde_json::to_string(&kept.errors)
                .expect("errors are JSON")
                .len()
        };
        let thread = std::thread::Builder::new().stack_size(1 << 20).spawn(run);
        let length = thread.expect("a thread starts").join();
        assert!(length.expect("the stack was enough") > NESTING_LIMIT);
    }
}
