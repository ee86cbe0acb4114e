//! The body of an operation: one media type is chosen, the others are named in a warning.

use serde_json::{Map, Value, json};

use super::document::shown;
use super::keyword;
use super::operations::cut;
use super::parameters::as_object;
use super::pointer::Pointer;
use super::request::Request;
use super::tree::{Node, Object};

const DESCRIPTION_CHARS_MAX: usize = 20_000;
const OTHERS_SHOWN_MAX: usize = 5;

/// The schema of a body.
pub(super) struct Body {
    pub(super) schema: Value,
    pub(super) required: bool,
}

impl<'d> Request<'_, 'd> {
    /// Reads a `requestBody`, following its reference.
    pub(super) fn body(&mut self, node: &'d Node<'d>, at: &Pointer<'_>) -> Option<Body> {
        let chain_max = self.definitions.limits.ref_chain_max;
        let (at, node) = match self
            .definitions
            .document
            .follow(node, at.to_string(), chain_max)
        {
            Ok(found) => found,
            Err(why) => {
                self.warn(at, format_args!("{why}; any body is accepted"));
                let schema = json!({ "x-portico-media-type": "application/json" });
                return Some(Body {
                    schema,
                    required: false,
                });
            }
        };
        let at = Pointer::Base(&at);
        let content = node
            .get("content")
            .and_then(Node::as_object)
            .filter(|content| content.len() > 0);
        let Some(content) = content else {
            self.warn(&at, "the body has no `content` and is left out");
            return None;
        };
        let at_content = at.key("content");
        let (media, entry) = self.choose(content, &at_content)?;
        let at_media = at_content.key(media);
        let mut schema = match entry.get("schema") {
            Some(schema) => as_object(self.part(schema, &at_media.key("schema"))),
            None => as_object(unspecified(media)),
        };
        if let Some(description) = cut(node.text("description"), DESCRIPTION_CHARS_MAX) {
            self.charge(description.len());
            schema
                .entry("description")
                .or_insert_with(|| description.into());
        }
        schema.insert("x-portico-media-type".to_owned(), sendable(media).into());
        if let Some(encoding) = encoding(entry) {
            self.charge(keyword::serialized_len(&encoding));
            schema.insert("x-portico-encoding".to_owned(), encoding);
        }
        Some(Body {
            schema: Value::Object(schema),
            required: node.is_true("required"),
        })
    }

    fn choose(
        &mut self,
        content: &'d Object<'d>,
        at: &Pointer<'_>,
    ) -> Option<(&'d str, &'d Node<'d>)> {
        let (media, entry) = content.iter().min_by_key(|(media, _)| rank(media))?;
        self.definitions.spend(content.len());
        let others = content.iter().filter(|(other, _)| *other != media);
        let others: Vec<_> = others
            .take(OTHERS_SHOWN_MAX)
            .map(|(other, _)| shown(other))
            .collect();
        if !others.is_empty() {
            let message = format!(
                "the body is sent as {}; not as {}",
                shown(media),
                others.join(", ")
            );
            self.warn(at, shown(&message));
        }
        Some((media, entry))
    }
}

fn essence(media: &str) -> String {
    media
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}

/// The smaller, the better a form can send it.
fn rank(media: &str) -> u8 {
    match essence(media).as_str() {
        "application/json" => 0,
        essence if essence.ends_with("+json") => 1,
        "application/x-www-form-urlencoded" => 2,
        "multipart/form-data" => 3,
        _ => 4,
    }
}

/// A media range names no type to send; JSON is what such services take.
fn sendable(media: &str) -> &str {
    if media.contains('*') {
        "application/json"
    } else {
        media
    }
}

/// The schema of a body whose media type says all that is known.
fn unspecified(media: &str) -> Value {
    match essence(media).as_str() {
        essence if essence.ends_with("json") || essence.contains('*') => json!({}),
        "application/x-www-form-urlencoded" | "multipart/form-data" => json!({ "type": "object" }),
        essence if essence.starts_with("text/") => json!({ "type": "string" }),
        _ => json!({ "type": "string", "format": "binary" }),
    }
}

/// How single properties of a form body are sent.
fn encoding(entry: &Node<'_>) -> Option<Value> {
    let mut out = Map::new();
    for (property, encoding) in entry.get("encoding")?.as_object()?.iter() {
        let kept = ["contentType", "style"]
            .into_iter()
            .filter_map(|key| Some((key, Value::from(encoding.text(key)?))));
        let explode = encoding
            .get("explode")
            .filter(|explode| matches!(explode, Node::Bool(_)));
        let kept = kept.chain(explode.map(|explode| ("explode", explode.to_value())));
        let kept: Map<_, _> = kept.map(|(key, value)| (key.to_owned(), value)).collect();
        if !kept.is_empty() {
            out.insert(property.to_owned(), Value::Object(kept));
        }
    }
    (!out.is_empty()).then_some(Value::Object(out))
}
