//! Paths to operations: every operation of the document comes out, whatever is wrong inside it.

use std::collections::HashMap;

use serde_json::Value;

use super::definitions::Definitions;
use super::description::{Method, Operation, Warning, Warnings};
use super::document::{Document, shown};
use super::error::OpenApiError;
use super::limits::Limits;
use super::parameters::Parameters;
use super::pointer::Pointer;
use super::request::{Built, Request};
use super::security::Security;
use super::service;
use super::template;
use super::tree::Node;

const TITLE_CHARS_MAX: usize = 300;
const NAME_CHARS_MAX: usize = 200;
const DESCRIPTION_CHARS_MAX: usize = 20_000;

/// A reading of all paths.
pub(super) struct Reading<'d> {
    document: &'d Document<'d>,
    limits: &'d Limits,
    security: &'d Security<'d>,
    definitions: Definitions<'d>,
    operations: Vec<Operation>,
    /// Who has an operationId.
    named: HashMap<&'d str, usize>,
    bytes: usize,
}

/// A path item and what it gives to its operations.
struct Item<'d> {
    path: &'d str,
    node: &'d Node<'d>,
    at: String,
}

impl<'d> Reading<'d> {
    pub(super) fn new(
        document: &'d Document<'d>,
        limits: &'d Limits,
        security: &'d Security<'d>,
    ) -> Self {
        Self {
            document,
            limits,
            security,
            definitions: Definitions::new(document, limits),
            operations: Vec::new(),
            named: HashMap::new(),
            bytes: 0,
        }
    }

    /// Reads every path in the order of the document.
    pub(super) fn run(mut self, warnings: &mut Warnings) -> Result<Vec<Operation>, OpenApiError> {
        let Some(paths) = self.document.root.get("paths") else {
            return Ok(Vec::new());
        };
        let expected = "an object of paths";
        let wrong = || OpenApiError::NotOpenApi {
            pointer: "/paths".to_owned(),
            expected,
        };
        let base = Pointer::Base("/paths");
        for (path, node) in paths.as_object().ok_or_else(wrong)?.iter() {
            let at = base.key(path);
            if path.starts_with("x-") {
                continue;
            }
            if path.chars().count() > self.limits.path_chars_max {
                let pointer = shown(&at.to_string());
                return Err(OpenApiError::PathTooLong {
                    pointer,
                    max: self.limits.path_chars_max,
                });
            }
            if let Some(fault) = template::fault(path) {
                let message = format_args!("a path {fault}; its operations are left out");
                warnings.push(self.limits.warnings_max, at, message);
                continue;
            }
            match self
                .document
                .follow(node, at.to_string(), self.limits.ref_chain_max)
            {
                Ok((at, node)) => self.item(&Item { path, node, at }, warnings)?,
                Err(why) => {
                    let message = format!("{why}; the operations of this path are not known");
                    warnings.push(self.limits.warnings_max, at, message);
                }
            }
        }
        Ok(self.operations)
    }

    fn item(&mut self, item: &Item<'d>, warnings: &mut Warnings) -> Result<(), OpenApiError> {
        let at = Pointer::Base(&item.at);
        let Some(object) = item.node.as_object() else {
            warnings.push(
                self.limits.warnings_max,
                at,
                "a path item must be an object; it is left out",
            );
            return Ok(());
        };
        for (key, node) in object.iter() {
            let Some(method) = Method::of_key(key) else {
                continue;
            };
            let at = at.key(key);
            if self.operations.len() == self.limits.operations_max {
                let (pointer, max) = (at.to_string(), self.limits.operations_max);
                return Err(OpenApiError::TooManyOperations { pointer, max });
            }
            self.operation(item, method, node, &at)?;
        }
        Ok(())
    }

