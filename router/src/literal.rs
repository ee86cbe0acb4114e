//! Input coercion of literals: argument values in a document and defaults in a schema.
//!
//! A literal may contain variables, so it becomes a [`Template`] that each request fills.

use apollo_compiler::Schema;
use apollo_compiler::ast::{self, Type};
use apollo_compiler::schema::{ExtendedType, InputObjectType};
use async_graphql::{Name, Value, Variables};
use indexmap::IndexMap;
use serde_json::Number;

use crate::input::UPLOAD;

/// An argument's value, perhaps with holes for variables.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Template {
    /// Nothing to fill in.
    Constant(Value),
    /// A variable.
    Variable(Name),
    /// A list with a variable somewhere inside.
    List(Vec<Template>),
    /// An object with a variable somewhere inside.
    Object(Vec<TemplateField>),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TemplateField {
    name: Name,
    value: Template,
    /// Stands in for a variable that was not given.
    default: Option<Value>,
    required: bool,
}

impl Template {
    /// The value for a request; `None` for a variable that was not given.
    pub(crate) fn fill(&self, variables: &Variables) -> Result<Option<Value>, String> {
        match self {
            Self::Constant(value) => Ok(Some(value.clone())),
            Self::Variable(name) => Ok(variables.get(name).cloned()),
            Self::List(items) => items
                .iter()
                .map(|item| Ok(item.fill(variables)?.unwrap_or_default()))
                .collect::<Result<Vec<_>, String>>()
                .map(|items| Some(Value::List(items))),
            Self::Object(fields) => {
                let mut object = IndexMap::with_capacity(fields.len());
                for field in fields {
                    let value = field
                        .value
                        .fill(variables)?
                        .or_else(|| field.default.clone());
                    if field.required && value.as_ref().is_none_or(is_null) {
                        return Err(format!("field {} must not be null", field.name));
                    }
                    if let Some(value) = value {
                        object.insert(field.name.clone(), value);
                    }
                }
                Ok(Some(Value::Object(object)))
            }
        }
    }

    /// Whether the value is the same for every request.
    fn into_constant(self) -> Result<Value, Self> {
        match self {
            Self::Constant(value) => Ok(value),
            other => Err(other),
        }
    }
}

fn is_null(value: &Value) -> bool {
    matches!(value, Value::Null)
}

/// Coerces a literal without variables, such as a default.
pub(crate) fn constant(schema: &Schema, ty: &Type, literal: &ast::Value) -> Result<Value, String> {
    template(schema, ty, literal)?
        .into_constant()
        .map_err(|_| "a default value must not contain variables".to_owned())
}

/// Coerces a literal that passed validation.
pub(crate) fn template(
    schema: &Schema,
    ty: &Type,
    literal: &ast::Value,
) -> Result<Template, String> {
    match literal {
        ast::Value::Null => return Ok(Template::Constant(Value::Null)),
        ast::Value::Variable(name) => return Ok(Template::Variable(Name::new(name))),
        _ => {}
    }
    match ty {
        Type::List(item) | Type::NonNullList(item) => {
            let items = match literal {
                ast::Value::List(items) => items
                    .iter()
                    .map(|literal| template(schema, item, literal))
                    .collect::<Result<Vec<_>, _>>()?,
                single => vec![template(schema, item, single)?],
            };
            Ok(list(items))
        }
        Type::Named(name) | Type::NonNullNamed(name) => match schema.types.get(name) {
            Some(ExtendedType::InputObject(definition)) => {
                input_object(schema, definition, literal)
            }
            _ if name == UPLOAD => {
                Err("a file can not be written as a literal; use a variable".to_owned())
            }
            _ if name == "ID" => Ok(Template::Constant(match literal {
                ast::Value::Int(int) => Value::String(int.as_str().to_owned()),
                other => return untyped(other),
            })),
            _ => untyped(literal),
        },
    }
}

fn list(items: Vec<Template>) -> Template {
    if items
        .iter()
        .all(|item| matches!(item, Template::Constant(_)))
    {
        let values = items.into_iter().flat_map(Template::into_constant);
        return Template::Constant(Value::List(values.collect()));
    }
    Template::List(items)
}

fn input_object(
    schema: &Schema,
    definition: &InputObjectType,
    literal: &ast::Value,
) -> Result<Template, String> {
    let ast::Value::Object(given) = literal else {
        return Err(format!("expected an object of type {}", definition.name));
    };
    let mut fields = Vec::with_capacity(definition.fields.len());
    for (name, field) in &definition.fields {
        let default = field
            .default_value
            .as_ref()
            .map(|default| constant(schema, &field.ty, default))
            .transpose()?;
        let value = match given.iter().find(|(given, _)| given == name) {
            Some((_, literal)) => template(schema, &field.ty, literal)?,
            None => match &default {
                Some(default) => Template::Constant(default.clone()),
                None => continue,
            },
        };
        fields.push(TemplateField {
            name: Name::new(name),
            value,
            default,
            required: field.ty.is_non_null() || definition.directives.has("oneOf"),
        });
    }
    Ok(object(fields))
}

fn object(fields: Vec<TemplateField>) -> Template {
    let constant = |field: &TemplateField| matches!(field.value, Template::Constant(_));
    if !fields.iter().all(constant) {
        return Template::Object(fields);
    }
    let values = fields
        .into_iter()
        .filter_map(|field| Some((field.name, field.value.into_constant().ok()?)));
    Template::Constant(Value::Object(values.collect()))
}

/// A literal of a leaf type, or any part of one of a custom scalar.
fn untyped(literal: &ast::Value) -> Result<Template, String> {
    Ok(Template::Constant(match literal {
        ast::Value::Null => Value::Null,
        ast::Value::Variable(name) => return Ok(Template::Variable(Name::new(name))),
        ast::Value::Enum(name) => Value::Enum(Name::new(name)),
        ast::Value::String(text) => Value::String(text.clone()),
        ast::Value::Boolean(truth) => Value::Boolean(*truth),
        ast::Value::Int(int) => number(int.as_str())?,
        ast::Value::Float(float) => number(float.as_str())?,
        ast::Value::List(items) => {
            let items = items
                .iter()
                .map(|item| untyped(item))
                .collect::<Result<_, _>>()?;
            return Ok(list(items));
        }
        ast::Value::Object(given) => {
            let mut fields = Vec::with_capacity(given.len());
            for (name, literal) in given {
                fields.push(TemplateField {
                    name: Name::new(name),
                    value: untyped(literal)?,
                    default: None,
                    required: false,
                });
            }
            return Ok(object(fields));
        }
    }))
}

fn number(text: &str) -> Result<Value, String> {
    let number = text
        .parse::<i64>()
        .map(Number::from)
        .or_else(|_| text.parse::<u64>().map(Number::from))
        .ok()
        .or_else(|| Number::from_f64(text.parse().ok()?));
    number
        .map(Value::Number)
        .ok_or_else(|| format!("number {text} is out of range"))
}
