//! A subgraph over the world that trusts nobody: it refuses operations that are not valid
//! for its schema, fields that it does not answer, and representations that are not true.

use std::sync::Arc;

use apollo_compiler::ast::Selection;
use apollo_compiler::resolvers::{Execution, FieldError, ObjectValue, ResolveInfo, ResolvedValue};
use apollo_compiler::response::{JsonMap, ResponseDataPathSegment};
use apollo_compiler::{ExecutableDocument, Name};
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use futures::{FutureExt, StreamExt};
use router::{Code, GraphQLError, PathSegment, Subgraph, SubgraphRequest, SubgraphResponse};
use serde_json::{Value as Json, json};

use crate::graph::{Graph, Set};
use crate::input;
use crate::world::{Node, World, fail, resolved};

/// The code of an error that a resolver means.
pub(crate) const BROKEN: &str = "BROKEN";

/// How a refusal begins: whoever is refused has made a mistake.
const REFUSED: &str = "refused: ";

pub(crate) struct Strict {
    world: Arc<World>,
    number: usize,
}

impl Strict {
    pub(crate) fn new(world: &Arc<World>, number: usize) -> Self {
        Self {
            world: Arc::clone(world),
            number,
        }
    }

    fn graph(&self) -> &Graph {
        &self.world.graphs[self.number]
    }

    fn answer(&self, request: &SubgraphRequest) -> Result<SubgraphResponse, String> {
        let text = &request.operation.text;
        let schema = &self.graph().schema;
        let document = ExecutableDocument::parse_and_validate(schema, text, "operation.graphql")
            .map_err(|invalid| format!("{text}: {}", invalid.errors))?;
        let operation = document.operations.iter().next().ok_or("no operation")?;
        let variables: JsonMap = serde_json::to_value(&request.variables)
            .and_then(serde_json::from_value)
            .map_err(|err| err.to_string())?;
        let root = Seen {
            strict: self,
            node: Node {
                ty: operation.object_type().clone(),
                id: 0,
            },
            called: operation.object_type().clone(),
            sent: None,
            provided: Set::new(),
        };
        let answer = Execution::new(schema, &document)
            .operation(operation)
            .raw_variable_values(&variables)
            .execute_sync(&root)
            .map_err(|err| format!("{text}: {}", err.message()))?;
        let data = answer
            .data
            .map(|data| serde_json::to_value(data).expect("JSON is JSON"));
        let data = async_graphql::Value::from_json(data.unwrap_or_default());
        let errors = answer.errors.into_iter();
        Ok(SubgraphResponse::of(
            data.expect("JSON is a value"),
            errors.map(|error| self.error(text, error)).collect(),
        ))
    }

    fn error(&self, text: &str, error: apollo_compiler::response::GraphQLError) -> GraphQLError {
        let is_refusal = error.message.contains(REFUSED);
        let message = match is_refusal {
            true => format!("{}: {}: {text}", self.graph().name, error.message),
            false => error.message,
        };
        let code = if is_refusal { "REFUSED" } else { BROKEN };
        let mut told = GraphQLError::new(Code::Internal, message).with_extension("code", code);
        told.path = error.path.into_iter().map(segment).collect();
        told
    }
}

fn segment(segment: ResponseDataPathSegment) -> PathSegment {
    match segment {
        ResponseDataPathSegment::Field(name) => PathSegment::Key(name.to_string()),
        ResponseDataPathSegment::ListIndex(index) => PathSegment::Index(index),
    }
}

impl Subgraph for Strict {
    fn execute(&self, request: SubgraphRequest) -> BoxFuture<'_, SubgraphResponse> {
        let answer = self.answer(&request).unwrap_or_else(|message| {
            let message = format!("{}: {message}", self.graph().name);
            let error =
                GraphQLError::new(Code::Internal, message).with_extension("code", "REFUSED");
            SubgraphResponse::failed(error)
        });
        std::future::ready(answer).boxed()
    }

    fn subscribe(&self, request: SubgraphRequest) -> BoxStream<'static, SubgraphResponse> {
        futures::stream::iter(self.execute(request).now_or_never()).boxed()
    }
}