    fn operation(
        &mut self,
        item: &Item<'d>,
        method: Method,
        node: &'d Node<'d>,
        at: &Pointer<'_>,
    ) -> Result<(), OpenApiError> {
        let mut request = Request::new(&mut self.definitions);
        if node.as_object().is_none() {
            let message = "an operation must be an object; nothing is known about its request";
            request.warn(at, message);
        }
        let number = self.operations.len();
        let first = node
            .text("operationId")
            .map(|id| *self.named.entry(id).or_insert(number));
        let named_before = first.and_then(|first| self.operations.get(first));
        if let Some(earlier) = named_before {
            let (method, path) = (earlier.method, &earlier.path);
            let message =
                format!("the operationId is that of {method} {path} as well; it is left out");
            request.warn(&at.key("operationId"), message);
        }
        let is_first = named_before.is_none();
        let needs_credentials = request.note_security(self.security, node, at);
        let built = request.read(item, method, node, at);
        let operation = Operation {
            needs_credentials,
            ..describe(item, method, node, is_first, built.schema, built.warnings)
        };
        let prose = operation.description.as_ref().map_or(0, String::len);
        self.bytes += built.bytes + prose;
        if self.definitions.is_spent() {
            return Err(OpenApiError::TooEntangled {
                pointer: at.to_string(),
            });
        }
        if self.bytes > self.limits.request_schemas_bytes_max {
            let (pointer, max) = (at.to_string(), self.limits.request_schemas_bytes_max);
            return Err(OpenApiError::SchemasTooLarge { pointer, max });
        }
        self.operations.push(operation);
        Ok(())
    }
}

impl<'d> Request<'_, 'd> {
    /// Reads what an operation and its path say about a request.
    fn read(
        mut self,
        item: &Item<'d>,
        method: Method,
        node: &'d Node<'d>,
        at: &Pointer<'_>,
    ) -> Built {
        let mut parameters = Parameters::new();
        let shared = Pointer::Base(&item.at);
        self.gather(
            item.node.get("parameters"),
            &shared.key("parameters"),
            &mut parameters,
        );
        self.gather(
            node.get("parameters"),
            &at.key("parameters"),
            &mut parameters,
        );
        let at_body = at.key("requestBody");
        let body = match node.get("requestBody") {
            Some(_) if !method.takes_body() => {
                self.warn(
                    &at_body,
                    format_args!("a {method} request has no body; it is left out"),
                );
                None
            }
            Some(body) => self.body(body, &at_body),
            None => None,
        };
        self.build(item.path, at, &parameters, body)
    }
}

fn describe(
    item: &Item<'_>,
    method: Method,
    node: &Node<'_>,
    is_first: bool,
    request_schema: Value,
    warnings: Vec<Warning>,
) -> Operation {
    let operation_id = name(node.get("operationId"));
    let title = cut(node.text("summary"), TITLE_CHARS_MAX).or_else(|| operation_id.clone());
    let tags = node.get("tags").and_then(Node::as_list);
    Operation {
        method,
        path: item.path.to_owned(),
        title: title.unwrap_or_else(|| format!("{method} {}", item.path)),
        operation_id: operation_id.filter(|_| is_first),
        description: cut(node.text("description"), DESCRIPTION_CHARS_MAX),
        tag: tags.and_then(|tags| name(tags.first())),
        deprecated: node.is_true("deprecated"),
        server: service::first_server(node).or_else(|| service::first_server(item.node)),
        request_schema,
        needs_credentials: false,
        warnings,
    }
}

fn name(node: Option<&Node<'_>>) -> Option<String> {
    cut(node?.as_text(), NAME_CHARS_MAX)
}

/// Text without the space around it, shortened to what can be kept; `None` when nothing is left.
pub(super) fn cut(text: Option<&str>, chars_max: usize) -> Option<String> {
    let text = text?.trim();
    match text.char_indices().nth(chars_max.saturating_sub(1)) {
        _ if text.is_empty() => None,
        Some((end, last)) if end + last.len_utf8() < text.len() => {
            Some(format!("{}…", &text[..end]))
        }
        _ => Some(text.to_owned()),
    }
}
