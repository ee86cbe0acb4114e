//! One schema of the document as JSON Schema 2020-12 of what a caller sends.
//!
//! Every keyword is either taken over in its 2020-12 form or named in a warning, so that the result
//! is always a valid schema. Properties that only the service sets are named and refused.

use serde_json::{Map, Value, json};

use super::definitions::{Converted, Definitions};
use super::description::Warnings;
use super::document::{Dialect, Unresolved, shown};
use super::hidden::{self, Hidden};
use super::keyword::{self, Shape};
use super::nullable;
use super::pointer::{self, Pointer};
use super::tree::{Node, Object};

/// Where a schema stands in its parent.
#[derive(Clone, Copy)]
struct Site<'s, 'd> {
    /// It judges the same value as the definition it stands in.
    same_value: bool,
    /// Properties of the value that a caller does not send.
    hidden: &'s Hidden<'d>,
}

/// The conversion of one definition, or of one schema in an operation.
pub(super) struct Conversion<'c, 'd> {
    definitions: &'c mut Definitions<'d>,
    owner: Option<usize>,
    refs: Vec<usize>,
    warnings: Warnings,
}

impl<'c, 'd> Conversion<'c, 'd> {
    pub(super) fn new(definitions: &'c mut Definitions<'d>, owner: Option<usize>) -> Self {
        Self {
            definitions,
            owner,
            refs: Vec::new(),
            warnings: Warnings::default(),
        }
    }

    pub(super) fn run(mut self, node: &'d Node<'d>, at: &Pointer<'_>) -> Converted {
        let schema = self.schema(
            node,
            at,
            Site {
                same_value: true,
                hidden: &Hidden::new(),
            },
        );
        self.refs.sort_unstable();
        self.refs.dedup();
        let bytes = keyword::serialized_len(&schema);
        Converted {
            schema,
            refs: self.refs,
            warnings: self.warnings.into_vec(),
            bytes,
        }
    }

    fn warn(&mut self, at: &Pointer<'_>, message: impl std::fmt::Display) {
        self.warnings
            .push(self.definitions.limits.warnings_max, at, message);
    }

    fn schema(&mut self, node: &'d Node<'d>, at: &Pointer<'_>, site: Site<'_, 'd>) -> Value {
        let object = match node {
            Node::Object(object) => object,
            Node::Bool(all) => return Value::Bool(*all),
            _ => {
                self.warn(
                    at,
                    "a schema must be an object or a boolean; anything is accepted here",
                );
                return json!({});
            }
        };
        let mut out = Map::new();
        let alone = match object.get("$ref") {
            Some(reference) => {
                self.reference(reference, &at.key("$ref"), site, &mut out);
                self.definitions.document.dialect == Dialect::V30
            }
            None => false,
        };
        let own = hidden::of(self.definitions, object);
        let joined;
        let hidden = match (site.hidden.is_empty(), own.is_empty()) {
            (_, true) => site.hidden,
            (true, false) => &own,
            (false, false) => {
                joined = hidden::joined(self.definitions, site.hidden, own);
                &joined
            }
        };
        let inner = Site { hidden, ..site };
        for (key, value) in object.iter() {
            if alone && !keyword::is_annotation(key) {
                self.ignored_beside_ref(key, at);
                continue;
            }
            self.keyword(key, value, object, at, inner, &mut out);
        }
        // Authors of 3.0 documents write `nullable` beside `$ref` and `allOf` and mean it, although
        // the specification gives it no effect there.
        if object.get("nullable") == Some(&Node::Bool(true)) {
            nullable::admit_null(out)
        } else {
            Value::Object(out)
        }
    }

    fn ignored_beside_ref(&mut self, key: &str, at: &Pointer<'_>) {
        let known = keyword::shape(key);
        if key != "$ref" && known != Some(Shape::Dropped) {
            self.warn(
                &at.key(key),
                format_args!("`{}` beside $ref has no effect in openapi 3.0", shown(key)),
            );
        }
    }

    fn reference(
        &mut self,
        reference: &Node<'d>,
        at: &Pointer<'_>,
        site: Site<'_, 'd>,
        out: &mut Map<String, Value>,
    ) {
        let id = match self.definitions.resolve(reference) {
            Ok(id) => id,
            Err(why) => return self.warn(at, format_args!("{why}; anything is accepted here")),
        };
        if site.same_value && self.definitions.is_cut(self.owner, id) {
            let to = shown(reference.as_text().unwrap_or_default());
            return self.warn(
                at,
                format_args!("$ref `{to}` leads back to this schema or through too many others; it is left out"),
            );
        }
        self.refs.push(id);
        out.insert("$ref".to_owned(), self.link(id));
    }

