//! Fields, as clients see them: one interface, one type for each kind of value.

use async_graphql::{Interface, SimpleObject};
use serde_json::Value;

use super::number::Number;
use crate::field::{self, Choice, FieldKind, NumberRules, TextRules};

/// Declares the types of fields: each has everything that all fields have, and what is its own.
macro_rules! field_types {
    ($($(#[$doc:meta])* $name:ident { $($(#[$own_doc:meta])* $own:ident: $own_type:ty,)* })+) => {$(
        $(#[$doc])*
        #[derive(SimpleObject)]
        pub(crate) struct $name {
            /// Where its value stands in the submitted data, as a JSON pointer (RFC 6901). In a
            /// list's item `-` stands for the item's index.
            pointer: String,
            /// The property's name; empty for the items of a list.
            name: String,
            /// What to call it.
            label: String,
            /// What it is for. May hold Markdown.
            description: Option<String>,
            /// Whether the value must be there, provided that the group around it is.
            required: bool,
            /// Whether null is a value.
            nullable: bool,
            /// Whether only the service sets it. A submission must leave it out.
            read_only: bool,
            /// Whether it should no longer be used.
            deprecated: bool,
            /// What the endpoint assumes when it is left out.
            default_value: Option<Value>,
            /// Sample values.
            examples: Vec<Value>,
            /// A sample to show in an empty input.
            placeholder: Option<String>,
            /// How to write a value.
            help: Option<String>,
            /// What its schema says that the field cannot show.
            warnings: Vec<String>,
            $($(#[$own_doc])* $own: $own_type,)*
        }

        impl $name {
            fn new(field: &field::Field, $($own: $own_type),*) -> Self {
                Self {
                    pointer: field.pointer.to_string(),
                    name: field.name.clone(),
                    label: field.label.clone(),
                    description: field.description.clone(),
                    required: field.required,
                    nullable: field.nullable,
                    read_only: field.read_only,
                    deprecated: field.deprecated,
                    default_value: field.default_value.clone(),
                    examples: field.examples.clone(),
                    placeholder: field.placeholder.clone(),
                    help: field.help.clone(),
                    warnings: field.warnings.clone(),
                    $($own,)*
                }
            }
        }
    )+};
}

/// Declares the types whose value is text under the same rules.
macro_rules! text_field_types {
    ($($(#[$doc:meta])* $name:ident,)+) => {
        field_types! {$(
            $(#[$doc])*
            $name {
                /// The fewest characters.
                min_length: Option<u64>,
                /// The most characters.
                max_length: Option<u64>,
                /// A regular expression (ECMA-262) that some part of the text must match.
                pattern: Option<String>,
            }
        )+}

        $(impl $name {
            fn of(field: &field::Field, rules: &TextRules) -> Self {
                Self::new(field, rules.min_length, rules.max_length, rules.pattern.clone())
            }
        })+
    };
}

text_field_types! {
    /// An e-mail address.
    EmailField,
    /// A complete URL.
    UrlField,
    /// A calendar date, such as `2030-12-31`.
    DateField,
    /// A date and time with its offset, such as `2030-12-31T23:59:00Z`.
    DateTimeField,
    /// A time with its offset, such as `23:59:00Z`.
    TimeField,
    /// An ISO 8601 duration, such as `P1DT12H`.
    DurationField,
    /// Text that is never read back: a password, a token.
    SecretField,
}

field_types! {
    /// Text.
    TextField {
        /// The fewest characters.
        min_length: Option<u64>,
        /// The most characters.
        max_length: Option<u64>,
        /// A regular expression (ECMA-262) that some part of the text must match.
        pattern: Option<String>,
        /// The name of the text's format, such as `uuid` or `ipv4`.
        format: Option<String>,
        /// Whether line breaks are to be expected.
        multiline: bool,
    }
    /// A number.
    NumberField {
        /// Whether only whole numbers are accepted.
        integer: bool,
        /// The least value.
        minimum: Option<Number>,
        /// The greatest value.
        maximum: Option<Number>,
        /// A value that it must exceed.
        exclusive_minimum: Option<Number>,
        /// A value that it must stay below.
        exclusive_maximum: Option<Number>,
        /// What it must be a multiple of; anything goes when absent.
        multiple_of: Option<Number>,
        /// The name of the number's format, such as `int64`.
        format: Option<String>,
        /// Whether digits as text are accepted too, for integers that a double cannot hold.
        accepts_text: bool,
    }
    /// True or false. Required means that it must be there, not that it must be true.
    CheckboxField {}
    /// One of several values.
    SelectField {
        /// What to choose from.
        options: Vec<FieldOption>,
    }
    /// Several of several values, as a list; each at most once.
    MultiSelectField {
        /// What to choose from.
        options: Vec<FieldOption>,
        /// The fewest to choose.
        min_items: Option<u64>,
        /// The most to choose.
        max_items: Option<u64>,
    }
    /// The one value that is accepted. A required one is submitted for you.
    ConstantField {
        /// The value.
        value: Value,
    }
    /// An object.
    GroupField {
        /// Its properties.
        fields: Vec<FormField>,
        /// The fewest properties.
        min_properties: Option<u64>,
        /// The most properties.
        max_properties: Option<u64>,
        /// Whether properties without a field are accepted.
        accepts_unknown_properties: bool,
    }
    /// A list.
    ListField {
        /// What each item is.
        item: Box<FormField>,
        /// The fewest items.
        min_items: Option<u64>,
        /// The most items.
        max_items: Option<u64>,
        /// Whether no item may occur twice.
        unique_items: bool,
    }
    /// The same as another field further out, one level deeper: a tree's branch, a reply's reply.
    RecursiveField {
        /// The pointer of the field that it repeats.
        repeats: String,
    }
    /// Any JSON value that the form's schema accepts. Its warnings say why it is no other field.
    JsonField {}
}

/// One option of a choice.
#[derive(SimpleObject)]
struct FieldOption {
    /// What to submit: any JSON value, null too.
    value: Option<Value>,
    /// What to show.
    label: String,
    /// What it means.
    description: Option<String>,
}

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
            FieldKind::Checkbox => CheckboxField::new(field).into(),
            FieldKind::Select(choices) => SelectField::new(field, options(choices)).into(),
            FieldKind::MultiSelect(rules) => MultiSelectField::new(
                field,
                options(&rules.options),
                rules.min_items,
                rules.max_items,
            )
            .into(),
            FieldKind::Constant(value) => ConstantField::new(field, value.clone()).into(),
            FieldKind::Group(rules) => GroupField::new(
                field,
                rules.fields.iter().map(Self::from).collect(),
                rules.min_properties,
                rules.max_properties,
                rules.accepts_unknown_properties,
            )
            .into(),
            FieldKind::List(rules) => ListField::new(
                field,
                Box::new(Self::from(&rules.item)),
                rules.min_items,
                rules.max_items,
                rules.unique_items,
            )
            .into(),
            FieldKind::Recursive(repeats) => RecursiveField::new(field, repeats.to_string()).into(),
            FieldKind::Json => JsonField::new(field).into(),
        }
    }
}

fn text(field: &field::Field, rules: &TextRules) -> TextField {
    TextField::new(
        field,
        rules.min_length,
        rules.max_length,
        rules.pattern.clone(),
        rules.format.clone(),
        rules.multiline,
    )
}

fn number(field: &field::Field, rules: &NumberRules) -> NumberField {
    let bound = |number: &Option<serde_json::Number>| number.as_ref().map(Number::from);
    NumberField::new(
        field,
        rules.integer,
        bound(&rules.minimum),
        bound(&rules.maximum),
        bound(&rules.exclusive_minimum),
        bound(&rules.exclusive_maximum),
        bound(&rules.multiple_of),
        rules.format.clone(),
        rules.wide,
    )
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
