//! From the parameters of an HTTP request to a GraphQL request.

use http::StatusCode;
use serde_json::{Map, Value as Json};

use crate::engine::Request;
use crate::error::{Code, GraphQLError};

/// Why an HTTP request is not handed to the engine.
#[derive(Debug)]
pub(crate) struct Unservable {
    pub(crate) status: StatusCode,
    pub(crate) error: GraphQLError,
}

impl Unservable {
    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            error: GraphQLError::new(Code::BadUserInput, message),
        }
    }

    pub(crate) fn bad(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }
}

/// A JSON body, or the `operations` of a multipart body.
pub(crate) fn json(bytes: &[u8]) -> Result<Request, Unservable> {
    let value: Json = serde_json::from_slice(bytes)
        .map_err(|err| Unservable::bad(format!("body is not JSON: {err}")))?;
    object(value)
}

/// A parsed body.
pub(crate) fn object(value: Json) -> Result<Request, Unservable> {
    let Json::Object(mut fields) = value else {
        return Err(Unservable::bad(
            "body must be a JSON object with a query; batches are not supported",
        ));
    };
    let query = match fields.remove("query") {
        Some(Json::String(query)) => query,
        Some(_) => return Err(Unservable::bad("query must be a string")),
        None => return Err(Unservable::bad("query is missing")),
    };
    let operation_name = match fields.remove("operationName") {
        Some(Json::String(name)) => Some(name),
        None | Some(Json::Null) => None,
        Some(_) => return Err(Unservable::bad("operationName must be a string")),
    };
    Ok(Request {
        query,
        operation_name,
        variables: map("variables", fields.remove("variables"))?,
        extensions: map("extensions", fields.remove("extensions"))?,
        uploads: Vec::new(),
    })
}

/// The query string of a GET.
pub(crate) fn query_string(parameters: Vec<(String, String)>) -> Result<Request, Unservable> {
    let mut fields = Map::new();
    for (name, value) in parameters {
        let value = match name.as_str() {
            "variables" | "extensions" if value.is_empty() => Json::Null,
            "variables" | "extensions" => serde_json::from_str(&value)
                .map_err(|err| Unservable::bad(format!("{name} is not JSON: {err}")))?,
            _ => Json::String(value),
        };
        fields.insert(name, value);
    }
    object(Json::Object(fields))
}

fn map(name: &str, value: Option<Json>) -> Result<Map<String, Json>, Unservable> {
    match value {
        None | Some(Json::Null) => Ok(Map::new()),
        Some(Json::Object(map)) => Ok(map),
        Some(_) => Err(Unservable::bad(format!("{name} must be an object"))),
    }
}
