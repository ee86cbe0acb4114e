//! Whether default values are values of their types, which the schema validation below us does not ask.

use apollo_compiler::ast::{InputValueDefinition, Type, Value};
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::schema::{EnumType, ExtendedType, InputObjectType};
use apollo_compiler::{Name, Node, Schema};

/// A default that nobody could send, or a required input that is deprecated.
pub(crate) struct Fault {
    /// The argument or the input field.
    pub(crate) element: String,
    pub(crate) span: Option<SourceSpan>,
    pub(crate) message: String,
}

/// Checks every argument and every input field of a schema.
pub(crate) fn check(schema: &Schema) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut input = |element: String, input: &Node<InputValueDefinition>| {
        faults.extend(check_input(schema, element, input));
    };
    for (name, ty) in schema.types.iter().filter(|(_, ty)| !ty.is_built_in()) {
        let fields = match ty {
            ExtendedType::Object(object) => &object.fields,
            ExtendedType::Interface(interface) => &interface.fields,
            ExtendedType::InputObject(object) => {
                for (field, definition) in &object.fields {
                    input(format!("{name}.{field}"), definition);
                }
                continue;
            }
            ExtendedType::Scalar(_) | ExtendedType::Union(_) | ExtendedType::Enum(_) => continue,
        };
        for (field, definition) in fields {
            for argument in &definition.arguments {
                input(format!("{name}.{field}({}:)", argument.name), argument);
            }
        }
    }
    faults
}

fn check_input(schema: &Schema, element: String, input: &InputValueDefinition) -> Option<Fault> {
    let (span, message) = match &input.default_value {
        Some(default) => {
            let reason = fits(schema, &input.ty, default).err()?;
            let message = format!("the default of '{element}' is no '{}': {reason}", input.ty);
            (default.location(), message)
        }
        None if input.ty.is_non_null() && input.directives.has("deprecated") => {
            let message = format!("'{element}' is required and cannot be deprecated");
            (input.name.location(), message)
        }
        None => return None,
    };
    Some(Fault {
        element,
        span,
        message,
    })
}

/// Whether a literal is a value of a type, or why it is not.
fn fits(schema: &Schema, ty: &Type, value: &Value) -> Result<(), String> {
    match (ty, value) {
        (_, Value::Variable(name)) => Err(format!("'${name}' is a variable")),
        (Type::NonNullNamed(_) | Type::NonNullList(_), Value::Null) => {
            Err("null is not allowed".to_owned())
        }
        (_, Value::Null) => Ok(()),
        (Type::List(item) | Type::NonNullList(item), Value::List(items)) => {
            items.iter().try_for_each(|value| fits(schema, item, value))
        }
        // A single value stands for a list of one.
        (Type::List(item) | Type::NonNullList(item), single) => fits(schema, item, single),
        (Type::Named(name) | Type::NonNullNamed(name), value) => match schema.types.get(name) {
            Some(ExtendedType::Enum(ty)) => fits_enum(ty, value),
            Some(ExtendedType::InputObject(ty)) => fits_object(schema, ty, value),
            _ if fits_scalar(name, value) => Ok(()),
            _ => Err(format!("'{}' is no '{name}'", shown(value))),
        },
    }
}

/// Scalars of their own take what they like.
fn fits_scalar(name: &str, value: &Value) -> bool {
    match name {
        "Int" => value.to_i32().is_some(),
        "Float" => matches!(value, Value::Int(_) | Value::Float(_)),
        "String" => matches!(value, Value::String(_)),
        "Boolean" => matches!(value, Value::Boolean(_)),
        "ID" => matches!(value, Value::String(_) | Value::Int(_)),
        _ => true,
    }
}

fn fits_enum(ty: &EnumType, value: &Value) -> Result<(), String> {
    match value {
        Value::Enum(name) if ty.values.contains_key(name) => Ok(()),
        other => Err(format!("'{}' is no value of '{}'", shown(other), ty.name)),
    }
}

fn fits_object(schema: &Schema, ty: &InputObjectType, value: &Value) -> Result<(), String> {
    let Value::Object(entries) = value else {
        return Err(format!("'{}' is no object", shown(value)));
    };
    for (name, value) in entries {
        let field = ty.fields.get(name);
        let field = field.ok_or_else(|| format!("'{}' has no field '{name}'", ty.name))?;
        fits(schema, &field.ty, value)?;
    }
    let given = |name: &Name| entries.iter().any(|(given, _)| given == name);
    for (name, field) in &ty.fields {
        if field.ty.is_non_null() && field.default_value.is_none() && !given(name) {
            return Err(format!("'{}.{name}' is required", ty.name));
        }
    }
    let is_one = entries.len() == 1 && !entries[0].1.is_null();
    if ty.directives.has("oneOf") && !is_one {
        return Err(format!("'{}' takes exactly one field", ty.name));
    }
    Ok(())
}

fn shown(value: &Value) -> String {
    value.serialize().no_indent().to_string()
}
