//! The record of what happened to accounts and sessions.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kit::id::{SessionId, TenantId, UserId};
use kit::{Conn, on};

use crate::activity::ActivityId;
use crate::tables::auth_activities as rows;

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
