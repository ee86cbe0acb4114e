//! Sessions: one signed-in device or program of a user each.

use chrono::NaiveDateTime;
use diesel::mysql::Mysql;
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use diesel_async::RunQueryDsl;
use kit::id::{SessionId, TenantId, UserId};
use kit::{Conn, on};

use crate::tables::sessions;

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = sessions, check_for_backend(Sqlite, Mysql))]
pub(crate) struct Session {
    pub(crate) id: SessionId,
    #[diesel(column_name = account_id)]
    pub(crate) user: UserId,
    #[diesel(column_name = tenant_id)]
    pub(crate) tenant: Option<TenantId>,
    pub(crate) created_at: NaiveDateTime,
    pub(crate) last_used_at: NaiveDateTime,
    pub(crate) expires_at: NaiveDateTime,
    pub(crate) revoked_at: Option<NaiveDateTime>,
}

#[derive(Insertable)]
#[diesel(table_name = sessions, treat_none_as_default_value = false)]
pub(crate) struct NewSession {
    pub(crate) id: SessionId,
    pub(crate) account_id: UserId,
    pub(crate) tenant_id: Option<TenantId>,
    pub(crate) address: Option<String>,
    pub(crate) agent: Option<String>,
    pub(crate) created_at: NaiveDateTime,
    pub(crate) last_used_at: NaiveDateTime,
    pub(crate) expires_at: NaiveDateTime,
}

impl Session {
    pub(crate) async fn find(conn: &mut Conn, id: SessionId) -> QueryResult<Option<Self>> {
        on!(conn, |c| {
            sessions::table
                .find(id)
                .select(Self::as_select())
                .first(c)
                .await
                .optional()
        })
    }

    /// The sessions among these that belong to the user.
    pub(crate) async fn by_ids(
        conn: &mut Conn,
        user: UserId,
        ids: &[SessionId],
    ) -> QueryResult<Vec<Self>> {
        on!(conn, |c| {
            sessions::table
                .filter(sessions::account_id.eq(user))
                .filter(sessions::id.eq_any(ids))
                .select(Self::as_select())
                .load(c)
                .await
        })
    }

    /// Whether the session can be used.
    pub(crate) fn is_alive(&self, now: NaiveDateTime) -> bool {
        self.revoked_at.is_none() && self.expires_at > now
    }

    /// Notes that the session is used, if it can be.
    pub(crate) async fn touch(
        conn: &mut Conn,
        id: SessionId,
        now: NaiveDateTime,
    ) -> QueryResult<bool> {
        let touched = on!(conn, |c| {
            diesel::update(alive(id, now))
                .set(sessions::last_used_at.eq(now))
                .execute(c)
                .await
        })?;
        Ok(touched == 1)
    }

    /// Chooses the session's tenant, if the session can be used.
    pub(crate) async fn set_tenant(
        conn: &mut Conn,
        id: SessionId,
        tenant: Option<TenantId>,
        now: NaiveDateTime,
    ) -> QueryResult<bool> {
        let updated = on!(conn, |c| {
            diesel::update(alive(id, now))
                .set(sessions::tenant_id.eq(tenant))
                .execute(c)
                .await
        })?;
        Ok(updated == 1)
    }

    /// Ends the session, unless it has been ended before.
    pub(crate) async fn revoke(
        conn: &mut Conn,
        id: SessionId,
        because: &str,
        now: NaiveDateTime,
    ) -> QueryResult<bool> {
        let revoked = on!(conn, |c| {
            diesel::update(sessions::table.find(id))
                .filter(sessions::revoked_at.is_null())
                .set((
                    sessions::revoked_at.eq(now),
                    sessions::revoked_because.eq(because),
                ))
                .execute(c)
                .await
        })?;
        Ok(revoked == 1)
    }
}

impl NewSession {
    pub(crate) async fn insert(&self, conn: &mut Conn) -> QueryResult<()> {
        on!(conn, |c| {
            diesel::insert_into(sessions::table)
                .values(self)
                .execute(c)
                .await
        })?;
        Ok(())
    }
}

/// Removes the sessions that expired before a time.
pub(crate) async fn sweep(conn: &mut Conn, before: NaiveDateTime) -> QueryResult<usize> {
    on!(conn, |c| {
        diesel::delete(sessions::table.filter(sessions::expires_at.lt(before)))
            .execute(c)
            .await
    })
}

#[diesel::dsl::auto_type(no_type_alias)]
fn alive(id: SessionId, now: NaiveDateTime) -> _ {
    sessions::table
        .find(id)
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(now))
}