/// An object as the subgraph has it.
struct Seen<'a> {
    strict: &'a Strict,
    node: Node,
    /// The type that the subgraph calls it.
    called: Name,
    /// The representation that it came by.
    sent: Option<Json>,
    provided: Set,
}

impl ObjectValue for Seen<'_> {
    fn type_name(&self) -> &str {
        &self.called
    }

    fn resolve_field<'a>(
        &'a self,
        info: &'a ResolveInfo<'a>,
    ) -> Result<ResolvedValue<'a>, FieldError> {
        let field = info.field_name();
        let arguments = input::arguments(info);
        if field == "_entities" {
            return self.entities(&arguments["representations"]);
        }
        let mut provided = Set::new();
        self.permit(field, &mut provided)?;
        let found = self.strict.world.find(&self.node, field, &arguments)?;
        let of = info.field_definition().ty.inner_named_type();
        Ok(resolved(found, &|node| {
            Box::new(self.strict.open(of, node, None, provided.clone()))
        }))
    }
}

impl Strict {
    fn open(&self, of: &Name, node: Node, sent: Option<Json>, provided: Set) -> Seen<'_> {
        let is_hidden = self.graph().interface_objects.contains(of);
        let called = if is_hidden {
            of.clone()
        } else {
            node.ty.clone()
        };
        Seen {
            strict: self,
            node,
            called,
            sent,
            provided,
        }
    }

    fn entity(&self, sent: &Json) -> Result<Seen<'_>, FieldError> {
        let refuse = |why: &str| fail(format!("{REFUSED}representation {sent} {why}"));
        let typename = sent["__typename"]
            .as_str()
            .and_then(|name| Name::new(name).ok());
        let typename = typename.ok_or_else(|| refuse("has no type"))?;
        let keys = self
            .graph()
            .keys
            .get(&typename)
            .ok_or_else(|| refuse("has no key here"))?;
        let mut resolvable = keys.iter().filter(|key| key.is_resolvable);
        let node = resolvable
            .find_map(|key| self.world.locate(&typename, &key.set, sent))
            .ok_or_else(|| refuse("fits no object"))?;
        Ok(self.open(&typename, node, Some(sent.clone()), Set::new()))
    }
}

impl Seen<'_> {
    fn entities<'a>(&'a self, representations: &Json) -> Result<ResolvedValue<'a>, FieldError> {
        let list = representations.as_array().cloned().unwrap_or_default();
        let entity = |sent: &Json| {
            let entity = self.strict.entity(sent)?;
            Ok(ResolvedValue::Object(Box::new(entity)))
        };
        let found: Vec<_> = list.iter().map(entity).collect();
        Ok(ResolvedValue::List(Box::new(found.into_iter())))
    }

    /// Whether the subgraph answers a field here; what it provides below is gathered.
    fn permit(&self, field: &str, provided: &mut Set) -> Result<(), FieldError> {
        let graph = self.strict.graph();
        let refuse = |why: &str| Err(fail(format!("{REFUSED}{}.{field} {why}", self.called)));
        let Some(marks) = graph.marks(&self.called, field) else {
            return refuse("is not known");
        };
        provided.extend(marks.provides.iter().cloned());
        let is_provided = self.is_provided(&self.provided, field, provided);
        if marks.is_external && !is_provided {
            return refuse("is external");
        }
        if self.strict.world.is_overridden(graph, &self.called, field) {
            return refuse("is overridden");
        }
        if let Some(requires) = &marks.requires {
            let sent = self.sent.clone().unwrap_or_else(|| json!({}));
            if !self.strict.world.has(&self.node, requires, &sent) {
                return refuse(&format!("lacks in {sent} what it requires"));
            }
        }
        Ok(())
    }

    fn is_provided(&self, set: &[Selection], field: &str, below: &mut Set) -> bool {
        let mut found = false;
        for selection in set {
            match selection {
                Selection::Field(provided) if provided.name == field => {
                    found = true;
                    below.extend(provided.selection_set.iter().cloned());
                }
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.type_condition.as_ref();
                    let world = &self.strict.world;
                    if condition.is_none_or(|ty| world.concrete(ty).contains(&self.node.ty)) {
                        found |= self.is_provided(&fragment.selection_set, field, below);
                    }
                }
                _ => {}
            }
        }
        found
    }
}
