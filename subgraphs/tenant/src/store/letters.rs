//! How many letters were sent. Each statement asks and counts in one, so that of any number who come
//! at once only those go through for whom there is room.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kit::{Conn, on};

use crate::tables::tenant_letter_counts as rows;

/// So many letters within so long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    pub(crate) most: i32,
    pub(crate) length: TimeDelta,
}

/// Makes the count of a source. Not in a transaction: on MySQL, meeting a row that is there shares
/// its lock, and two who then want to change it would wait for each other for ever.
pub(crate) async fn prepare(conn: &mut Conn, source: &str, now: NaiveDateTime) -> QueryResult<()> {
    let none = (
        rows::source.eq(source),
        rows::letters.eq(0),
        rows::since.eq(now),
    );
    on!(conn, |c| {
        diesel::insert_or_ignore_into(rows::table)
            .values(none)
            .execute(c)
            .await
    })?;
    Ok(())
}

/// Counts one more, unless the window is full. A window that is over begins again.
pub(crate) async fn step(
    conn: &mut Conn,
    source: &str,
    limit: Window,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let begun = on!(conn, |c| {
        let over = rows::since.le(now - limit.length);
        diesel::update(rows::table.find(source).filter(over))
            .set((rows::letters.eq(1), rows::since.eq(now)))
            .execute(c)
            .await
    })?;
    if begun == 1 {
        return Ok(true);
    }
    let added = on!(conn, |c| {
        let room = rows::letters.lt(limit.most);
        diesel::update(rows::table.find(source).filter(room))
            .set(rows::letters.eq(rows::letters + 1))
            .execute(c)
            .await
    })?;
    Ok(added == 1)
}

/// Drops every count whose window began before a time.
pub(crate) async fn sweep(conn: &mut Conn, before: NaiveDateTime) -> QueryResult<usize> {
    on!(conn, |c| {
        diesel::delete(rows::table.filter(rows::since.lt(before)))
            .execute(c)
            .await
    })
}
