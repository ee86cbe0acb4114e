//! Sessions: one signed-in device or program of a user each.

use chrono::NaiveDateTime;
use diesel::mysql::Mysql;
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use diesel_async::RunQueryDsl;
use kit::id::{SessionId, TenantId, UserId};
use kit::page::Page;
use kit::{Conn, keyset, on};

use crate::tables::sessions;

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions, check_for_backend(Sqlite, Mysql), treat_none_as_default_value = false)]
pub(crate) struct Session {
    pub(crate) id: SessionId,
    #[diesel(column_name = account_id)]
    pub(crate) user: UserId,
    #[diesel(column_name = tenant_id)]
    pub(crate) tenant: Option<TenantId>,
    /// What the user calls it.
    pub(crate) name: Option<String>,
    pub(crate) address: Option<String>,
    pub(crate) agent: Option<String>,
    /// Authentication assurance level: how many factors opened it.
    pub(crate) aal: i16,
    pub(crate) created_at: NaiveDateTime,
    /// When the user last proved who they are.
    pub(crate) authenticated_at: NaiveDateTime,
    pub(crate) last_used_at: NaiveDateTime,
    pub(crate) expires_at: NaiveDateTime,
    pub(crate) revoked_at: Option<NaiveDateTime>,
}

impl Session {
    pub(crate) async fn insert(&self, conn: &mut Conn) -> QueryResult<()> {
        on!(conn, |c| {
            diesel::insert_into(sessions::table)
                .values(self)
                .execute(c)
                .await
        })?;
        Ok(())
    }

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

    /// A page of a user's sessions that can be used, newest first.
    pub(crate) async fn list(
        conn: &mut Conn,
        user: UserId,
        now: NaiveDateTime,
        page: &Page<SessionId>,
    ) -> QueryResult<Vec<Self>> {
        let page = page.newest_first();
        on!(conn, |c| {
            let query = alive_of(user, now).select(Self::as_select()).into_boxed();
            keyset!(query, sessions::id, page).load(c).await
        })
    }

    /// How many sessions of a user can be used.
    pub(crate) async fn count(
        conn: &mut Conn,
        user: UserId,
        now: NaiveDateTime,
    ) -> QueryResult<i64> {
        on!(conn, |c| alive_of(user, now).count().get_result(c).await)
    }

    /// Names a session of a user, if it can be used; none takes its name away.
    pub(crate) async fn rename(
        conn: &mut Conn,
        user: UserId,
        id: SessionId,
        name: Option<&str>,
        now: NaiveDateTime,
    ) -> QueryResult<bool> {
        let renamed = on!(conn, |c| {
            let own = alive(id, now).filter(sessions::account_id.eq(user));
            diesel::update(own)
                .set(sessions::name.eq(name))
                .execute(c)
                .await
        })?;
        Ok(renamed == 1)
    }

    /// Ends all sessions of a user but one, and tells how many there were.
    pub(crate) async fn revoke_all(
        conn: &mut Conn,
        user: UserId,
        except: Option<SessionId>,
        because: &str,
        now: NaiveDateTime,
    ) -> QueryResult<usize> {
        // An id that no session has.
        let except = except.unwrap_or_else(SessionId::new);
        on!(conn, |c| {
            let others = alive_of(user, now).filter(sessions::id.ne(except));
            diesel::update(others)
                .set((
                    sessions::revoked_at.eq(now),
                    sessions::revoked_because.eq(because),
                ))
                .execute(c)
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

    /// Notes how many factors its user has proven.
    pub(crate) async fn set_aal(conn: &mut Conn, id: SessionId, aal: i16) -> QueryResult<()> {
        on!(conn, |c| {
            diesel::update(sessions::table.find(id))
                .set(sessions::aal.eq(aal))
                .execute(c)
                .await
        })?;
        Ok(())
    }

    /// Notes that its user has proven again who they are, if the session can be used; `aal`, if
    /// given, is by how many factors.
    pub(crate) async fn authenticate(
        conn: &mut Conn,
        id: SessionId,
        aal: Option<i16>,
        now: NaiveDateTime,
    ) -> QueryResult<bool> {
        let noted = on!(conn, |c| {
            diesel::update(alive(id, now))
                .set((
                    sessions::authenticated_at.eq(now),
                    aal.map(|aal| sessions::aal.eq(aal)),
                ))
                .execute(c)
                .await
        })?;
        Ok(noted == 1)
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

/// Removes the sessions that expired before a time.
pub(crate) async fn sweep(conn: &mut Conn, before: NaiveDateTime) -> QueryResult<usize> {
    on!(conn, |c| {
        diesel::delete(sessions::table.filter(sessions::expires_at.lt(before)))
            .execute(c)
            .await
    })
}

#[diesel::dsl::auto_type(no_type_alias)]
fn alive_of(user: UserId, now: NaiveDateTime) -> _ {
    sessions::table
        .filter(sessions::account_id.eq(user))
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(now))
}

#[diesel::dsl::auto_type(no_type_alias)]
fn alive(id: SessionId, now: NaiveDateTime) -> _ {
    sessions::table
        .find(id)
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(now))
}
