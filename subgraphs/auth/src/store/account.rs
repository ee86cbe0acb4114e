//! Accounts.

use chrono::NaiveDateTime;
use diesel::mysql::Mysql;
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use diesel_async::RunQueryDsl;
use kit::db::violates_unique;
use kit::id::{TenantId, UserId};
use kit::{Conn, on};

use crate::error::AuthError;
use crate::person::EmailKey;
use crate::tables::accounts;

/// An account.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = accounts, check_for_backend(Sqlite, Mysql))]
pub(crate) struct Account {
    pub(crate) id: UserId,
    pub(crate) email: String,
    /// A PHC string; none if the user signs in another way, or has yet to choose one.
    pub(crate) password: Option<String>,
    /// Of the letters to the user.
    pub(crate) locale: String,
    pub(crate) last_tenant_id: Option<TenantId>,
    pub(crate) created_at: NaiveDateTime,
    /// When the user proved that the address is theirs.
    pub(crate) verified_at: Option<NaiveDateTime>,
    pub(crate) deactivated_at: Option<NaiveDateTime>,
    /// What the user wants to be called, until the account is announced.
    pub(crate) name: Option<String>,
}

#[derive(Insertable)]
#[diesel(table_name = accounts, treat_none_as_default_value = false)]
pub(crate) struct NewAccount {
    pub(crate) id: UserId,
    pub(crate) email: String,
    pub(crate) email_key: String,
    pub(crate) password: Option<String>,
    pub(crate) locale: String,
    pub(crate) created_at: NaiveDateTime,
    pub(crate) verified_at: Option<NaiveDateTime>,
    pub(crate) name: Option<String>,
}

