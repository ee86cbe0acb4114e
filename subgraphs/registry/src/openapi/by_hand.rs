//! Request schemas that are written by hand instead of read from a description.
//!
//! Whoever writes one sees what is wrong with it, so here every warning is a refusal.

use serde_json::{Map, Value, json};

use super::definitions::Definitions;
use super::description::Warning;
use super::document::{Dialect, Document, shown};
use super::limits::Limits;
use super::parameters::{Location, as_object};
use super::parse;
use super::pointer::Pointer;
use super::request::{Request, variables};
use super::tree::Node;

/// Checks a request schema for an endpoint with this path, and brings it into the form that
/// [`Operation::request_schema`](super::Operation::request_schema) has. Without one, a request has
/// the variables of the path and nothing else.
pub fn request_schema(path: &str, schema: Option<&Value>) -> Result<Value, Warning> {
    let limits = Limits::default();
    let limits = Limits {
        document_bytes_max: limits.request_schema_bytes_max,
        ..limits
    };
    let bare = json!({ "type": "object" });
    let text = schema.unwrap_or(&bare).to_string();
    let root = parse::parse(text.as_bytes(), &limits)
        .map_err(|err| fault("", err.to_string()))?
        .1;
    let document = Document {
        root,
        dialect: Dialect::V31,
    };
    let mut definitions = Definitions::new(&document, &limits);
    let built = Request::new(&mut definitions).by_hand(path, &document.root, schema.is_none())?;
    match built.warnings.into_iter().next() {
        Some(warning) => Err(refusal(warning)),
        None => Ok(built.schema),
    }
}

fn fault(pointer: impl ToString, message: impl Into<String>) -> Warning {
    Warning {
        pointer: pointer.to_string(),
        message: message.into(),
    }
}

/// A warning says what is wrong, then what was made of it; here nothing is.
fn refusal(warning: Warning) -> Warning {
    let wrong = warning.message.split("; ").next().unwrap_or_default();
    fault(warning.pointer, wrong)
}

impl<'d> Request<'_, 'd> {
    fn by_hand(
        mut self,
        path: &str,
        root: &'d Node<'d>,
        bare: bool,
    ) -> Result<super::request::Built, Warning> {
        let parts = parts(root)?;
        let wanted = required(root)?;
        let at = Pointer::Base("/properties");
        let mut properties = Map::new();
        let mut required = Vec::new();
        for location in Location::ALL {
            let name = location.as_str();
            let given = parts.and_then(|parts| parts.get(name));
            let group = match given {
                Some(node) => self.group(node, &at.key(name))?,
                None => Map::new(),
            };
            let group = match location {
                Location::Path if bare => of_variables(path),
                Location::Path => path_group(path, group)?,
                Location::Query | Location::Header | Location::Cookie => group,
            };
            if !group.is_empty() {
                let must = location == Location::Path || wanted.contains(&name);
                required.extend(must.then(|| Value::from(name)));
                properties.insert(name.to_owned(), Value::Object(group));
            }
        }
        if let Some(node) = parts.and_then(|parts| parts.get("body")) {
            let mut body = as_object(self.part(node, &at.key("body")));
            body.entry("x-portico-media-type")
                .or_insert_with(|| "application/json".into());
            required.extend(wanted.contains(&"body").then(|| Value::from("body")));
            properties.insert("body".to_owned(), Value::Object(body));
        }
        Ok(self.finish(properties, required))
    }

    /// A part of the request that holds parameters: an object with named properties only.
    fn group(
        &mut self,
        node: &'d Node<'d>,
        at: &Pointer<'_>,
    ) -> Result<Map<String, Value>, Warning> {
        if node.get("properties").and_then(Node::as_object).is_none() {
            return Err(fault(at, "must be an object schema with `properties`"));
        }
        let mut group = as_object(self.part(node, at));
        group.insert("type".to_owned(), "object".into());
        group.insert("additionalProperties".to_owned(), false.into());
        Ok(group)
    }
}

fn parts<'d>(root: &'d Node<'d>) -> Result<Option<&'d super::tree::Object<'d>>, Warning> {
    let rule = "a request schema must be an object schema";
    let object = root.as_object().ok_or_else(|| fault("", rule))?;
    if root.text("type").is_some_and(|kind| kind != "object") {
        return Err(fault("/type", "must be `object`"));
    }
    let known = [
        "type",
        "properties",
        "required",
        "additionalProperties",
        "$defs",
        "$schema",
        "title",
        "description",
    ];
    if let Some((key, _)) = object.iter().find(|(key, _)| !known.contains(key)) {
        let message = format!(
            "`{}` has no place at the top of a request schema",
            shown(key)
        );
        return Err(fault(Pointer::Base("").key(key), message));
    }
    let Some(parts) = root.get("properties") else {
        return Ok(None);
    };
    let parts = parts
        .as_object()
        .ok_or_else(|| fault("/properties", "must be an object"))?;
    let is_part = |name: &str| {
        name == "body"
            || Location::ALL
                .iter()
                .any(|location| location.as_str() == name)
    };
    match parts.iter().find(|(name, _)| !is_part(name)) {
        Some((name, _)) => {
            let message = format!(
                "a request has path, query, header, cookie and body, and no `{}`",
                shown(name)
            );
            Err(fault(Pointer::Base("/properties").key(name), message))
        }
        None => Ok(Some(parts)),
    }
}

fn required<'d>(root: &'d Node<'d>) -> Result<Vec<&'d str>, Warning> {
    let Some(names) = root.get("required") else {
        return Ok(Vec::new());
    };
    let names = names
        .as_list()
        .and_then(|names| names.iter().map(Node::as_text).collect::<Option<_>>());
    names.ok_or_else(|| fault("/required", "must be a list of names"))
}

/// The variables of a path, each any text.
fn of_variables(path: &str) -> Map<String, Value> {
    let names: Vec<_> = variables(path).collect();
    if names.is_empty() {
        return Map::new();
    }
    let properties: Map<_, _> = names
        .iter()
        .map(|name| ((*name).to_owned(), json!({ "type": "string" })))
        .collect();
    as_object(
        json!({ "type": "object", "properties": properties, "required": names, "additionalProperties": false }),
    )
}

/// The path's part describes each variable, and nothing else; all of them must be sent.
fn path_group(path: &str, mut group: Map<String, Value>) -> Result<Map<String, Value>, Warning> {
    let names: Vec<_> = variables(path).collect();
    let described = group.get("properties").and_then(Value::as_object);
    let at = Pointer::Base("/properties/path/properties");
    if let Some(name) = described
        .into_iter()
        .flat_map(Map::keys)
        .find(|name| !names.contains(&name.as_str()))
    {
        return Err(fault(
            at.key(name),
            format!("the path has no `{{{}}}`", shown(name)),
        ));
    }
    if let Some(name) = names
        .iter()
        .find(|name| described.is_none_or(|described| !described.contains_key(**name)))
    {
        return Err(fault(
            at.key(name),
            format!("the path's `{{{}}}` must be described", shown(name)),
        ));
    }
    if names.is_empty() {
        return Ok(Map::new());
    }
    group.insert("required".to_owned(), names.into());
    Ok(group)
}
