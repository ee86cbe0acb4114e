//! The fields of a form: a request schema as a tree of typed inputs.
//!
//! Pure: schema in, fields out. A field shows every rule that its part of the schema
//! asserts. A part with a rule that no field can show becomes a JSON field with a warning,
//! so that the fields never promise what the validator refuses.

mod array;
mod build;
mod choice;
mod combine;
mod fill;
mod merge;
mod number;
mod object;
mod place;
mod secret;
mod text;

use serde_json::{Number, Value};

pub use build::{build, unusable};
pub use fill::fill;
pub use secret::{collect as collect_secrets, scrub};

use crate::pointer::Pointer;

/// All fields of a form.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fields {
    /// The top-level fields: each parameter, and the body or its properties.
    pub fields: Vec<Field>,
    /// What about the schema as a whole could not be shown or kept.
    pub warnings: Vec<String>,
    /// Whether the body takes properties that have no field.
    pub accepts_unknown_properties: bool,
    /// Whether the body's properties stand on top, so that the body itself is always sent.
    pub has_body_on_top: bool,
}

impl Fields {
    /// Every warning of the form and its fields.
    pub fn all_warnings(&self) -> Vec<String> {
        let mut warnings = self.warnings.clone();
        self.fields
            .iter()
            .for_each(|field| field.add_warnings(&mut warnings));
        warnings
    }
}

/// One input, or a group of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Where its value stands in the data.
    pub pointer: Pointer,
    /// The property's name; empty for the items of a list.
    pub name: String,
    /// What to call it.
    pub label: String,
    /// What it is for.
    pub description: Option<String>,
    /// Whether the value must be there, when the object around it is.
    pub required: bool,
    /// Whether null is a value.
    pub nullable: bool,
    /// Whether only the service sets it.
    pub read_only: bool,
    /// Whether its value is wiped after delivery and never shown.
    pub secret: bool,
    /// Whether it should no longer be used.
    pub deprecated: bool,
    /// What the endpoint assumes when it is left out.
    pub default_value: Option<Value>,
    /// Sample values.
    pub examples: Vec<Value>,
    /// A sample to show in an empty input.
    pub placeholder: Option<String>,
    /// How to write a value.
    pub help: Option<String>,
    /// What its schema says that the field cannot show.
    pub warnings: Vec<String>,
    /// Its type, with the rules of that type.
    pub kind: FieldKind,
}

impl Field {
    fn add_warnings(&self, warnings: &mut Vec<String>) {
        warnings.extend_from_slice(&self.warnings);
        match &self.kind {
            FieldKind::Group(group) => group
                .fields
                .iter()
                .for_each(|field| field.add_warnings(warnings)),
            FieldKind::List(list) => list.item.add_warnings(warnings),
            _ => {}
        }
    }
}

/// The types of field.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldKind {
    /// Text.
    Text(TextRules),
    /// An e-mail address.
    Email(TextRules),
    /// A URL.
    Url(TextRules),
    /// A calendar date.
    Date(TextRules),
    /// A date with time and offset.
    DateTime(TextRules),
    /// A time with offset.
    Time(TextRules),
    /// An ISO 8601 duration.
    Duration(TextRules),
    /// Text that is never read back.
    Secret(TextRules),
    /// A number.
    Number(NumberRules),
    /// True or false.
    Checkbox,
    /// One of several values.
    Select(Vec<Choice>),
    /// Several of several values.
    MultiSelect(MultiSelectRules),
    /// The one value that is accepted.
    Constant(Value),
    /// An object.
    Group(GroupRules),
    /// A list.
    List(Box<ListRules>),
    /// The same fields as at the pointer, one level deeper.
    Recursive(Pointer),
    /// Any JSON value.
    Json,
}

/// The rules of text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextRules {
    /// The fewest characters.
    pub min_length: Option<u64>,
    /// The most characters.
    pub max_length: Option<u64>,
    /// A regular expression that some part of the text matches.
    pub pattern: Option<String>,
    /// The format's name in JSON Schema.
    pub format: Option<String>,
    /// Whether line breaks are to be expected.
    pub multiline: bool,
}

/// The rules of a number.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NumberRules {
    /// Whether only whole numbers are accepted.
    pub integer: bool,
    /// The least value.
    pub minimum: Option<Number>,
    /// The greatest value.
    pub maximum: Option<Number>,
    /// A value that it must exceed.
    pub exclusive_minimum: Option<Number>,
    /// A value that it must stay below.
    pub exclusive_maximum: Option<Number>,
    /// What it must be a multiple of.
    pub multiple_of: Option<Number>,
    /// The format's name, such as `int64`.
    pub format: Option<String>,
    /// Whether values can exceed what a double holds, so that digits as text are taken too.
    pub wide: bool,
}

/// One option of a choice.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// What is submitted.
    pub value: Value,
    /// What is shown.
    pub label: String,
    /// What it means.
    pub description: Option<String>,
}

/// The rules of a choice of several.
#[derive(Clone, Debug, PartialEq)]
pub struct MultiSelectRules {
    /// What can be chosen, each at most once.
    pub options: Vec<Choice>,
    /// The fewest options to choose.
    pub min_items: Option<u64>,
    /// The most options to choose.
    pub max_items: Option<u64>,
}

/// The rules of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupRules {
    /// The properties.
    pub fields: Vec<Field>,
    /// The fewest properties.
    pub min_properties: Option<u64>,
    /// The most properties.
    pub max_properties: Option<u64>,
    /// Whether properties without a field are accepted.
    pub accepts_unknown_properties: bool,
}

/// The rules of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct ListRules {
    /// What each item is.
    pub item: Field,
    /// The fewest items.
    pub min_items: Option<u64>,
    /// The most items.
    pub max_items: Option<u64>,
    /// Whether no item may occur twice.
    pub unique_items: bool,
}

#[cfg(test)]
mod tests;
