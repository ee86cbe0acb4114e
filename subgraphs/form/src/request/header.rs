//! Headers and cookies from a form.

use http::{HeaderMap, HeaderName, HeaderValue};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::{
    Values,
    parameter::{Shape, Style, shape},
};
use crate::{
    schema::is_header_allowed,
    validate::{InputError, InputErrorCode},
};

const CODE: InputErrorCode = InputErrorCode::HeaderValue;

/// RFC 6265's cookie-octets stand for themselves.
const COOKIE: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b',')
    .add(b';')
    .add(b'\\')
    .add(b'%');

/// The headers that the form may set.
pub(super) fn headers(values: &Values<'_>, errors: &mut Vec<InputError>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, schema, value) in values.iter() {
        match header(name, value, Style::of(schema, "simple")) {
            Ok(Some((name, value))) => {
                headers.append(name, value);
            }
            Ok(None) => {}
            Err((code, message)) => errors.push(values.error(name, code, message)),
        }
    }
    headers
}

type Refused = (InputErrorCode, &'static str);

fn header(
    name: &str,
    value: &serde_json::Value,
    style: Style<'_>,
) -> Result<Option<(HeaderName, HeaderValue)>, Refused> {
    let text = match shape(value, style)? {
        Shape::Nothing => return Ok(None),
        Shape::One(text) => text,
        Shape::Many(texts) => texts.join(","),
        Shape::Named(pairs) => {
            let sign = if style.explode { "=" } else { "," };
            pairs
                .iter()
                .map(|(key, text)| format!("{key}{sign}{text}"))
                .collect::<Vec<_>>()
                .join(",")
        }
    };
    if !is_header_allowed(name) {
        return Err((CODE, "is a header that the platform sets itself"));
    }
    let name = HeaderName::try_from(name).map_err(|_| (CODE, "is not the name of a header"))?;
    let is_visible = text
        .bytes()
        .all(|byte| byte == b' ' || byte.is_ascii_graphic());
    let value = HeaderValue::from_str(&text).ok().filter(|_| is_visible);
    let value = value.ok_or((
        CODE,
        "holds characters that a header cannot carry: use visible ASCII",
    ))?;
    Ok(Some((name, value)))
}

/// The one cookie header with all cookies.
pub(super) fn cookie(values: &Values<'_>, errors: &mut Vec<InputError>) -> Option<HeaderValue> {
    let mut cookies = Vec::new();
    for (name, schema, value) in values.iter() {
        match cookie_pairs(name, value, Style::of(schema, "form")) {
            Ok(pairs) => cookies.extend(pairs),
            Err((code, message)) => errors.push(values.error(name, code, message)),
        }
    }
    let header = HeaderValue::from_str(&cookies.join("; "));
    header.ok().filter(|header| !header.is_empty())
}

fn cookie_pairs(
    name: &str,
    value: &serde_json::Value,
    style: Style<'_>,
) -> Result<Vec<String>, Refused> {
    let pair = |name: &str, text: &str| {
        // A cookie's name has the same characters as a header's.
        HeaderName::try_from(name).map_err(|_| (CODE, "is not the name of a cookie"))?;
        Ok(format!("{name}={}", utf8_percent_encode(text, COOKIE)))
    };
    match shape(value, style)? {
        Shape::Nothing => Ok(Vec::new()),
        Shape::One(text) => Ok(vec![pair(name, &text)?]),
        Shape::Many(texts) if style.explode => texts.iter().map(|text| pair(name, text)).collect(),
        Shape::Many(texts) => Ok(vec![pair(name, &texts.join(","))?]),
        Shape::Named(pairs) if style.explode => {
            pairs.iter().map(|(name, text)| pair(name, text)).collect()
        }
        Shape::Named(pairs) => {
            let texts: Vec<String> = pairs
                .into_iter()
                .flat_map(|(name, text)| [name, text])
                .collect();
            Ok(vec![pair(name, &texts.join(","))?])
        }
    }
}
