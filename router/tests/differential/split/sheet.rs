//! An SDL while it is written, field by field and in any order.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// One subgraph.
#[derive(Default)]
pub(crate) struct Sheet {
    pub(crate) types: BTreeMap<String, Type>,
    pub(crate) unions: BTreeMap<String, BTreeSet<String>>,
}

#[derive(Default)]
pub(crate) struct Type {
    pub(crate) is_interface: bool,
    pub(crate) is_interface_object: bool,
    /// Field sets, with whether they can be entered by.
    pub(crate) keys: BTreeMap<String, bool>,
    pub(crate) implements: BTreeSet<String>,
    pub(crate) fields: BTreeMap<String, Field>,
}

#[derive(Clone, Default)]
pub(crate) struct Field {
    pub(crate) arguments: String,
    pub(crate) ty: String,
    pub(crate) directives: BTreeSet<String>,
}

/// Input types and leaves, defined wherever they are named.
const DEFINITIONS: [(&str, &str); 5] = [
    (
        "In0",
        "input In0 { a: Int = 1, b: [In1!], e: E0 = A, t: String }",
    ),
    ("In1", "input In1 { c: String!, d: In1, f: [Int] = [1, 2] }"),
    ("E0", "enum E0 { A B C }"),
    ("Json", "scalar Json"),
    ("In2", "input In2 { x: Float, id: ID }"),
];

const LINK: &str = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@requires", "@provides", "@external", "@shareable", "@override", "@inaccessible", "@interfaceObject"])"#;

impl Sheet {
    pub(crate) fn ty(&mut self, name: &str) -> &mut Type {
        self.types.entry(name.to_owned()).or_default()
    }

    pub(crate) fn field(&self, ty: &str, field: &str) -> Option<&Field> {
        self.types.get(ty)?.fields.get(field)
    }

    pub(crate) fn write(&self) -> String {
        let mut text = LINK.to_owned();
        for (name, ty) in &self.types {
            if !ty.fields.is_empty() {
                ty.write(name, &mut text);
            }
        }
        for (name, members) in &self.unions {
            let members: Vec<_> = members.iter().map(String::as_str).collect();
            write!(text, "\nunion {name} = {}", members.join(" | ")).expect("a string takes all");
        }
        let mut defined = BTreeSet::new();
        loop {
            let missing = DEFINITIONS
                .iter()
                .filter(|(name, _)| !defined.contains(name) && names(&text, name));
            let missing: Vec<_> = missing.collect();
            if missing.is_empty() {
                return text;
            }
            for (name, definition) in missing {
                defined.insert(name);
                text += &format!("\n{definition}");
            }
        }
    }
}

/// Whether a text has a name in it.
fn names(text: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.split(|c| !is_part(c)).any(|word| word == name)
}

impl Type {
    pub(crate) fn add(&mut self, name: &str, ty: &str) -> &mut Field {
        let field = self.fields.entry(name.to_owned()).or_default();
        if field.ty.is_empty() {
            ty.clone_into(&mut field.ty);
        }
        field
    }

    fn write(&self, name: &str, text: &mut String) {
        let kind = if self.is_interface {
            "interface"
        } else {
            "type"
        };
        let mut line = format!("\n{kind} {name}");
        let interfaces: Vec<_> = self.implements.iter().map(String::as_str).collect();
        if !interfaces.is_empty() {
            line += &format!(" implements {}", interfaces.join(" & "));
        }
        if self.is_interface_object {
            line += " @interfaceObject";
        }
        for (key, is_resolvable) in &self.keys {
            let resolvable = if *is_resolvable {
                ""
            } else {
                ", resolvable: false"
            };
            line += &format!(" @key(fields: \"{key}\"{resolvable})");
        }
        line += " {";
        for (name, field) in &self.fields {
            line += &format!("\n  {name}{}: {}", field.arguments, field.ty);
            for directive in &field.directives {
                line += &format!(" {directive}");
            }
        }
        *text += &(line + "\n}");
    }
}
