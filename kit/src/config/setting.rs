//! The settings that exist, read from the JSON Schema of the configuration type.

use schemars::JsonSchema;
use serde_json::Value;

use super::PREFIX;

/// Most characters of a value that are shown.
const SHOWN_MAX: usize = 80;

/// One leaf of the configuration.
pub(super) struct Setting {
    pub(super) path: Vec<String>,
    schema: Value,
}

/// Why a value does not fit.
pub(super) struct Misfit {
    pub(super) expected: String,
    pub(super) found: String,
}

/// Every setting of a configuration.
pub(super) fn list<T: JsonSchema>() -> Vec<Setting> {
    let mut found = Vec::new();
    collect(&inlined::<T>(), &mut Vec::new(), &mut found);
    found
}

/// The schema without references: what is said of a setting stands where the setting is.
pub(super) fn inlined<T: JsonSchema>() -> Value {
    schemars::generate::SchemaSettings::draft2020_12()
        .with(|settings| settings.inline_subschemas = true)
        .into_generator()
        .into_root_schema_for::<T>()
        .to_value()
}

fn collect(schema: &Value, path: &mut Vec<String>, found: &mut Vec<Setting>) {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        found.push(Setting {
            path: path.clone(),
            schema: schema.clone(),
        });
        return;
    };
    for (key, property) in properties {
        path.push(key.clone());
        collect(property, path, found);
        path.pop();
    }
}

impl Setting {
    /// Its name in the file.
    pub(super) fn name(&self) -> String {
        self.path.join(".")
    }

    /// Its name in the environment.
    pub(super) fn variable(&self) -> String {
        format!("{PREFIX}{}", self.path.join("_").to_uppercase())
    }

    /// Whether its value must not be shown.
    pub(super) fn is_secret(&self) -> bool {
        self.schema["writeOnly"] == true
    }

    /// Reads a variable's text as what the setting takes.
    pub(super) fn parse(&self, text: &str) -> Value {
        if is(&self.schema, "array") {
            let items = text
                .split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty());
            return items.map(Value::from).collect();
        }
        let is_text = is(&self.schema, "string") || self.schema.get("type").is_none();
        match serde_json::from_str(text) {
            Ok(value) if !is_text => value,
            _ => Value::from(text),
        }
    }

    /// Checks a value by the schema and then by the type itself, which knows more of texts.
    pub(super) fn check(
        &self,
        value: &Value,
        read: impl Fn(Value) -> serde_json::Result<()>,
    ) -> Result<(), Misfit> {
        let misfit = |value: &Value, expected: String| Misfit {
            expected,
            found: shown(value),
        };
        if let Err(expected) = check(&self.schema, value) {
            return Err(misfit(value, expected));
        }
        match value {
            Value::Array(items) => items.iter().try_for_each(|item| {
                if let Some(Err(expected)) = self.schema.get("items").map(|of| check(of, item)) {
                    return Err(misfit(item, expected));
                }
                let alone = Value::from(vec![item.clone()]);
                read(alone).map_err(|err| misfit(item, err.to_string()))
            }),
            value => read(value.clone()).map_err(|err| misfit(value, err.to_string())),
        }
    }
}

/// Says what a schema expects, if a value is something else.
fn check(schema: &Value, value: &Value) -> Result<(), String> {
    if let Some(choices) = choices(schema) {
        return match choices.contains(value) {
            true => Ok(()),
            false => {
                let names = choices.iter().map(|choice| choice.as_str().unwrap_or("?"));
                let names = names.map(|name| format!("`{name}`")).collect::<Vec<_>>();
                Err(format!("expected {}", names.join(" or ")))
            }
        };
    }
    let fits = |fits: bool, expected: &str| fits.then_some(()).ok_or(expected.to_owned());
    if is(schema, "integer") {
        return integer(schema, value);
    }
    if is(schema, "string") {
        let is_empty = value == "" && schema["minLength"].as_u64() > Some(0);
        fits(value.is_string(), "expected a text")?;
        return fits(!is_empty, "expected a text that is not empty");
    }
    if is(schema, "boolean") {
        return fits(value.is_boolean(), "expected `true` or `false`");
    }
    if is(schema, "array") {
        return fits(value.is_array(), "expected a list");
    }
    Ok(())
}

fn integer(schema: &Value, value: &Value) -> Result<(), String> {
    let least = schema["minimum"].as_u64().unwrap_or(0);
    let of_format = match schema["format"].as_str() {
        Some("uint8") => Some(u8::MAX.into()),
        Some("uint16") => Some(u16::MAX.into()),
        Some("uint32") => Some(u32::MAX.into()),
        _ => None,
    };
    let most = schema["maximum"].as_u64();
    let stated_or_possible = most.or(of_format).unwrap_or(u64::MAX);
    match (value.as_u64(), most) {
        (Some(value), _) if (least..=stated_or_possible).contains(&value) => Ok(()),
        (Some(value), None) if value >= least => Err(format!(
            "expected a whole number from {least} to {stated_or_possible}"
        )),
        (_, Some(most)) => Err(format!("expected a whole number from {least} to {most}")),
        (_, None) => Err(format!("expected a whole number of at least {least}")),
    }
}

/// The values that a setting can have, if they are listed.
fn choices(schema: &Value) -> Option<Vec<Value>> {
    if let Some(listed) = schema["enum"].as_array() {
        return Some(listed.clone());
    }
    let described = schema["oneOf"].as_array()?;
    described
        .iter()
        .map(|one| one.get("const").cloned())
        .collect()
}

fn is(schema: &Value, kind: &str) -> bool {
    match &schema["type"] {
        Value::String(only) => only == kind,
        Value::Array(kinds) => kinds.iter().any(|one| one == kind),
        _ => false,
    }
}

fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
