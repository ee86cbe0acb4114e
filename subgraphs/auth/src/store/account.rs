//! Accounts.

use chrono::NaiveDateTime;
use diesel::mysql::Mysql;
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use diesel_async::RunQueryDsl;
use kit::db::violates_unique;
use kit::id::{TenantId, UserId};
use kit::{Conn, on};

use crate::account::EmailKey;
use crate::error::AuthError;
use crate::tables::accounts;

/// What signing in needs of an account.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = accounts, check_for_backend(Sqlite, Mysql))]
pub(crate) struct Account {
    pub(crate) id: UserId,
    pub(crate) password: String,
    pub(crate) last_tenant_id: Option<TenantId>,
}

#[derive(Insertable)]
#[diesel(table_name = accounts)]
pub(crate) struct NewAccount {
    pub(crate) id: UserId,
    pub(crate) email: String,
    pub(crate) email_key: String,
    pub(crate) password: String,
    pub(crate) created_at: NaiveDateTime,
}

impl Account {
    pub(crate) async fn find_by_email(
        conn: &mut Conn,
        email: &EmailKey,
    ) -> QueryResult<Option<Self>> {
        on!(conn, |c| {
            accounts::table
                .filter(accounts::email_key.eq(email.as_str()))
                .select(Self::as_select())
                .first(c)
                .await
                .optional()
        })
    }

    pub(crate) async fn exist(conn: &mut Conn) -> QueryResult<bool> {
        let first = on!(conn, |c| {
            let ids = accounts::table.select(accounts::id);
            ids.limit(1).first::<UserId>(c).await.optional()
        })?;
        Ok(first.is_some())
    }

    pub(crate) async fn set_password(conn: &mut Conn, id: UserId, hash: &str) -> QueryResult<()> {
        on!(conn, |c| {
            diesel::update(accounts::table.find(id))
                .set(accounts::password.eq(hash))
                .execute(c)
                .await
        })?;
        Ok(())
    }

    pub(crate) async fn set_last_tenant(
        conn: &mut Conn,
        id: UserId,
        tenant: TenantId,
    ) -> QueryResult<()> {
        on!(conn, |c| {
            diesel::update(accounts::table.find(id))
                .set(accounts::last_tenant_id.eq(tenant))
                .execute(c)
                .await
        })?;
        Ok(())
    }
}

impl NewAccount {
    /// Inserts the account, unless another one has the address: of two that come at once, one wins.
    pub(crate) async fn insert(&self, conn: &mut Conn) -> Result<(), AuthError> {
        let inserted = on!(conn, |c| {
            diesel::insert_into(accounts::table)
                .values(self)
                .execute(c)
                .await
        });
        match inserted {
            Err(err) if violates_unique(&err, "accounts", &["email_key"]) => {
                Err(AuthError::EmailTaken)
            }
            other => Ok(other.map(drop)?),
        }
    }
}
