//! Secrets that are good for one use, by digest.

use chrono::NaiveDateTime;
use diesel::mysql::Mysql;
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use diesel_async::RunQueryDsl;
use kit::id::UserId;
use kit::{Conn, on};

use crate::tables::auth_tickets as rows;

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = rows, check_for_backend(Sqlite, Mysql))]
pub(crate) struct Row {
    pub(crate) digest: String,
    pub(crate) account_id: Option<UserId>,
    pub(crate) code_digest: Option<String>,
    pub(crate) sealed: Option<String>,
}

#[derive(Insertable)]
#[diesel(table_name = rows, treat_none_as_default_value = false)]
pub(crate) struct NewRow {
    pub(crate) digest: String,
    pub(crate) purpose: &'static str,
    pub(crate) account_id: Option<UserId>,
    pub(crate) code_digest: Option<String>,
    pub(crate) attempts: i32,
    pub(crate) sealed: Option<String>,
    pub(crate) created_at: NaiveDateTime,
    pub(crate) expires_at: NaiveDateTime,
}

impl NewRow {
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

/// One that can still be used.
pub(crate) async fn find(
    conn: &mut Conn,
    purpose: &str,
    digest: &str,
    now: NaiveDateTime,
) -> QueryResult<Option<Row>> {
    on!(conn, |c| {
        unused(now)
            .filter(rows::purpose.eq(purpose))
            .filter(rows::digest.eq(digest))
            .select(Row::as_select())
            .first(c)
            .await
            .optional()
    })
}

/// Uses one. Of any number that come at once, one succeeds.
pub(crate) async fn spend(
    conn: &mut Conn,
    purpose: &str,
    digest: &str,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let spent = on!(conn, |c| {
        let row = unused(now)
            .filter(rows::purpose.eq(purpose))
            .filter(rows::digest.eq(digest));
        diesel::update(row)
            .set(rows::used_at.eq(now))
            .execute(c)
            .await
    })?;
    Ok(spent == 1)
}

/// Those of an account that can still be used.
pub(crate) async fn list(
    conn: &mut Conn,
    purpose: &str,
    account: UserId,
    now: NaiveDateTime,
) -> QueryResult<Vec<Row>> {
    on!(conn, |c| {
        of_account(purpose, account, now)
            .select(Row::as_select())
            .load(c)
            .await
    })
}

/// Counts an attempt at one, if there is still room for it.
pub(crate) async fn attempt_one(
    conn: &mut Conn,
    purpose: &str,
    digest: &str,
    attempts_max: i32,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let counted = on!(conn, |c| {
        let open = unused(now)
            .filter(rows::purpose.eq(purpose))
            .filter(rows::digest.eq(digest))
            .filter(rows::attempts.lt(attempts_max));
        diesel::update(open)
            .set(rows::attempts.eq(rows::attempts + 1))
            .execute(c)
            .await
    })?;
    Ok(counted == 1)
}

/// Voids all of an account's for a purpose.
pub(crate) async fn void(
    conn: &mut Conn,
    purpose: &str,
    account: UserId,
    now: NaiveDateTime,
) -> QueryResult<()> {
    on!(conn, |c| {
        diesel::update(of_account(purpose, account, now))
            .set(rows::used_at.eq(now))
            .execute(c)
            .await
    })?;
    Ok(())
}

/// Removes those that expired before a time.
pub(crate) async fn sweep(conn: &mut Conn, before: NaiveDateTime) -> QueryResult<usize> {
    on!(conn, |c| {
        diesel::delete(rows::table.filter(rows::expires_at.lt(before)))
            .execute(c)
            .await
    })
}

#[diesel::dsl::auto_type(no_type_alias)]
fn unused(now: NaiveDateTime) -> _ {
    rows::table
        .filter(rows::used_at.is_null())
        .filter(rows::expires_at.gt(now))
}

#[diesel::dsl::auto_type(no_type_alias)]
fn of_account<'a>(purpose: &'a str, account: UserId, now: NaiveDateTime) -> _ {
    rows::table
        .filter(rows::used_at.is_null())
        .filter(rows::expires_at.gt(now))
        .filter(rows::purpose.eq(purpose))
        .filter(rows::account_id.eq(account))
}
