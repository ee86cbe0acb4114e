//! Counts of failed attempts. Each statement stands for itself, so that counting never waits for a
//! lock that another count holds.

use chrono::NaiveDateTime;
use diesel::mysql::Mysql;
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use diesel_async::RunQueryDsl;
use kit::{Conn, on};

use crate::tables::login_failures as rows;

/// How often attempts failed, and when the last did.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = rows, check_for_backend(Sqlite, Mysql))]
pub(crate) struct Failures {
    pub(crate) failures: i32,
    pub(crate) last_at: NaiveDateTime,
}

pub(crate) async fn find(conn: &mut Conn, source: &str) -> QueryResult<Option<Failures>> {
    on!(conn, |c| {
        rows::table
            .find(source)
            .select(Failures::as_select())
            .first(c)
            .await
            .optional()
    })
}

/// Adds one failure.
pub(crate) async fn count(conn: &mut Conn, source: &str, now: NaiveDateTime) -> QueryResult<()> {
    if add(conn, source, now).await? {
        return Ok(());
    }
    let first = (
        rows::source.eq(source),
        rows::failures.eq(1),
        rows::last_at.eq(now),
    );
    let inserted = on!(conn, |c| {
        diesel::insert_or_ignore_into(rows::table)
            .values(first)
            .execute(c)
            .await
    })?;
    if inserted == 0 {
        add(conn, source, now).await?;
    }
    Ok(())
}

/// Drops the count of a source, if its last failure is not after a time.
pub(crate) async fn forget(conn: &mut Conn, source: &str, until: NaiveDateTime) -> QueryResult<()> {
    on!(conn, |c| {
        diesel::delete(rows::table.find(source).filter(rows::last_at.le(until)))
            .execute(c)
            .await
    })?;
    Ok(())
}

/// Drops every count whose last failure is before a time.
pub(crate) async fn sweep(conn: &mut Conn, before: NaiveDateTime) -> QueryResult<usize> {
    on!(conn, |c| {
        diesel::delete(rows::table.filter(rows::last_at.lt(before)))
            .execute(c)
            .await
    })
}

async fn add(conn: &mut Conn, source: &str, now: NaiveDateTime) -> QueryResult<bool> {
    let updated = on!(conn, |c| {
        diesel::update(rows::table.find(source))
            .set((rows::failures.eq(rows::failures + 1), rows::last_at.eq(now)))
            .execute(c)
            .await
    })?;
    Ok(updated == 1)
}
