//! The keys that sign access tokens.

use chrono::NaiveDateTime;
use diesel::mysql::Mysql;
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use diesel_async::RunQueryDsl;
use kit::db::violates_unique;
use kit::{Conn, on};

use crate::tables::signing_keys;

/// In the column `signing`, which is unique: so there is one such key at most.
const SIGNS: i16 = 1;

#[derive(Queryable, Selectable)]
#[diesel(table_name = signing_keys, check_for_backend(Sqlite, Mysql))]
pub(crate) struct SigningKey {
    pub(crate) kid: String,
    pub(crate) public: String,
    pub(crate) private: String,
}

impl SigningKey {
    /// The key that signs now.
    pub(crate) async fn current(conn: &mut Conn) -> QueryResult<Option<Self>> {
        on!(conn, |c| {
            signing_keys::table
                .filter(signing_keys::signing.eq(SIGNS))
                .select(Self::as_select())
                .first(c)
                .await
                .optional()
        })
    }

    /// Makes this the key that signs, unless there is one already.
    pub(crate) async fn insert_first(
        &self,
        conn: &mut Conn,
        now: NaiveDateTime,
    ) -> QueryResult<()> {
        let row = (
            signing_keys::kid.eq(&self.kid),
            signing_keys::signing.eq(SIGNS),
            signing_keys::public.eq(&self.public),
            signing_keys::private.eq(&self.private),
            signing_keys::created_at.eq(now),
        );
        let inserted = on!(conn, |c| {
            diesel::insert_into(signing_keys::table)
                .values(row)
                .execute(c)
                .await
        });
        match inserted {
            Err(err) if violates_unique(&err, "signing_keys", &["signing"]) => Ok(()),
            other => other.map(drop),
        }
    }
}

/// Id and public half of every key that may have signed a token that is still valid.
pub(crate) async fn list_public(conn: &mut Conn) -> QueryResult<Vec<(String, String)>> {
    on!(conn, |c| {
        signing_keys::table
            .order(signing_keys::created_at.asc())
            .select((signing_keys::kid, signing_keys::public))
            .load(c)
            .await
    })
}

/// The sealed half of every key.
pub(crate) async fn list_private(conn: &mut Conn) -> QueryResult<Vec<String>> {
    on!(conn, |c| {
        signing_keys::table
            .select(signing_keys::private)
            .load(c)
            .await
    })
}
