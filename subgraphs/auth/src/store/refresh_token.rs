//! Refresh tokens, by digest.

use chrono::NaiveDateTime;
use diesel::mysql::Mysql;
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use diesel_async::RunQueryDsl;
use kit::id::SessionId;
use kit::{Conn, on};

use crate::tables::refresh_tokens as rows;

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = rows, check_for_backend(Sqlite, Mysql))]
pub(crate) struct StoredToken {
    #[diesel(column_name = session_id)]
    pub(crate) session: SessionId,
    pub(crate) generation: i32,
    pub(crate) expires_at: NaiveDateTime,
    pub(crate) used_at: Option<NaiveDateTime>,
    pub(crate) successor: Option<String>,
}

#[derive(Insertable)]
#[diesel(table_name = rows)]
pub(crate) struct NewToken {
    pub(crate) digest: String,
    pub(crate) session_id: SessionId,
    pub(crate) generation: i32,
    pub(crate) expires_at: NaiveDateTime,
}

impl StoredToken {
    pub(crate) async fn find(conn: &mut Conn, digest: &str) -> QueryResult<Option<Self>> {
        on!(conn, |c| {
            rows::table
                .find(digest)
                .select(Self::as_select())
                .first(c)
                .await
                .optional()
        })
    }

    /// Spends a token. Of any number that come at once, one succeeds.
    pub(crate) async fn spend(
        conn: &mut Conn,
        digest: &str,
        successor: &str,
        now: NaiveDateTime,
    ) -> QueryResult<bool> {
        let spent = on!(conn, |c| {
            diesel::update(rows::table.find(digest))
                .filter(rows::used_at.is_null())
                .filter(rows::expires_at.gt(now))
                .set((rows::used_at.eq(now), rows::successor.eq(successor)))
                .execute(c)
                .await
        })?;
        Ok(spent == 1)
    }
}

impl NewToken {
    pub(crate) async fn insert(&self, conn: &mut Conn) -> QueryResult<()> {
        on!(conn, |c| {
            diesel::insert_into(rows::table)
                .values(self)
                .execute(c)
                .await
        })?;
        Ok(())
    }
}

/// Removes the tokens that expired before a time.
pub(crate) async fn sweep(conn: &mut Conn, before: NaiveDateTime) -> QueryResult<usize> {
    on!(conn, |c| {
        diesel::delete(rows::table.filter(rows::expires_at.lt(before)))
            .execute(c)
            .await
    })
}
