//! The path of a request: placeholders filled, and kept below the service's address.

use url::Url;

use super::{
    Values, encode,
    parameter::{Shape, Style, shape},
};
use crate::{
    pointer::Pointer,
    validate::{InputError, InputErrorCode},
};

const CODE: InputErrorCode = InputErrorCode::PathValue;

/// Fills a template such as `/repos/{owner}`.
pub(super) fn fill(template: &str, values: &Values<'_>, errors: &mut Vec<InputError>) -> String {
    let mut filled = String::new();
    for segment in template.trim_start_matches('/').split('/') {
        filled.push('/');
        filled.push_str(&fill_segment(segment, values, errors));
    }
    filled
}

fn fill_segment(template: &str, values: &Values<'_>, errors: &mut Vec<InputError>) -> String {
    let mut segment = String::new();
    let mut rest = template;
    let mut last = None;
    while let Some((fixed, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else {
            break;
        };
        segment.push_str(&encode::path(fixed));
        match placeholder(name, values) {
            Ok(text) => segment.push_str(&text),
            Err(error) => errors.push(error),
        }
        last = Some(name);
        rest = after;
    }
    segment.push_str(&encode::path(rest));
    // Servers and URL parsers take these for steps through the path, escaped or not.
    if let Some(name) = last
        && segment.split('/').any(is_dot_segment)
    {
        errors.push(values.error(
            name,
            CODE,
            "must not make a `.` or `..` segment of the path",
        ));
    }
    segment
}

fn is_dot_segment(segment: &str) -> bool {
    matches!(
        segment.to_ascii_lowercase().replace("%2e", ".").as_str(),
        "." | ".."
    )
}

fn placeholder(name: &str, values: &Values<'_>) -> Result<String, InputError> {
    let missing = || values.error(name, InputErrorCode::Required, "is required");
    let value = values.value(name).ok_or_else(missing)?;
    let style = Style::of(values.schema(name), "simple");
    let shape = shape(value, style).map_err(|(code, message)| values.error(name, code, message))?;
    let text = written(name, &shape, style).ok_or_else(missing)?;
    let is_open_ended = style.allows_slashes() && text.split('/').any(str::is_empty);
    if text.is_empty() || is_open_ended {
        return Err(values.error(name, CODE, "must not leave a segment of the path empty"));
    }
    Ok(text)
}

fn written(name: &str, shape: &Shape, style: Style<'_>) -> Option<String> {
    let encode = |text: &str| {
        if style.allows_slashes() {
            text.split('/')
                .map(encode::value)
                .collect::<Vec<_>>()
                .join("/")
        } else {
            encode::value(text)
        }
    };
    let pair = |(key, text): &(String, String), sign: &str| {
        format!("{}{sign}{}", encode(key), encode(text))
    };
    let (prefix, separator) = match (style.name, style.explode) {
        ("label", _) => (".".to_owned(), if style.explode { "." } else { "," }),
        ("matrix", true) => (";".to_owned(), ";"),
        ("matrix", false) => (format!(";{}=", encode::value(name)), ","),
        _ => (String::new(), ","),
    };
    let texts: Vec<String> = match shape {
        Shape::Nothing => return None,
        Shape::One(text) if style.name == "matrix" && style.explode => {
            vec![format!("{}={}", encode::value(name), encode(text))]
        }
        Shape::One(text) => vec![encode(text)],
        Shape::Many(texts) if style.name == "matrix" && style.explode => texts
            .iter()
            .map(|text| format!("{}={}", encode::value(name), encode(text)))
            .collect(),
        Shape::Many(texts) => texts.iter().map(|text| encode(text)).collect(),
        Shape::Named(pairs) if style.explode => pairs.iter().map(|own| pair(own, "=")).collect(),
        Shape::Named(pairs) => pairs.iter().map(|own| pair(own, ",")).collect(),
    };
    (!texts.is_empty()).then(|| prefix + &texts.join(separator))
}

/// Appends path and query to the service's address, and makes sure that it is still there.
pub(super) fn join(base: &Url, path: &str, query: &str) -> Result<Url, InputError> {
    let mut url = base.clone();
    let base_path = base.path().trim_end_matches('/');
    let whole = format!("{base_path}{path}");
    url.set_path(&whole);
    url.set_query(Some(query).filter(|query| !query.is_empty()));
    url.set_fragment(None);
    let is_below = url
        .path()
        .strip_prefix(base_path)
        .is_some_and(|rest| rest.starts_with('/'));
    let is_untouched = url.path().matches('/').count() == whole.matches('/').count();
    if url.origin() != base.origin() || !is_below || !is_untouched || base.cannot_be_a_base() {
        let pointer = Pointer::root().child("path");
        return Err(InputError::new(
            pointer,
            CODE,
            "the endpoint's path leads away from its service",
        ));
    }
    Ok(url)
}
