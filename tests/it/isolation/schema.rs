//! The API as introspection tells it, and operations made of it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use testkit::Client;

use super::samples;

const INTROSPECTION: &str = "{ __schema {
    queryType { name } mutationType { name } subscriptionType { name }
    types {
        kind name
        fields(includeDeprecated: true) { name args { ...input } type { ...type } }
        inputFields { ...input }
        enumValues { name }
        possibleTypes { name }
    }
} }
fragment input on __InputValue { name defaultValue type { ...type } }
fragment type on __Type {
    kind name ofType { kind name ofType { kind name ofType { kind name } } }
}";

/// Fields below fields that are asked for.
const DEPTH: usize = 3;

/// The types by name.
pub(crate) struct Schema {
    types: BTreeMap<String, Value>,
    roots: BTreeMap<&'static str, String>,
}

/// An operation on one root field, with everything that it takes.
pub(crate) struct Operation {
    /// `query`, `mutation` or `subscription`.
    pub(crate) kind: &'static str,
    /// The root field.
    pub(crate) field: String,
    pub(crate) document: String,
    /// Its variables, in which ids stand as `{{name}}`.
    variables: Value,
    /// The names of the ids that it takes.
    pub(crate) ids: BTreeSet<String>,
}

impl Schema {
    pub(crate) async fn of(client: &Client) -> Self {
        let data = client.data(INTROSPECTION, json!({})).await;
        let schema = &data["__schema"];
        let types = schema["types"].as_array().expect("a list").iter();
        let roots = ["query", "mutation", "subscription"];
        let name = |kind| text(&schema[format!("{kind}Type")]["name"]).to_owned();
        Self {
            types: types
                .map(|it| (text(&it["name"]).to_owned(), it.clone()))
                .collect(),
            roots: roots.map(|kind| (kind, name(kind))).into(),
        }
    }

    /// An operation for every root field.
    pub(crate) fn operations(&self) -> Vec<Operation> {
        let mut operations = Vec::new();
        for (&kind, root) in &self.roots {
            let fields = self.types[root]["fields"].as_array().expect("a list");
            operations.extend(fields.iter().map(|field| self.operation(kind, field)));
        }
        operations
    }

    fn operation(&self, kind: &'static str, field: &Value) -> Operation {
        let name = text(&field["name"]);
        let (mut variables, mut ids) = (Map::new(), BTreeSet::new());
        let (mut declared, mut passed) = (Vec::new(), Vec::new());
        for argument in field["args"].as_array().expect("a list") {
            if let Some(value) = self.value(name, argument, &mut ids, 0) {
                let argument_name = text(&argument["name"]);
                declared.push(format!("${argument_name}: {}", written(&argument["type"])));
                passed.push(format!("{argument_name}: ${argument_name}"));
                variables.insert(argument_name.to_owned(), value);
            }
        }
        let brackets = |list: &[String]| match list.is_empty() {
            true => String::new(),
            false => format!("({})", list.join(", ")),
        };
        let (declared, passed) = (brackets(&declared), brackets(&passed));
        let selection = self.selection(named(&field["type"]), DEPTH);
        Operation {
            kind,
            field: name.to_owned(),
            document: format!("{kind} {declared} {{ {name}{passed} {selection} }}"),
            variables: Value::Object(variables),
            ids,
        }
    }

    /// A value for an argument or an input field; none for what may be left out and takes no id.
    fn value(
        &self,
        operation: &str,
        input: &Value,
        ids: &mut BTreeSet<String>,
        depth: usize,
    ) -> Option<Value> {
        let (name, of) = (text(&input["name"]), &input["type"]);
        let is_required = of["kind"] == "NON_NULL" && input["defaultValue"].is_null();
        let one = match (named(of), self.kind(named(of))) {
            ("ID", _) => {
                let id = samples::id(operation, name)?;
                ids.insert(id.to_owned());
                json!(format!("{{{{{id}}}}}"))
            }
            (object, "INPUT_OBJECT") if depth < DEPTH => {
                let before = ids.len();
                let fields = self.types[object]["inputFields"].as_array();
                let fields = fields.expect("a list").iter();
                let fields = fields.filter_map(|field| {
                    let value = self.value(operation, field, ids, depth + 1)?;
                    Some((text(&field["name"]).to_owned(), value))
                });
                let object = Value::Object(fields.collect());
                if !is_required && ids.len() == before && depth > 0 {
                    return None;
                }
                object
            }
            _ if !is_required => return samples::optional(operation, name),
            (of, "ENUM") => self.types[of]["enumValues"][0]["name"].clone(),
            (of, _) => samples::required(operation, name, of),
        };
        let is_list = of["kind"] == "LIST" || of["ofType"]["kind"] == "LIST";
        Some(match is_list && !one.is_array() {
            true => json!([one]),
            false => one,
        })
    }

    /// Everything of a type that takes no argument, to a depth.
    fn selection(&self, of: &str, depth: usize) -> String {
        let own = match self.kind(of) {
            "OBJECT" | "INTERFACE" => self.fields(of, depth, false),
            "UNION" => {
                let members = self.types[of]["possibleTypes"].as_array();
                let members = members.expect("a list").iter();
                let members = members.map(|member| {
                    let member = text(&member["name"]);
                    format!("... on {member} {{ {} }}", self.fields(member, depth, true))
                });
                members.collect::<Vec<_>>().join(" ")
            }
            _ => return String::new(),
        };
        format!("{{ __typename {own} }}")
    }

    /// Members of a union may have fields of one name and of different types: then each needs a name
    /// of its own.
    fn fields(&self, of: &str, depth: usize, renamed: bool) -> String {
        let fields = self.types[of]["fields"].as_array().expect("a list");
        let mut selected = Vec::new();
        for field in fields {
            let arguments = field["args"].as_array().expect("a list");
            let required =
                |it: &Value| it["type"]["kind"] == "NON_NULL" && it["defaultValue"].is_null();
            if arguments.iter().any(required) {
                continue;
            }
            let (name, below) = (text(&field["name"]), named(&field["type"]));
            let selection = match self.kind(below) {
                "SCALAR" | "ENUM" => String::new(),
                _ if depth == 0 => continue,
                _ => self.selection(below, depth - 1),
            };
            let alias = match renamed {
                true => format!("{of}_{name}: "),
                false => String::new(),
            };
            selected.push(format!("{alias}{name} {selection}"));
        }
        selected.join(" ")
    }

    fn kind(&self, name: &str) -> &str {
        text(&self.types[name]["kind"])
    }
}

impl Operation {
    /// The variables with these ids in them.
    pub(crate) fn variables(&self, id: impl Fn(&str) -> String) -> Value {
        let mut variables = self.variables.to_string();
        for name in &self.ids {
            variables = variables.replace(&format!("{{{{{name}}}}}"), &id(name));
        }
        serde_json::from_str(&variables).expect("ids are plain text")
    }
}

fn named(of: &Value) -> &str {
    let mut of = of;
    while !of["ofType"].is_null() {
        of = &of["ofType"];
    }
    text(&of["name"])
}

fn written(of: &Value) -> String {
    match text(&of["kind"]) {
        "NON_NULL" => format!("{}!", written(&of["ofType"])),
        "LIST" => format!("[{}]", written(&of["ofType"])),
        _ => text(&of["name"]).to_owned(),
    }
}

fn text(value: &Value) -> &str {
    value
        .as_str()
        .unwrap_or_else(|| panic!("expected a text and not {value}"))
}