/// What whoever registers an address once more, before it is proven, says anew.
#[derive(AsChangeset)]
#[diesel(table_name = accounts, treat_none_as_null = true)]
pub(crate) struct Pending<'a> {
    pub(crate) name: &'a str,
    pub(crate) locale: &'a str,
    /// None if several have registered the address: whoever proves it chooses one.
    pub(crate) password: Option<&'a str>,
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

    pub(crate) async fn find(conn: &mut Conn, id: UserId) -> QueryResult<Option<Self>> {
        on!(conn, |c| {
            accounts::table
                .find(id)
                .select(Self::as_select())
                .first(c)
                .await
                .optional()
        })
    }

    /// The account, which nobody else changes until the caller's transaction ends.
    pub(crate) async fn lock(conn: &mut Conn, id: UserId) -> Result<Self, AuthError> {
        // An update locks the row on both databases; SQLite has no `FOR UPDATE`.
        on!(conn, |c| {
            diesel::update(accounts::table.find(id))
                .set(accounts::locale.eq(accounts::locale))
                .execute(c)
                .await
        })?;
        let account = Self::find(conn, id).await?;
        account.ok_or(AuthError::SessionEnded)
    }

    /// The same account, locked, provided that its password is still the one that was checked:
    /// whoever chooses another at this moment shuts out who knows the old one.
    pub(crate) async fn unchanged(&self, conn: &mut Conn) -> Result<Self, AuthError> {
        match Self::lock(conn, self.id).await {
            Ok(locked) if locked.password == self.password => Ok(locked),
            Ok(_) | Err(AuthError::SessionEnded) => Err(AuthError::WrongCredentials),
            Err(err) => Err(err),
        }
    }

    /// The account with this address, locked; whoever has another one since is not it. The address
    /// of nobody takes as long.
    pub(crate) async fn lock_by_email(
        conn: &mut Conn,
        email: &EmailKey,
    ) -> Result<Option<Self>, AuthError> {
        let found = Self::find_by_email(conn, email).await?;
        let id = found.map_or_else(UserId::new, |account| account.id);
        match Self::lock(conn, id).await {
            Ok(locked) if EmailKey::parse(&locked.email)? == *email => Ok(Some(locked)),
            Ok(_) | Err(AuthError::SessionEnded) => Ok(None),
            Err(err) => Err(err),
        }
    }

    /// Whether it was registered, and nobody has proven the address.
    pub(crate) fn is_pending(&self) -> bool {
        self.verified_at.is_none() && self.name.is_some()
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

    /// Gives an account that nobody has confirmed to whom the address belongs: without a password.
    pub(crate) async fn claim(
        conn: &mut Conn,
        id: UserId,
        now: NaiveDateTime,
    ) -> QueryResult<bool> {
        let claimed = on!(conn, |c| {
            diesel::update(unproven(id))
                .set((
                    accounts::password.eq(None::<String>),
                    accounts::verified_at.eq(now),
                ))
                .execute(c)
                .await
        })?;
        Ok(claimed == 1)
    }

    pub(crate) async fn set_locale(conn: &mut Conn, id: UserId, locale: &str) -> QueryResult<()> {
        on!(conn, |c| {
            diesel::update(accounts::table.find(id))
                .set(accounts::locale.eq(locale))
                .execute(c)
                .await
        })?;
        Ok(())
    }

    /// Notes since when the account cannot be used; none if it can.
    pub(crate) async fn set_deactivated(
        conn: &mut Conn,
        id: UserId,
        since: Option<NaiveDateTime>,
    ) -> QueryResult<()> {
        on!(conn, |c| {
            diesel::update(accounts::table.find(id))
                .set(accounts::deactivated_at.eq(since))
                .execute(c)
                .await
        })?;
        Ok(())
    }

    /// Replaces a password by another, unless somebody else was faster.
    pub(crate) async fn change_password(
        conn: &mut Conn,
        id: UserId,
        old: &str,
        new: &str,
    ) -> QueryResult<bool> {
        let changed = on!(conn, |c| {
            diesel::update(accounts::table.find(id).filter(accounts::password.eq(old)))
                .set(accounts::password.eq(new))
                .execute(c)
                .await
        })?;
        Ok(changed == 1)
    }

    /// Takes over what was said last, as long as the address is unproven.
    pub(crate) async fn set_pending(
        conn: &mut Conn,
        id: UserId,
        pending: &Pending<'_>,
    ) -> QueryResult<bool> {
        let updated = on!(conn, |c| {
            diesel::update(unproven(id)).set(pending).execute(c).await
        })?;
        Ok(updated == 1)
    }

    /// Notes that the address is proven; false if it was before.
    pub(crate) async fn verify(
        conn: &mut Conn,
        id: UserId,
        now: NaiveDateTime,
    ) -> QueryResult<bool> {
        let verified = on!(conn, |c| {
            diesel::update(unproven(id))
                .set(accounts::verified_at.eq(now))
                .execute(c)
                .await
        })?;
        Ok(verified == 1)
    }

    /// Forgets the name, which others keep from now on.
    pub(crate) async fn forget_name(conn: &mut Conn, id: UserId) -> QueryResult<()> {
        on!(conn, |c| {
            diesel::update(accounts::table.find(id))
                .set(accounts::name.eq(None::<String>))
                .execute(c)
                .await
        })?;
        Ok(())
    }

    /// Gives the account another address, which is proven, unless another account has it.
    pub(crate) async fn set_email(
        conn: &mut Conn,
        id: UserId,
        email: &str,
        key: &EmailKey,
        now: NaiveDateTime,
    ) -> Result<(), AuthError> {
        let updated = on!(conn, |c| {
            diesel::update(accounts::table.find(id))
                .set((
                    accounts::email.eq(email),
                    accounts::email_key.eq(key.as_str()),
                    accounts::verified_at.eq(now),
                ))
                .execute(c)
                .await
        });
        match updated {
            Err(err) if violates_unique(&err, "accounts", &["email_key"]) => {
                Err(AuthError::EmailTaken)
            }
            other => Ok(other.map(drop)?),
        }
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

/// Removes the accounts that were registered before a time and whose addresses were never proven.
pub(crate) async fn sweep(conn: &mut Conn, before: NaiveDateTime) -> QueryResult<usize> {
    on!(conn, |c| {
        let unproven = accounts::table
            .filter(accounts::verified_at.is_null())
            .filter(accounts::name.is_not_null())
            .filter(accounts::created_at.lt(before));
        diesel::delete(unproven).execute(c).await
    })
}

#[diesel::dsl::auto_type(no_type_alias)]
fn unproven(id: UserId) -> _ {
    accounts::table
        .find(id)
        .filter(accounts::verified_at.is_null())
}
