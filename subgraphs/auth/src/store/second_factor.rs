//! What makes an account's one-time codes.

use chrono::NaiveDateTime;
use diesel::mysql::Mysql;
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use diesel_async::RunQueryDsl;
use kit::id::UserId;
use kit::{Conn, on};

use crate::tables::second_factors as rows;

/// A second factor, in use or pending.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = rows, check_for_backend(Sqlite, Mysql))]
pub(crate) struct SecondFactor {
    pub(crate) sealed: String,
    pub(crate) expires_at: NaiveDateTime,
    pub(crate) activated_at: Option<NaiveDateTime>,
}

impl SecondFactor {
    pub(crate) async fn find(conn: &mut Conn, account: UserId) -> QueryResult<Option<Self>> {
        on!(conn, |c| {
            rows::table
                .find(account)
                .select(Self::as_select())
                .first(c)
                .await
                .optional()
        })
    }

    /// The one that the account signs in with, if it does.
    pub(crate) async fn active(conn: &mut Conn, account: UserId) -> QueryResult<Option<Self>> {
        let found = Self::find(conn, account).await?;
        Ok(found.filter(|factor| factor.activated_at.is_some()))
    }

    /// Keeps a pending one in the place of an earlier pending one. False if one is in use.
    pub(crate) async fn set_pending(
        conn: &mut Conn,
        account: UserId,
        sealed: &str,
        now: NaiveDateTime,
        expires_at: NaiveDateTime,
    ) -> QueryResult<bool> {
        let replaced = on!(conn, |c| {
            diesel::update(pending(account))
                .set((
                    rows::sealed.eq(sealed),
                    rows::created_at.eq(now),
                    rows::expires_at.eq(expires_at),
                ))
                .execute(c)
                .await
        })?;
        if replaced == 1 {
            return Ok(true);
        }
        let row = (
            rows::account_id.eq(account),
            rows::sealed.eq(sealed),
            rows::last_step.eq(0),
            rows::created_at.eq(now),
            rows::expires_at.eq(expires_at),
        );
        let inserted = on!(conn, |c| {
            diesel::insert_or_ignore_into(rows::table)
                .values(row)
                .execute(c)
                .await
        })?;
        Ok(inserted == 1)
    }

    /// Puts a pending one to use, with the step of the code that its user has shown. Of any number
    /// that come at once, one succeeds.
    pub(crate) async fn activate(
        &self,
        conn: &mut Conn,
        account: UserId,
        step: i64,
        now: NaiveDateTime,
    ) -> QueryResult<bool> {
        let activated = on!(conn, |c| {
            let row = pending(account)
                .filter(rows::sealed.eq(&self.sealed))
                .filter(rows::expires_at.gt(now));
            diesel::update(row)
                .set((rows::activated_at.eq(now), rows::last_step.eq(step)))
                .execute(c)
                .await
        })?;
        Ok(activated == 1)
    }

    /// Accepts the code of a step, unless that of the step or of a later one was accepted before.
    pub(crate) async fn accept(
        &self,
        conn: &mut Conn,
        account: UserId,
        step: i64,
    ) -> QueryResult<bool> {
        let accepted = on!(conn, |c| {
            let row = rows::table
                .find(account)
                .filter(rows::activated_at.is_not_null())
                .filter(rows::sealed.eq(&self.sealed))
                .filter(rows::last_step.lt(step));
            diesel::update(row)
                .set(rows::last_step.eq(step))
                .execute(c)
                .await
        })?;
        Ok(accepted == 1)
    }

    /// Removes it. False if there was none.
    pub(crate) async fn remove(conn: &mut Conn, account: UserId) -> QueryResult<bool> {
        let removed = on!(conn, |c| {
            diesel::delete(rows::table.find(account)).execute(c).await
        })?;
        Ok(removed == 1)
    }
}

/// All of them, sealed.
pub(crate) async fn list_sealed(conn: &mut Conn) -> QueryResult<Vec<String>> {
    on!(conn, |c| rows::table.select(rows::sealed).load(c).await)
}

/// Removes pending ones that expired before a time.
pub(crate) async fn sweep(conn: &mut Conn, before: NaiveDateTime) -> QueryResult<usize> {
    on!(conn, |c| {
        let stale = rows::table
            .filter(rows::activated_at.is_null())
            .filter(rows::expires_at.lt(before));
        diesel::delete(stale).execute(c).await
    })
}

#[diesel::dsl::auto_type(no_type_alias)]
fn pending(account: UserId) -> _ {
    rows::table
        .find(account)
        .filter(rows::activated_at.is_null())
}
