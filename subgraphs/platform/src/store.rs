//! The rows of this subgraph.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kit::id::UserId;
use kit::{Conn, on};

use crate::tables::platform_administrators as administrators;

/// Adds an administrator; once is enough.
pub(crate) async fn insert(conn: &mut Conn, user: UserId, at: NaiveDateTime) -> QueryResult<usize> {
    let row = (
        administrators::user_id.eq(user),
        administrators::created_at.eq(at),
    );
    on!(conn, |c| {
        diesel::insert_or_ignore_into(administrators::table)
            .values(row)
            .execute(c)
            .await
    })
}

/// Removes an administrator.
pub(crate) async fn delete(conn: &mut Conn, user: UserId) -> QueryResult<usize> {
    on!(conn, |c| {
        diesel::delete(administrators::table.find(user))
            .execute(c)
            .await
    })
}

/// Whether a user administers the platform.
pub(crate) async fn exists(conn: &mut Conn, user: UserId) -> QueryResult<bool> {
    on!(conn, |c| {
        let found = administrators::table
            .find(user)
            .select(administrators::user_id);
        found.first::<UserId>(c).await.optional()
    })
    .map(|found| found.is_some())
}
