//! How far a submission has come, and why it went no further.

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Declares an enum that is kept as text, spelled as in the API.
macro_rules! text_enum {
    ($(#[$doc:meta])* $name:ident as $api:literal { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, AsExpression, FromSqlRow,
            async_graphql::Enum,
        )]
        #[diesel(sql_type = Text)]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        #[graphql(name = $api)]
        pub(crate) enum $name {
            $($(#[$variant_doc])* $variant,)+
        }

        impl<DB: Backend> ToSql<Text, DB> for $name
        where
            str: ToSql<Text, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                let text = match self {
                    $(Self::$variant => $text,)+
                };
                <str as ToSql<Text, DB>>::to_sql(text, out)
            }
        }

        impl<DB: Backend> FromSql<Text, DB> for $name
        where
            String: FromSql<Text, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
                match <String as FromSql<Text, DB>>::from_sql(bytes)?.as_str() {
                    $($text => Ok(Self::$variant),)+
                    other => Err(format!("`{other}` is no {}", stringify!($name)).into()),
                }
            }
        }
    };
}

text_enum! {
    /// How far a submission has come.
    State as "FormSubmissionState" {
        /// Accepted and kept; its delivery has not begun.
        Received = "RECEIVED",
        /// On its way to the endpoint.
        Forwarding = "FORWARDING",
        /// The endpoint took it.
        Succeeded = "SUCCEEDED",
        /// It was not delivered, or the endpoint refused it.
        Failed = "FAILED",
    }
}

text_enum! {
    /// Why a submission failed.
    Failure as "FormSubmissionFailure" {
        /// The endpoint answered with a status other than 2xx.
        HttpStatus = "HTTP_STATUS",
        /// The endpoint did not answer in time.
        Timeout = "TIMEOUT",
        /// The endpoint cannot be reached.
        Unreachable = "UNREACHABLE",
        /// The endpoint is in a network that the operator does not allow.
        Blocked = "BLOCKED",
        /// The platform stopped during the delivery, and sending it again could do it twice.
        DeliveryInterrupted = "DELIVERY_INTERRUPTED",
        /// The form changed or went away before the delivery.
        FormChanged = "FORM_CHANGED",
    }
}
