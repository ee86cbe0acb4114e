//! Keys of programs.

use chrono::NaiveDateTime;
use diesel::mysql::Mysql;
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use diesel_async::RunQueryDsl;
use kit::db::Json;
use kit::id::{ApiKeyId, TenantId, UserId};
use kit::page::Page;
use kit::{Conn, keyset, on};

use crate::tables::{api_key_owners as owners, api_keys as rows};

/// A key.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = rows, check_for_backend(Sqlite, Mysql), treat_none_as_default_value = false)]
pub(crate) struct ApiKey {
    pub(crate) id: ApiKeyId,
    pub(crate) digest: String,
    pub(crate) name: String,
    /// Id of the user or of the tenant whose it is.
    pub(crate) owner: String,
    /// Where it works.
    #[diesel(column_name = tenant_id)]
    pub(crate) tenant: Option<TenantId>,
    /// Whom it speaks for.
    #[diesel(column_name = principal_id)]
    pub(crate) principal: UserId,
    pub(crate) created_by: UserId,
    pub(crate) scopes: Json<Vec<String>>,
    pub(crate) denials: Json<Vec<String>>,
    pub(crate) created_at: NaiveDateTime,
    pub(crate) expires_at: NaiveDateTime,
    pub(crate) last_used_at: Option<NaiveDateTime>,
    pub(crate) revoked_at: Option<NaiveDateTime>,
}

/// Whose keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    /// This user's.
    User(UserId),
    /// This tenant's.
    Tenant(TenantId),
}

impl Owner {
    /// What the key's row says.
    pub(crate) fn id(self) -> String {
        match self {
            Self::User(user) => user.to_string(),
            Self::Tenant(tenant) => tenant.to_string(),
        }
    }
}

impl ApiKey {
    /// The user whose it is, unless it is a tenant's.
    pub(crate) fn user(&self) -> Option<UserId> {
        self.owner.parse().ok()
    }

    pub(crate) async fn insert(&self, conn: &mut Conn) -> QueryResult<()> {
        on!(conn, |c| {
            diesel::insert_into(rows::table)
                .values(self)
                .execute(c)
                .await
        })?;
        Ok(())
    }

    /// A key by its id, whoever has it: for whoever presents it.
    pub(crate) async fn find(conn: &mut Conn, id: ApiKeyId) -> QueryResult<Option<Self>> {
        on!(conn, |c| {
            rows::table
                .find(id)
                .select(Self::as_select())
                .first(c)
                .await
                .optional()
        })
    }

    /// A key of an owner.
    pub(crate) async fn find_of(
        conn: &mut Conn,
        owner: Owner,
        id: ApiKeyId,
    ) -> QueryResult<Option<Self>> {
        on!(conn, |c| {
            rows::table
                .filter(rows::owner.eq(owner.id()))
                .filter(rows::id.eq(id))
                .select(Self::as_select())
                .first(c)
                .await
                .optional()
        })
    }

    pub(crate) async fn list(
        conn: &mut Conn,
        owner: Owner,
        page: &Page<ApiKeyId>,
    ) -> QueryResult<Vec<Self>> {
        on!(conn, |c| {
            let query = rows::table
                .filter(rows::owner.eq(owner.id()))
                .select(Self::as_select())
                .into_boxed();
            keyset!(query, rows::id, page).load(c).await
        })
    }

    pub(crate) async fn count(conn: &mut Conn, owner: Owner) -> QueryResult<i64> {
        on!(conn, |c| {
            rows::table
                .filter(rows::owner.eq(owner.id()))
                .count()
                .get_result(c)
                .await
        })
    }

    /// How many an owner has that can be used.
    pub(crate) async fn count_good(
        conn: &mut Conn,
        owner: Owner,
        now: NaiveDateTime,
    ) -> QueryResult<i64> {
        on!(conn, |c| {
            let good = rows::table
                .filter(rows::owner.eq(owner.id()))
                .filter(rows::revoked_at.is_null())
                .filter(rows::expires_at.gt(now));
            good.count().get_result(c).await
        })
    }

    pub(crate) async fn rename(conn: &mut Conn, id: ApiKeyId, name: &str) -> QueryResult<()> {
        on!(conn, |c| {
            diesel::update(rows::table.find(id))
                .set(rows::name.eq(name))
                .execute(c)
                .await
        })?;
        Ok(())
    }

    /// Revokes a key, unless it has been before.
    pub(crate) async fn revoke(
        conn: &mut Conn,
        id: ApiKeyId,
        now: NaiveDateTime,
    ) -> QueryResult<bool> {
        let revoked = on!(conn, |c| {
            diesel::update(rows::table.find(id))
                .filter(rows::revoked_at.is_null())
                .set(rows::revoked_at.eq(now))
                .execute(c)
                .await
        })?;
        Ok(revoked == 1)
    }

    /// Notes that a key is used, unless that was noted since a time.
    pub(crate) async fn touch(
        conn: &mut Conn,
        id: ApiKeyId,
        now: NaiveDateTime,
        since: NaiveDateTime,
    ) -> QueryResult<()> {
        on!(conn, |c| {
            let stale = rows::last_used_at
                .is_null()
                .or(rows::last_used_at.le(since));
            diesel::update(rows::table.find(id).filter(stale))
                .set(rows::last_used_at.eq(now))
                .execute(c)
                .await
        })?;
        Ok(())
    }
}

/// Makes sure that an owner has a row to lock. Not in a transaction: two that insert the same row
/// and then lock it would wait for each other.
pub(crate) async fn prepare_owner(conn: &mut Conn, owner: Owner) -> QueryResult<()> {
    let row = (owners::owner.eq(owner.id()), owners::made.eq(0));
    on!(conn, |c| {
        diesel::insert_or_ignore_into(owners::table)
            .values(row)
            .execute(c)
            .await
    })?;
    Ok(())
}

/// Keeps others from making keys for an owner until the caller's transaction ends.
pub(crate) async fn lock_owner(conn: &mut Conn, owner: Owner) -> QueryResult<()> {
    on!(conn, |c| {
        diesel::update(owners::table.find(owner.id()))
            .set(owners::made.eq(owners::made + 1))
            .execute(c)
            .await
    })?;
    Ok(())
}

/// Revokes all keys of a user.
pub(crate) async fn revoke_all(
    conn: &mut Conn,
    user: UserId,
    now: NaiveDateTime,
) -> QueryResult<()> {
    on!(conn, |c| {
        let keys = rows::table.filter(rows::owner.eq(Owner::User(user).id()));
        diesel::update(keys.filter(rows::revoked_at.is_null()))
            .set(rows::revoked_at.eq(now))
            .execute(c)
            .await
    })?;
    Ok(())
}

/// Removes the keys that expired or were revoked before a time.
pub(crate) async fn sweep(conn: &mut Conn, before: NaiveDateTime) -> QueryResult<usize> {
    on!(conn, |c| {
        let gone = rows::expires_at.lt(before).or(rows::revoked_at.lt(before));
        diesel::delete(rows::table.filter(gone)).execute(c).await
    })
}
