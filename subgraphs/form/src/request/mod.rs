//! From submitted data to the HTTP request that delivers it.
//!
//! Pure. The service's address and path come from the registry, the values from a person:
//! whatever the values hold, the request stays on the service's origin and below its base
//! path, and no value can become another parameter, header or request.

mod body;
mod encode;
mod header;
mod parameter;
mod path;

use http::{
    HeaderMap, Method,
    header::{CONTENT_TYPE, COOKIE},
};
use serde_json::{Map, Value};
use url::Url;

use crate::{
    pointer::Pointer,
    schema::{Location, RequestSchema},
    validate::{InputError, InputErrorCode},
};

/// The endpoint that a form submits to.
#[derive(Clone, Debug)]
pub struct Target {
    /// The method of the operation.
    pub method: Method,
    /// The service's address.
    pub base_url: Url,
    /// The operation's path below it, with placeholders in braces.
    pub path: String,
}

/// A request, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// The method.
    pub method: Method,
    /// The whole address.
    pub url: Url,
    /// What the form sets; the client adds its own.
    pub headers: HeaderMap,
    /// The body, whose type is among the headers.
    pub body: Option<Vec<u8>>,
}

/// Puts accepted data into a request. Only values that no schema can describe are refused
/// here, such as `..` for a segment of the path.
pub fn build(
    target: &Target,
    schema: &RequestSchema,
    data: &Value,
) -> Result<Outgoing, Vec<InputError>> {
    let mut errors = Vec::new();
    let at = |location: Location| Values::new(schema, location, data);
    let query = parameter::query(&at(Location::Query), &mut errors);
    let path = path::fill(&target.path, &at(Location::Path), &mut errors);
    let mut headers = header::headers(&at(Location::Header), &mut errors);
    if let Some(cookie) = header::cookie(&at(Location::Cookie), &mut errors) {
        headers.insert(COOKIE, cookie);
    }
    let body = body::body(schema, data, &mut errors);
    if let Some(body) = &body {
        headers.insert(CONTENT_TYPE, body.content_type.clone());
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let url = path::join(&target.base_url, &path, &query).map_err(|error| vec![error])?;
    Ok(Outgoing {
        method: target.method.clone(),
        url,
        headers,
        body: body.map(|body| body.bytes),
    })
}

/// The values of one location, each with the schema that says how to write it.
struct Values<'a> {
    pointer: Pointer,
    schemas: Option<&'a Map<String, Value>>,
    values: Option<&'a Map<String, Value>>,
}

impl<'a> Values<'a> {
    fn new(schema: &'a RequestSchema, location: Location, data: &'a Value) -> Self {
        let schemas = schema
            .location(location)
            .and_then(|(schema, _)| schema.get("properties"));
        Self {
            pointer: Pointer::root().child(location.name()),
            schemas: schemas.and_then(Value::as_object),
            values: data.get(location.name()).and_then(Value::as_object),
        }
    }

    fn iter(&self) -> impl Iterator<Item = (&'a str, Option<&'a Value>, &'a Value)> {
        let values = self.values.into_iter().flatten();
        values.map(|(name, value)| (name.as_str(), self.schema(name), value))
    }

    fn schema(&self, name: &str) -> Option<&'a Value> {
        self.schemas.and_then(|schemas| schemas.get(name))
    }

    fn value(&self, name: &str) -> Option<&'a Value> {
        self.values.and_then(|values| values.get(name))
    }

    fn error(&self, name: &str, code: InputErrorCode, message: &str) -> InputError {
        InputError::new(self.pointer.child(name), code, message)
    }
}

#[cfg(test)]
mod tests;
