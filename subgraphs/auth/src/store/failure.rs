//! Counts of attempts. Each statement stands for itself, so that counting never waits for a lock
//! that another count holds; and each asks and counts in one, so that of any number who come at
//! once only those go through for whom there is room.

use chrono::NaiveDateTime;
use diesel::mysql::Mysql;
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use diesel_async::RunQueryDsl;
use kit::{Conn, on};

use crate::limit::{BackOff, Window};
use crate::tables::login_failures as rows;

/// How often attempts failed or may still fail, and since when: the last of them, or the first of
/// the window.
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

/// Counts one more, unless the source is locked.
pub(crate) async fn back_off(
    conn: &mut Conn,
    source: &str,
    limit: BackOff,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    Ok(add_unlocked(conn, source, limit, now).await?
        || insert(conn, source, now).await?
        || add_unlocked(conn, source, limit, now).await?)
}

/// Counts one more, unless the window is full. A window that is over begins again.
pub(crate) async fn step(
    conn: &mut Conn,
    source: &str,
    limit: Window,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    Ok(begin_again(conn, source, limit, now).await?
        || add_within(conn, source, limit).await?
        || insert(conn, source, now).await?
        || add_within(conn, source, limit).await?)
}

/// Takes back one that was counted at a time; if none came after it, the one before is the last.
pub(crate) async fn take_back(
    conn: &mut Conn,
    source: &str,
    counted_at: NaiveDateTime,
    before: NaiveDateTime,
) -> QueryResult<()> {
    let fewer = rows::failures.eq(rows::failures - 1);
    let restored = on!(conn, |c| {
        let last = rows::table
            .find(source)
            .filter(rows::last_at.eq(counted_at))
            .filter(rows::failures.gt(0));
        diesel::update(last)
            .set((fewer, rows::last_at.eq(before)))
            .execute(c)
            .await
    })?;
    if restored == 0 {
        on!(conn, |c| {
            let counted = rows::table.find(source).filter(rows::failures.gt(0));
            diesel::update(counted).set(fewer).execute(c).await
        })?;
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

/// [`BackOff::locked_until`] as a condition.
async fn add_unlocked(
    conn: &mut Conn,
    source: &str,
    limit: BackOff,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let [first, second, third, fourth, fifth, rest] = BackOff::WAITS.map(|wait| now - wait);
    let failed = |beyond| rows::failures.eq(limit.free + beyond);
    let added = on!(conn, |c| {
        let unlocked = rows::failures
            .lt(limit.free)
            .or(failed(0).and(rows::last_at.le(first)))
            .or(failed(1).and(rows::last_at.le(second)))
            .or(failed(2).and(rows::last_at.le(third)))
            .or(failed(3).and(rows::last_at.le(fourth)))
            .or(failed(4).and(rows::last_at.le(fifth)))
            .or(rows::last_at.le(rest));
        diesel::update(rows::table.find(source).filter(unlocked))
            .set((rows::failures.eq(rows::failures + 1), rows::last_at.eq(now)))
            .execute(c)
            .await
    })?;
    Ok(added == 1)
}

async fn begin_again(
    conn: &mut Conn,
    source: &str,
    limit: Window,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let begun = on!(conn, |c| {
        let over = rows::last_at.le(now - limit.length);
        diesel::update(rows::table.find(source).filter(over))
            .set((rows::failures.eq(1), rows::last_at.eq(now)))
            .execute(c)
            .await
    })?;
    Ok(begun == 1)
}

async fn add_within(conn: &mut Conn, source: &str, limit: Window) -> QueryResult<bool> {
    let added = on!(conn, |c| {
        let room = rows::failures.lt(limit.most);
        diesel::update(rows::table.find(source).filter(room))
            .set(rows::failures.eq(rows::failures + 1))
            .execute(c)
            .await
    })?;
    Ok(added == 1)
}

async fn insert(conn: &mut Conn, source: &str, now: NaiveDateTime) -> QueryResult<bool> {
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
    Ok(inserted == 1)
}
