//! The body of a request, in the media type that the endpoint takes.

use http::HeaderValue;
use serde_json::Value;

use super::parameter::{self, Style, query_pairs};
use crate::{
    pointer::Pointer,
    schema::{Location, MediaType, RequestSchema},
    validate::{InputError, InputErrorCode},
};

/// A body and its type.
pub(super) struct Body {
    pub(super) content_type: HeaderValue,
    pub(super) bytes: Vec<u8>,
}

/// Writes the body; none, when the data has none.
pub(super) fn body(
    schema: &RequestSchema,
    data: &Value,
    errors: &mut Vec<InputError>,
) -> Option<Body> {
    let value = data.get(Location::Body.name())?;
    let schema = schema.location(Location::Body).map(|(schema, _)| schema);
    let name = MediaType::name_of(schema);
    let refuse =
        |code, message: &str| InputError::new(Pointer::root().child("body"), code, message);
    let bytes = match (MediaType::of(schema), value) {
        (MediaType::Json, value) => Ok(value.to_string().into_bytes()),
        (MediaType::Form, Value::Object(_)) => form(schema, value, errors),
        (MediaType::Text, Value::String(text)) => Ok(text.clone().into_bytes()),
        (MediaType::Form, _) => Err(refuse(
            InputErrorCode::NotSerializable,
            "must be an object to be sent as a form",
        )),
        (MediaType::Text, _) => Err(refuse(
            InputErrorCode::NotSerializable,
            "must be text to be sent as it is",
        )),
        (MediaType::Multipart, _) => Err(refuse(
            InputErrorCode::MediaType,
            "is a multipart body, which forms cannot send yet",
        )),
    };
    let content_type = HeaderValue::from_str(&name).map_err(|_| {
        refuse(
            InputErrorCode::MediaType,
            "has a media type that cannot be sent",
        )
    });
    match (bytes, content_type) {
        (Ok(bytes), Ok(content_type)) => Some(Body {
            content_type,
            bytes,
        }),
        (bytes, content_type) => {
            errors.extend(bytes.err());
            errors.extend(content_type.err());
            None
        }
    }
}

fn form(
    schema: Option<&Value>,
    value: &Value,
    errors: &mut Vec<InputError>,
) -> Result<Vec<u8>, InputError> {
    let encodings = schema.and_then(|schema| schema.get("x-portico-encoding"));
    let mut pairs = Vec::new();
    for (name, value) in value.as_object().into_iter().flatten() {
        let style = Style::of_encoding(encodings.and_then(|all| all.get(name)));
        match parameter::shape(value, style) {
            Ok(shape) => pairs.extend(query_pairs(name, shape, style)),
            Err((code, message)) => {
                errors.push(InputError::new(
                    Pointer::root().child("body").child(name),
                    code,
                    message,
                ));
            }
        }
    }
    Ok(pairs.join("&").into_bytes())
}
