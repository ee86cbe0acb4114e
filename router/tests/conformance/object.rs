//! An object of a fixture subgraph, whose fields are looked up in JSON.

use apollo_compiler::ast::{OperationType, Type};
use apollo_compiler::resolvers::{FieldError, ObjectValue, ResolveInfo, ResolvedValue};
use serde_json::{Map, Value};

use crate::fixture::Fixture;
use crate::schema::agree;
use crate::template::{self, Scope};

pub(crate) type Object = Map<String, Value>;

pub(crate) struct Place<'a> {
    pub(crate) fixture: &'a Fixture,
    pub(crate) ty: &'a str,
    /// What is written where the object stands.
    pub(crate) own: Option<&'a Object>,
    /// What is written for its key.
    pub(crate) record: Option<&'a Object>,
    /// What the router said of it, when it came through `_entities`.
    pub(crate) representation: Option<Object>,
    /// The arguments of the field that leads here.
    pub(crate) arguments: Option<Value>,
}

impl<'a> Place<'a> {
    pub(crate) fn root(fixture: &'a Fixture, ty: &'a str) -> Self {
        Self {
            fixture,
            ty,
            own: None,
            record: fixture.data.get(ty).and_then(Value::as_object),
            representation: None,
            arguments: None,
        }
    }

    /// The object that stands in a place of type `declared`.
    fn below(&self, declared: &'a str, own: &'a Object, arguments: &Value) -> Result<Self, String> {
        let fixture = self.fixture;
        let ty = own
            .get("__typename")
            .and_then(Value::as_str)
            .unwrap_or(declared);
        if fixture.schema.valid().get_object(ty).is_none() {
            return Err(format!("{declared} needs a __typename: {own:?}"));
        }
        let record = if fixture.schema.is_root(OperationType::Query, ty) {
            fixture.data.get(ty).and_then(Value::as_object)
        } else {
            let mut keys = fixture.schema.keys(ty).into_iter();
            keys.find_map(|key| {
                let mut records = records(fixture, ty);
                records.find(|record| agree(&key.fields.selection_set, own, record))
            })
        };
        Ok(Self {
            fixture,
            ty,
            own: Some(own),
            record,
            representation: None,
            arguments: Some(arguments.clone()),
        })
    }

    fn find(&self, field: &str) -> Result<&'a Value, String> {
        if let Some(value) = self.own.and_then(|own| own.get(field)) {
            return Ok(value);
        }
        let (schema, ty) = (&self.fixture.schema, self.ty);
        if schema.is_external(ty, field) {
            return Err(format!("{ty}.{field} is external and not provided here"));
        }
        let found = self.record.and_then(|record| record.get(field));
        found.ok_or_else(|| format!("there is no {ty}.{field} here"))
    }

    /// A field that requires others is answered only to who brings them.
    fn check_requires(&self, field: &str) -> Result<(), String> {
        let Some(required) = self.fixture.schema.requires(self.ty, field) else {
            return Ok(());
        };
        let (schema, selections) = (&self.fixture.schema, &required.selection_set);
        match &self.representation {
            Some(brought) if schema.is_complete(selections, brought) => Ok(()),
            brought => Err(format!(
                "{}.{field} lacks what it requires: {brought:?}",
                self.ty
            )),
        }
    }

    fn refuse(&self, complaint: &str) -> FieldError {
        self.fixture.complain(complaint);
        FieldError {
            message: complaint.to_owned(),
        }
    }

    fn value(
        &self,
        ty: &'a Type,
        value: &'a Value,
        scope: &Scope<'_>,
    ) -> Result<ResolvedValue<'a>, FieldError>
    where
        Self: 'a,
    {
        let named = ty.inner_named_type().as_str();
        match value {
            Value::Array(items) if ty.is_list() => {
                let item = |item| {
                    self.value(ty.item_type(), item, scope)
                        .or_else(|failed| Ok(failing(failed)))
                };
                let items: Vec<_> = items.iter().map(item).collect();
                Ok(ResolvedValue::List(Box::new(items.into_iter())))
            }
            Value::Object(object) => {
                if let Some(chosen) = template::choose(object, scope) {
                    return self.value(ty, chosen, scope);
                }
                if let Some(code) = object.get("!").and_then(Value::as_str) {
                    let message = format!("!{code}");
                    return Err(FieldError { message });
                }
                if !self.fixture.schema.is_composite(named) {
                    return Ok(leaf(value.clone()));
                }
                let below = self.below(named, object, scope.arguments);
                below
                    .map(ResolvedValue::object)
                    .map_err(|wrong| self.refuse(&wrong))
            }
            Value::String(text) => Ok(leaf(template::fill(text, named, scope))),
            other => Ok(leaf(other.clone())),
        }
    }
}

impl ObjectValue for Place<'_> {
    fn type_name(&self) -> &str {
        self.ty
    }

    fn resolve_field<'a>(
        &'a self,
        info: &'a ResolveInfo<'a>,
    ) -> Result<ResolvedValue<'a>, FieldError> {
        let field = info.field_name();
        let arguments = serde_json::to_value(info.arguments()).expect("arguments are JSON");
        if field == "_entities" {
            return Ok(self.entities(&arguments["representations"]));
        }
        if self
            .fixture
            .schema
            .is_root(OperationType::Mutation, self.ty)
        {
            self.fixture.log.mutate();
        }
        self.check_requires(field)
            .map_err(|wrong| self.refuse(&wrong))?;
        let found = self.find(field).map_err(|wrong| self.refuse(&wrong))?;
        let scope = Scope {
            place: self,
            arguments: &arguments,
        };
        self.value(&info.field_definition().ty, found, &scope)
    }
}

/// The records of an entity type.
pub(crate) fn records<'a>(
    fixture: &'a Fixture,
    ty: &str,
) -> impl Iterator<Item = &'a Object> + use<'a> {
    let records = fixture.data.get(ty).and_then(Value::as_array);
    records.into_iter().flatten().filter_map(Value::as_object)
}

fn leaf<'a>(value: Value) -> ResolvedValue<'a> {
    ResolvedValue::leaf(apollo_compiler::response::JsonValue::from(value))
}

/// A failed item as an object without a type: the executor lets the error of an item take the whole list
/// even where items may be null, but not what goes wrong when it looks at the item.
pub(crate) fn failing<'a>(failed: FieldError) -> ResolvedValue<'a> {
    ResolvedValue::object(Failing(failed.message))
}

struct Failing(String);

impl ObjectValue for Failing {
    fn type_name(&self) -> &str {
        &self.0
    }

    fn resolve_field<'a>(
        &'a self,
        info: &'a ResolveInfo<'a>,
    ) -> Result<ResolvedValue<'a>, FieldError> {
        Err(self.unknown_field_error(info))
    }
}
