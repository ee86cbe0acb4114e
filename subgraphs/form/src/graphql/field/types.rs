//! The types of fields: each has everything that all fields have, and what is its own.

use async_graphql::SimpleObject;
use serde_json::Value;

use super::FormField;
use crate::field::{self, TextRules};
use crate::graphql::number::Number;

/// Declares the types of fields: each has everything that all fields have, and what is its own.
macro_rules! field_types {
    ($($(#[$doc:meta])* $name:ident { $($(#[$own_doc:meta])* $own:ident: $own_type:ty,)* })+) => {$(
        $(#[$doc])*
        #[derive(SimpleObject)]
        pub(crate) struct $name {
            /// Where its value stands in the submitted data, as a JSON pointer (RFC 6901). In a
            /// list's item `-` stands for the item's index.
            pub(super) pointer: String,
            /// The property's name; empty for the items of a list.
            pub(super) name: String,
            /// What to call it.
            pub(super) label: String,
            /// What it is for. May hold Markdown.
            pub(super) description: Option<String>,
            /// Whether the value must be there, provided that the group around it is.
            pub(super) required: bool,
            /// Whether null is a value.
            pub(super) nullable: bool,
            /// Whether only the service sets it. A submission must leave it out.
            pub(super) read_only: bool,
            /// Whether it should no longer be used.
            pub(super) deprecated: bool,
            /// What the endpoint assumes when it is left out.
            pub(super) default_value: Option<Value>,
            /// Sample values.
            pub(super) examples: Vec<Value>,
            /// A sample to show in an empty input.
            pub(super) placeholder: Option<String>,
            /// How to write a value.
            pub(super) help: Option<String>,
            /// What its schema says that the field cannot show.
            pub(super) warnings: Vec<String>,
            $($(#[$own_doc])* pub(super) $own: $own_type,)*
        }
    )+};
}

/// The GraphQL type of a field: what all fields have, and what is its own.
macro_rules! shown {
    ($name:ident, $field:expr, { $($own:ident: $value:expr),* $(,)? }) => {{
        let field: &field::Field = $field;
        $name {
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
            $($own: $value,)*
        }
    }};
}

/// Declares the types whose value is text under the same rules.
macro_rules! text_field_types {
    ($($(#[$doc:meta])* $name:ident,)+) => {
        field_types! {$(
            $(#[$doc])*
            $name {
                /// The fewest characters.
                min_length: Option<i32>,
                /// The most characters.
                max_length: Option<i32>,
                /// A regular expression (ECMA-262) that some part of the text must match.
                pattern: Option<String>,
            }
        )+}

        $(impl $name {
            pub(super) fn of(field: &field::Field, rules: &TextRules) -> Self {
                shown!($name, field, {
                    min_length: count(rules.min_length),
                    max_length: count(rules.max_length),
                    pattern: rules.pattern.clone(),
                })
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
        min_length: Option<i32>,
        /// The most characters.
        max_length: Option<i32>,
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
        min_items: Option<i32>,
        /// The most to choose.
        max_items: Option<i32>,
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
        min_properties: Option<i32>,
        /// The most properties.
        max_properties: Option<i32>,
        /// Whether properties without a field are accepted.
        accepts_unknown_properties: bool,
    }
    /// A list.
    ListField {
        /// What each item is.
        item: Box<FormField>,
        /// The fewest items.
        min_items: Option<i32>,
        /// The most items.
        max_items: Option<i32>,
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
pub(crate) struct FieldOption {
    /// What to submit: any JSON value, null too.
    pub(super) value: Option<Value>,
    /// What to show.
    pub(super) label: String,
    /// What it means.
    pub(super) description: Option<String>,
}

/// GraphQL's integers have 32 bits; no text or list that can be submitted is longer.
pub(super) fn count(count: Option<u64>) -> Option<i32> {
    count.map(|count| i32::try_from(count).unwrap_or(i32::MAX))
}

pub(super) use shown;
