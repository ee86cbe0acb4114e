//! Who accounts are at other providers.

use chrono::NaiveDateTime;
use diesel::mysql::Mysql;
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use diesel_async::RunQueryDsl;
use kit::db::violates_unique;
use kit::id::UserId;
use kit::{Conn, on};

use crate::error::AuthError;
use crate::oauth::IdentityId;
use crate::tables::account_identities as rows;

/// Identities of an account that are listed at most; there is one for each issuer.
const LISTED_MAX: i64 = 100;

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = rows, check_for_backend(Sqlite, Mysql), treat_none_as_default_value = false)]
pub(crate) struct Identity {
    pub(crate) id: IdentityId,
    pub(crate) account_id: UserId,
    /// The provider's name in the configuration.
    pub(crate) provider: String,
    pub(crate) issuer: String,
    /// What the issuer knows the user by.
    pub(crate) subject: String,
    /// As the provider said it last, only to be shown.
    pub(crate) email: Option<String>,
    pub(crate) created_at: NaiveDateTime,
    pub(crate) last_used_at: NaiveDateTime,
}

impl Identity {
    /// Inserts it, unless somebody has it, or the account has another one of the issuer.
    pub(crate) async fn insert(&self, conn: &mut Conn) -> Result<(), AuthError> {
        let inserted = on!(conn, |c| {
            diesel::insert_into(rows::table)
                .values(self)
                .execute(c)
                .await
        });
        match inserted {
            Err(err) if violates_unique(&err, TABLE, &["issuer", "subject"]) => {
                Err(AuthError::IdentityTaken)
            }
            Err(err) if violates_unique(&err, TABLE, &["account_id", "issuer"]) => {
                Err(AuthError::ProviderLinked)
            }
            other => Ok(other.map(drop)?),
        }
    }

    pub(crate) async fn find(
        conn: &mut Conn,
        issuer: &str,
        subject: &str,
    ) -> QueryResult<Option<Self>> {
        on!(conn, |c| {
            rows::table
                .filter(rows::issuer.eq(issuer))
                .filter(rows::subject.eq(subject))
                .select(Self::as_select())
                .first(c)
                .await
                .optional()
        })
    }

    /// Those of an account, oldest first.
    pub(crate) async fn list(conn: &mut Conn, account: UserId) -> QueryResult<Vec<Self>> {
        on!(conn, |c| {
            rows::table
                .filter(rows::account_id.eq(account))
                .order(rows::id)
                .limit(LISTED_MAX)
                .select(Self::as_select())
                .load(c)
                .await
        })
    }

    /// Notes that the user came by it, and the address that the provider says now.
    pub(crate) async fn touch(
        conn: &mut Conn,
        id: IdentityId,
        email: Option<&str>,
        now: NaiveDateTime,
    ) -> QueryResult<()> {
        on!(conn, |c| {
            diesel::update(rows::table.find(id))
                .set((rows::last_used_at.eq(now), rows::email.eq(email)))
                .execute(c)
                .await
        })?;
        Ok(())
    }

    /// Removes one of an account's.
    pub(crate) async fn delete(
        conn: &mut Conn,
        account: UserId,
        id: IdentityId,
    ) -> QueryResult<bool> {
        let deleted = on!(conn, |c| {
            let row = rows::table
                .filter(rows::account_id.eq(account))
                .filter(rows::id.eq(id));
            diesel::delete(row).execute(c).await
        })?;
        Ok(deleted == 1)
    }

    /// Removes all of an account's.
    pub(crate) async fn delete_all(conn: &mut Conn, account: UserId) -> QueryResult<()> {
        on!(conn, |c| {
            diesel::delete(rows::table.filter(rows::account_id.eq(account)))
                .execute(c)
                .await
        })?;
        Ok(())
    }
}

const TABLE: &str = "account_identities";
