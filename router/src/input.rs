//! Input coercion of JSON: from what a client sent as a variable to the value that a
//! subgraph receives, by the rules of the specification's section 3.

use std::collections::HashMap;
use std::fmt;

use apollo_compiler::Schema;
use apollo_compiler::ast::Type;
use apollo_compiler::schema::{ExtendedType, InputObjectType};
use async_graphql::{Name, Value};
use indexmap::IndexMap;
use serde_json::Value as Json;

use crate::error::{Code, GraphQLError, PathSegment};
use crate::literal;

/// The scalar whose values come from a multipart request and nowhere else.
pub(crate) const UPLOAD: &str = "Upload";

/// Where a value stands: `$input.names[2]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct InputPath(pub(crate) Vec<PathSegment>);

impl InputPath {
    /// A JSON pointer to the place inside the variable.
    fn pointer(&self) -> String {
        let escape = |key: &str| key.replace('~', "~0").replace('/', "~1");
        self.0
            .iter()
            .skip(1)
            .map(|segment| match segment {
                PathSegment::Key(key) => format!("/{}", escape(key)),
                PathSegment::Index(index) => format!("/{index}"),
            })
            .collect()
    }
}

impl fmt::Display for InputPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("$")?;
        for (position, segment) in self.0.iter().enumerate() {
            match segment {
                PathSegment::Key(key) if position == 0 => f.write_str(key)?,
                PathSegment::Key(key) => write!(f, ".{key}")?,
                PathSegment::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// Coerces the JSON of one request's variables.
pub(crate) struct JsonCoercion<'a> {
    schema: &'a Schema,
    /// Which file of the request stands where, by path.
    uploads: &'a HashMap<InputPath, usize>,
    path: InputPath,
}

type Coerced<T = Value> = Result<T, GraphQLError>;

impl<'a> JsonCoercion<'a> {
    pub(crate) fn new(schema: &'a Schema, uploads: &'a HashMap<InputPath, usize>) -> Self {
        Self {
            schema,
            uploads,
            path: InputPath::default(),
        }
    }

    /// Coerces the value of one variable.
    pub(crate) fn variable(&mut self, name: &str, ty: &Type, json: &Json) -> Coerced {
        self.path.0.clear();
        self.within(name, |coercion| coercion.value(ty, json))
    }

    fn within<T>(
        &mut self,
        segment: impl Into<PathSegment>,
        coerce: impl FnOnce(&mut Self) -> T,
    ) -> T {
        self.path.0.push(segment.into());
        let result = coerce(self);
        self.path.0.pop();
        result
    }

    fn value(&mut self, ty: &Type, json: &Json) -> Coerced {
        let is_file = !self.uploads.is_empty() && self.uploads.contains_key(&self.path);
        if json.is_null() && !is_file {
            if ty.is_non_null() {
                return Err(self.error(format!("expected a value of type {ty}, found null")));
            }
            return Ok(Value::Null);
        }
        match ty {
            Type::Named(name) | Type::NonNullNamed(name) => self.named(name, json),
            Type::List(item) | Type::NonNullList(item) => match json {
                Json::Array(values) => values
                    .iter()
                    .enumerate()
                    .map(|(index, json)| self.within(index, |inner| inner.value(item, json)))
                    .collect::<Coerced<Vec<_>>>()
                    .map(Value::List),
                single => Ok(Value::List(vec![self.value(item, single)?])),
            },
        }
    }

    fn named(&mut self, name: &str, json: &Json) -> Coerced {
        match self.schema.types.get(name) {
            Some(ExtendedType::InputObject(definition)) => {
                let definition = definition.clone();
                self.input_object(&definition, json)
            }
            Some(ExtendedType::Enum(definition)) => match json.as_str() {
                Some(text) if definition.values.contains_key(text) => {
                    Ok(Value::Enum(Name::new(text)))
                }
                Some(text) => Err(self.error(format!("{name} has no value {text:?}"))),
                None => Err(self.unexpected(name, json)),
            },
            _ if name == UPLOAD => self.upload(),
            _ => self.scalar(name, json),
        }
    }

    fn scalar(&self, name: &str, json: &Json) -> Coerced {
        let value = match (name, json) {
            ("Int", Json::Number(number)) => number
                .as_i64()
                .or_else(|| whole(number.as_f64()?))
                .and_then(|int| i32::try_from(int).ok())
                .map(Value::from),
            ("Float", Json::Number(number)) => Some(Value::Number(number.clone())),
            ("String" | "ID", Json::String(text)) => Some(Value::String(text.clone())),
            ("Boolean", Json::Bool(truth)) => Some(Value::Boolean(*truth)),
            ("ID", Json::Number(number)) if number.is_i64() || number.is_u64() => {
                Some(Value::String(number.to_string()))
            }
            ("Int" | "Float" | "String" | "Boolean" | "ID", _) => None,
            (_, json) => Value::from_json(json.clone()).ok(),
        };
        value.ok_or_else(|| self.unexpected(name, json))
    }

    fn upload(&self) -> Coerced {
        self.uploads.get(&self.path).map_or_else(
            || Err(self.error("a file must be sent as a part of a multipart request".to_owned())),
            |index| Ok(Value::String(format!("#__graphql_file__:{index}"))),
        )
    }

    fn input_object(&mut self, definition: &InputObjectType, json: &Json) -> Coerced {
        let Json::Object(fields) = json else {
            return Err(self.unexpected(&definition.name, json));
        };
        if let Some(unknown) = fields
            .keys()
            .find(|key| !definition.fields.contains_key(key.as_str()))
        {
            return Err(self.within(unknown.as_str(), |inner| {
                inner.error(format!("{} has no such field", definition.name))
            }));
        }
        self.check_one_of(definition, fields)?;

        let mut object = IndexMap::with_capacity(fields.len());
        for (name, field) in &definition.fields {
            let value = match (fields.get(name.as_str()), &field.default_value) {
                (Some(json), _) => {
                    self.within(name.as_str(), |inner| inner.value(&field.ty, json))?
                }
                (None, Some(default)) => literal::constant(self.schema, &field.ty, default)
                    .map_err(|message| self.error(message))?,
                (None, None) if field.ty.is_non_null() => {
                    return Err(self.within(name.as_str(), |inner| {
                        inner.error(format!("a value of type {} is required", field.ty))
                    }));
                }
                (None, None) => continue,
            };
            object.insert(Name::new(name), value);
        }
        Ok(Value::Object(object))
    }

    fn check_one_of(
        &self,
        definition: &InputObjectType,
        fields: &serde_json::Map<String, Json>,
    ) -> Coerced<()> {
        if !definition.directives.has("oneOf") {
            return Ok(());
        }
        if fields.len() == 1 && fields.values().all(|value| !value.is_null()) {
            return Ok(());
        }
        Err(self.error(format!(
            "exactly one field of {} must be given, and not null",
            definition.name
        )))
    }

    fn unexpected(&self, expected: &str, json: &Json) -> GraphQLError {
        let found = match json {
            Json::Null => "null",
            Json::Bool(_) => "a boolean",
            Json::Number(_) => "a number that does not fit",
            Json::String(_) => "a string",
            Json::Array(_) => "a list",
            Json::Object(_) => "an object",
        };
        self.error(format!(
            "expected a value of type {expected}, found {found}"
        ))
    }

    fn error(&self, message: String) -> GraphQLError {
        GraphQLError::new(Code::BadUserInput, format!("{}: {message}", self.path))
            .with_extension("field", self.path.pointer())
    }
}

/// `2.0` is an integer to JavaScript clients, so it is one here.
fn whole(number: f64) -> Option<i64> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the range is checked before the cast"
    )]
    let whole = (number.fract() == 0.0 && number.abs() < f64::from(i32::MAX) * 2.0)
        .then_some(number as i64);
    whole
}
