//! Fields, as clients see them: one interface, one type for each kind of value.

mod types;

use async_graphql::Interface;
use serde_json::Value;

use super::number::Number;
use crate::field::{
    self, Choice, FieldKind, GroupRules, ListRules, MultiSelectRules, NumberRules, TextRules,
};
use types::{
    CheckboxField, ConstantField, DateField, DateTimeField, DurationField, EmailField, FieldOption,
    GroupField, JsonField, ListField, MultiSelectField, NumberField, RecursiveField, SecretField,
    SelectField, TextField, TimeField, UrlField, count, shown,
};

/// One input of a form, or a group of them.
#[derive(Interface)]
#[expect(
    clippy::duplicated_attributes,
    reason = "each type belongs to another field of the interface"
)]
#[graphql(
    field(
        name = "pointer",
        ty = "&String",
        desc = "Where its value stands in the submitted data, as a JSON pointer (RFC 6901). In a list's item `-` stands for the item's index."
    ),
    field(
        name = "name",
        ty = "&String",
        desc = "The property's name; empty for the items of a list."
    ),
    field(name = "label", ty = "&String", desc = "What to call it."),
    field(
        name = "description",
        ty = "&Option<String>",
        desc = "What it is for. May hold Markdown."
    ),
    field(
        name = "required",
        ty = "&bool",
        desc = "Whether the value must be there, provided that the group around it is."
    ),
    field(name = "nullable", ty = "&bool", desc = "Whether null is a value."),
    field(
        name = "read_only",
        ty = "&bool",
        desc = "Whether only the service sets it. A submission must leave it out."
    ),
    field(
        name = "deprecated",
        ty = "&bool",
        desc = "Whether it should no longer be used."
    ),
    field(
        name = "default_value",
        ty = "&Option<Value>",
        desc = "What the endpoint assumes when it is left out."
    ),
    field(name = "examples", ty = "&Vec<Value>", desc = "Sample values."),
    field(
        name = "placeholder",
        ty = "&Option<String>",
        desc = "A sample to show in an empty input."
    ),
    field(name = "help", ty = "&Option<String>", desc = "How to write a value."),
    field(
        name = "warnings",
        ty = "&Vec<String>",
        desc = "What its schema says that the field cannot show."
    )
)]
pub(crate) enum FormField {
    Text(TextField),
    Email(EmailField),
    Url(UrlField),
    Date(DateField),
    DateTime(DateTimeField),
    Time(TimeField),
    Duration(DurationField),
    Secret(SecretField),
    Number(NumberField),
    Checkbox(CheckboxField),
    Select(SelectField),
    MultiSelect(MultiSelectField),
    Constant(ConstantField),
    Group(GroupField),
    List(ListField),
    Recursive(RecursiveField),
    Json(JsonField),
}

impl From<&field::Field> for FormField {
    fn from(field: &field::Field) -> Self {
        match &field.kind {
            FieldKind::Text(rules) => text(field, rules).into(),
            FieldKind::Email(rules) => EmailField::of(field, rules).into(),
            FieldKind::Url(rules) => UrlField::of(field, rules).into(),
            FieldKind::Date(rules) => DateField::of(field, rules).into(),
            FieldKind::DateTime(rules) => DateTimeField::of(field, rules).into(),
            FieldKind::Time(rules) => TimeField::of(field, rules).into(),
            FieldKind::Duration(rules) => DurationField::of(field, rules).into(),
            FieldKind::Secret(rules) => SecretField::of(field, rules).into(),
            FieldKind::Number(rules) => number(field, rules).into(),
            FieldKind::Checkbox => shown!(CheckboxField, field, {}).into(),
            FieldKind::Select(choices) => {
                shown!(SelectField, field, { options: options(choices) }).into()
            }
            FieldKind::MultiSelect(rules) => multi_select(field, rules).into(),
            FieldKind::Constant(value) => {
                shown!(ConstantField, field, { value: value.clone() }).into()
            }
            FieldKind::Group(rules) => group(field, rules).into(),
            FieldKind::List(rules) => list(field, rules).into(),
            FieldKind::Recursive(repeats) => {
                shown!(RecursiveField, field, { repeats: repeats.to_string() }).into()
            }
            FieldKind::Json => shown!(JsonField, field, {}).into(),
        }
    }
}

fn text(field: &field::Field, rules: &TextRules) -> TextField {
    shown!(TextField, field, {
        min_length: count(rules.min_length),
        max_length: count(rules.max_length),
        pattern: rules.pattern.clone(),
        format: rules.format.clone(),
        multiline: rules.multiline,
    })
}

fn number(field: &field::Field, rules: &NumberRules) -> NumberField {
    let bound = |number: &Option<serde_json::Number>| number.as_ref().map(Number::from);
    shown!(NumberField, field, {
        integer: rules.integer,
        minimum: bound(&rules.minimum),
        maximum: bound(&rules.maximum),
        exclusive_minimum: bound(&rules.exclusive_minimum),
        exclusive_maximum: bound(&rules.exclusive_maximum),
        multiple_of: bound(&rules.multiple_of),
        format: rules.format.clone(),
        accepts_text: rules.wide,
    })
}

fn multi_select(field: &field::Field, rules: &MultiSelectRules) -> MultiSelectField {
    shown!(MultiSelectField, field, {
        options: options(&rules.options),
        min_items: count(rules.min_items),
        max_items: count(rules.max_items),
    })
}

fn group(field: &field::Field, rules: &GroupRules) -> GroupField {
    shown!(GroupField, field, {
        fields: rules.fields.iter().map(FormField::from).collect(),
        min_properties: count(rules.min_properties),
        max_properties: count(rules.max_properties),
        accepts_unknown_properties: rules.accepts_unknown_properties,
    })
}

fn list(field: &field::Field, rules: &ListRules) -> ListField {
    shown!(ListField, field, {
        item: Box::new(FormField::from(&rules.item)),
        min_items: count(rules.min_items),
        max_items: count(rules.max_items),
        unique_items: rules.unique_items,
    })
}

fn options(choices: &[Choice]) -> Vec<FieldOption> {
    choices
        .iter()
        .map(|choice| FieldOption {
            value: Some(choice.value.clone()),
            label: choice.label.clone(),
            description: choice.description.clone(),
        })
        .collect()
}
