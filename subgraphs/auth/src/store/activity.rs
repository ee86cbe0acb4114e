//! The record of what happened to accounts and sessions.

use chrono::NaiveDateTime;
use diesel::mysql::Mysql;
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use diesel_async::RunQueryDsl;
use kit::id::{SessionId, TenantId, UserId};
use kit::page::Page;
use kit::{Conn, keyset, on};

use crate::activity::ActivityId;
use crate::tables::auth_activities as rows;

/// An entry of the record.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = rows, check_for_backend(Sqlite, Mysql))]
pub(crate) struct Entry {
    pub(crate) id: ActivityId,
    pub(crate) time: NaiveDateTime,
    pub(crate) action: String,
    pub(crate) failure: Option<String>,
    pub(crate) session_id: Option<SessionId>,
    pub(crate) tenant_id: Option<TenantId>,
    pub(crate) address: Option<String>,
    pub(crate) agent: Option<String>,
}

impl Entry {
    /// A page of a user's entries, newest first.
    pub(crate) async fn list(
        conn: &mut Conn,
        user: UserId,
        page: &Page<ActivityId>,
    ) -> QueryResult<Vec<Self>> {
        let page = page.newest_first();
        on!(conn, |c| {
            let query = rows::table
                .filter(rows::account_id.eq(user))
                .select(Self::as_select())
                .into_boxed();
            keyset!(query, rows::id, page).load(c).await
        })
    }

    /// How many entries a user has.
    pub(crate) async fn count(conn: &mut Conn, user: UserId) -> QueryResult<i64> {
        on!(conn, |c| {
            rows::table
                .filter(rows::account_id.eq(user))
                .count()
                .get_result(c)
                .await
        })
    }

    /// The entries among these that belong to the user.
    pub(crate) async fn by_ids(
        conn: &mut Conn,
        user: UserId,
        ids: &[ActivityId],
    ) -> QueryResult<Vec<Self>> {
        on!(conn, |c| {
            rows::table
                .filter(rows::account_id.eq(user))
                .filter(rows::id.eq_any(ids))
                .select(Self::as_select())
                .load(c)
                .await
        })
    }
}

#[derive(Insertable)]
#[diesel(table_name = rows, treat_none_as_default_value = false)]
pub(crate) struct NewActivity {
    pub(crate) id: ActivityId,
    pub(crate) time: NaiveDateTime,
    pub(crate) action: &'static str,
    pub(crate) failure: Option<&'static str>,
    pub(crate) account_id: Option<UserId>,
    pub(crate) session_id: Option<SessionId>,
    pub(crate) tenant_id: Option<TenantId>,
    pub(crate) address: Option<String>,
    pub(crate) agent: Option<String>,
}

impl NewActivity {
    pub(crate) async fn insert(self, conn: &mut Conn) -> QueryResult<()> {
        on!(conn, |c| {
            diesel::insert_into(rows::table)
                .values(self)
                .execute(c)
                .await
        })?;
        Ok(())
    }
}

/// Removes what is older than a time.
pub(crate) async fn sweep(conn: &mut Conn, before: NaiveDateTime) -> QueryResult<usize> {
    on!(conn, |c| {
        diesel::delete(rows::table.filter(rows::time.lt(before)))
            .execute(c)
            .await
    })
}
