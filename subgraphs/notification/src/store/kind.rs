//! Why somebody is notified.

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

const SERVICE_DOWN: &str = "SERVICE_DOWN";
const SERVICE_RECOVERED: &str = "SERVICE_RECOVERED";

/// Why somebody is notified.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, AsExpression, FromSqlRow,
)]
#[diesel(sql_type = Text)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Kind {
    /// A service went down.
    ServiceDown,
    /// A service came back.
    ServiceRecovered,
}

impl<DB: Backend> ToSql<Text, DB> for Kind
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        let text = match self {
            Self::ServiceDown => SERVICE_DOWN,
            Self::ServiceRecovered => SERVICE_RECOVERED,
        };
        <str as ToSql<Text, DB>>::to_sql(text, out)
    }
}

impl<DB: Backend> FromSql<Text, DB> for Kind
where
    String: FromSql<Text, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        match <String as FromSql<Text, DB>>::from_sql(bytes)?.as_str() {
            SERVICE_DOWN => Ok(Self::ServiceDown),
            SERVICE_RECOVERED => Ok(Self::ServiceRecovered),
            other => Err(format!("`{other}` is no kind of notification").into()),
        }
    }
}
