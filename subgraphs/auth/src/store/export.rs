//! What is kept of a user, as they get it to take along: without what is a secret.

use chrono::NaiveDateTime;
use diesel::mysql::Mysql;
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use diesel_async::RunQueryDsl;
use kit::db::Json;
use kit::id::{ApiKeyId, SessionId, TenantId, UserId};
use kit::{Conn, on};
use serde::{Serialize, Serializer};

use crate::activity::ActivityId;
use crate::tables::{account_identities, api_keys, auth_activities, sessions};

/// Rows of one kind at most, the newest ones.
pub(crate) const ROWS_MAX: i64 = 10_000;

/// A row that somebody takes along, and how to find those of one user.
macro_rules! taken_along {
    (
        $(#[$doc:meta])* $row:ident from $table:ident, $find:ident by $owner:ident;
        $($(#[$attribute:meta])* $field:ident: $type:ty,)*
    ) => {
        $(#[$doc])*
        #[derive(Debug, Queryable, Selectable, Serialize)]
        #[diesel(table_name = $table, check_for_backend(Sqlite, Mysql))]
        #[serde(rename_all = "camelCase")]
        pub(crate) struct $row { $($(#[$attribute])* $field: $type,)* }

        /// Those of a user, the newest first.
        pub(crate) async fn $find(conn: &mut Conn, user: UserId) -> QueryResult<Vec<$row>> {
            on!(conn, |c| {
                $table::table
                    .filter($table::$owner.eq(user.to_string()))
                    .order($table::id.desc())
                    .limit(ROWS_MAX)
                    .select($row::as_select())
                    .load(c)
                    .await
            })
        }
    };
}

taken_along! {
    /// A session.
    SignIn from sessions, sessions by account_id;
    id: SessionId,
    tenant_id: Option<TenantId>,
    name: Option<String>,
    address: Option<String>,
    agent: Option<String>,
    created_at: NaiveDateTime,
    last_used_at: NaiveDateTime,
    expires_at: NaiveDateTime,
    revoked_at: Option<NaiveDateTime>,
}

taken_along! {
    /// An entry of the record.
    Happened from auth_activities, activity by account_id;
    id: ActivityId,
    time: NaiveDateTime,
    action: String,
    failure: Option<String>,
    session_id: Option<SessionId>,
    tenant_id: Option<TenantId>,
    address: Option<String>,
    agent: Option<String>,
}

taken_along! {
    /// A key.
    Key from api_keys, keys by owner;
    id: ApiKeyId,
    name: String,
    tenant_id: Option<TenantId>,
    #[serde(serialize_with = "texts")]
    scopes: Json<Vec<String>>,
    created_at: NaiveDateTime,
    expires_at: NaiveDateTime,
    last_used_at: Option<NaiveDateTime>,
    revoked_at: Option<NaiveDateTime>,
}

taken_along! {
    /// Who the user is at another provider.
    Linked from account_identities, identities by account_id;
    provider: String,
    issuer: String,
    subject: String,
    email: Option<String>,
    created_at: NaiveDateTime,
    last_used_at: NaiveDateTime,
}

fn texts<S: Serializer>(texts: &Json<Vec<String>>, to: S) -> Result<S::Ok, S::Error> {
    texts.0.serialize(to)
}