    fn link(&self, id: usize) -> Value {
        Value::String(format!("#/$defs/{}", self.definitions.name(id)))
    }

    fn keyword(
        &mut self,
        key: &'d str,
        value: &'d Node<'d>,
        object: &'d Object<'d>,
        at: &Pointer<'_>,
        site: Site<'_, 'd>,
        out: &mut Map<String, Value>,
    ) {
        let below = Site {
            same_value: false,
            hidden: &Hidden::new(),
        };
        let here = at.key(key);
        let Some(shape) = keyword::shape(key) else {
            return self.warn(
                &here,
                format_args!("the keyword `{}` is not known; it is left out", shown(key)),
            );
        };
        let converted = match shape {
            Shape::Dropped => return,
            Shape::Items if value.as_list().is_none() => Some(self.schema(value, &here, below)),
            Shape::Items if object.get("prefixItems").is_some() => None,
            Shape::Items => {
                let tuple = self.list(value, &here, below);
                out.extend(tuple.map(|tuple| ("prefixItems".to_owned(), tuple)));
                return;
            }
            Shape::Plain(take) if take(value, object, out) => return,
            Shape::Plain(_) => None,
            Shape::Schema => Some(self.schema(value, &here, below)),
            Shape::Branch => Some(self.schema(value, &here, site)),
            Shape::Branches => self.list(value, &here, site),
            Shape::Schemas => self.list(value, &here, below),
            Shape::SchemaMap => self.map(value, &here, below, below.hidden),
            Shape::Properties => self.map(value, &here, below, site.hidden),
            Shape::BranchMap => self.map(value, &here, site, below.hidden),
            Shape::Required => keyword::required(value, site.hidden),
            Shape::Discriminator => self.discriminator(value, &here),
        };
        match converted {
            Some(converted) => drop(out.insert(key.to_owned(), converted)),
            None if key == "pattern" && value.as_text().is_some() => {
                self.warn(&here, "`pattern` is no regular expression; it is left out")
            }
            None => self.warn(
                &here,
                format_args!("`{key}` has a value that is not allowed; it is left out"),
            ),
        }
    }

    fn list(&mut self, value: &'d Node<'d>, at: &Pointer<'_>, site: Site<'_, 'd>) -> Option<Value> {
        let items = value.as_list().filter(|items| !items.is_empty())?;
        let schemas = items
            .iter()
            .enumerate()
            .map(|(index, item)| self.schema(item, &at.index(index), site));
        Some(Value::Array(schemas.collect()))
    }

    fn map(
        &mut self,
        value: &'d Node<'d>,
        at: &Pointer<'_>,
        site: Site<'_, 'd>,
        hidden: &Hidden<'d>,
    ) -> Option<Value> {
        let mut out = Map::new();
        for (name, schema) in value.as_object()?.iter() {
            let converted = match hidden.contains(name) {
                true => self.definitions.read_only(schema),
                false => self.schema(schema, &at.key(name), site),
            };
            out.insert(name.to_owned(), converted);
        }
        Some(Value::Object(out))
    }

    /// Keeps the discriminator for whoever shows the variants; its mapping points into `$defs`.
    fn discriminator(&mut self, value: &'d Node<'d>, at: &Pointer<'_>) -> Option<Value> {
        let property = value.as_text().or_else(|| value.text("propertyName"))?;
        let mut mapping = Map::new();
        for (tag, target) in value
            .get("mapping")
            .and_then(Node::as_object)
            .into_iter()
            .flat_map(Object::iter)
        {
            let place = at.key("mapping");
            match self.mapped(target) {
                Ok(id) => {
                    self.refs.push(id);
                    mapping.insert(tag.to_owned(), self.link(id));
                }
                Err(why) => self.warn(&place.key(tag), why),
            }
        }
        let mut out = Map::from_iter([("propertyName".to_owned(), property.into())]);
        if !mapping.is_empty() {
            out.insert("mapping".to_owned(), mapping.into());
        }
        Some(Value::Object(out))
    }

    /// A mapping's value is a schema's name or a reference.
    fn mapped(&mut self, target: &Node<'d>) -> Result<usize, Unresolved> {
        let name = target.as_text().unwrap_or_default();
        let named = Node::Text(format!("#/components/schemas/{}", pointer::escape(name)).into());
        self.definitions
            .resolve(&named)
            .or_else(|_| self.definitions.resolve(target))
    }
}
