//! What one tenant was told, in the tenant's own database.

use chrono::NaiveDateTime;
use diesel::dsl::auto_type;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kit::id::ServiceId;
use kit::page::Page;
use kit::{Conn, keyset, on};

use super::Kind;
use crate::ids::NotificationId;
use crate::tables::notifications;

/// Something that the tenant's members were told.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = notifications, check_for_backend(diesel::sqlite::Sqlite, diesel::mysql::Mysql))]
pub(crate) struct Notification {
    pub(crate) id: NotificationId,
    pub(crate) kind: Kind,
    pub(crate) service_id: ServiceId,
    pub(crate) title: String,
    pub(crate) body: String,
    pub(crate) permission: String,
    pub(crate) created_at: NaiveDateTime,
}

impl Notification {
    /// The one door for viewers: a query that starts here sees only what these permissions show.
    #[auto_type(no_type_alias)]
    fn permitted<'a>(permissions: &'a [String]) -> _ {
        notifications::table.filter(notifications::permission.eq_any(permissions))
    }
}

/// Adds a notification, unless it is there.
pub(crate) async fn insert(conn: &mut Conn, notification: &Notification) -> QueryResult<usize> {
    on!(conn, |c| {
        diesel::insert_or_ignore_into(notifications::table)
            .values(notification)
            .execute(c)
            .await
    })
}

/// Forgets what is older than a time.
pub(crate) async fn forget_before(conn: &mut Conn, time: NaiveDateTime) -> QueryResult<usize> {
    on!(conn, |c| {
        diesel::delete(notifications::table.filter(notifications::created_at.lt(time)))
            .execute(c)
            .await
    })
}

/// The permissions that some notification needs.
pub(crate) async fn permissions(conn: &mut Conn) -> QueryResult<Vec<String>> {
    on!(conn, |c| {
        notifications::table
            .select(notifications::permission)
            .distinct()
            .load(c)
            .await
    })
}

/// A page of what these permissions show, newest first.
pub(crate) async fn list(
    conn: &mut Conn,
    permissions: &[String],
    page: &Page<NotificationId>,
) -> QueryResult<Vec<Notification>> {
    let page = page.newest_first();
    on!(conn, |c| {
        let query = Notification::permitted(permissions)
            .select(Notification::as_select())
            .into_boxed();
        keyset!(query, notifications::id, page).load(c).await
    })
}

/// How many notifications these permissions show.
pub(crate) async fn count(conn: &mut Conn, permissions: &[String]) -> QueryResult<i64> {
    on!(conn, |c| {
        Notification::permitted(permissions)
            .count()
            .get_result(c)
            .await
    })
}

/// Notifications by id, whatever they need.
pub(crate) async fn by_ids(
    conn: &mut Conn,
    ids: &[NotificationId],
) -> QueryResult<Vec<Notification>> {
    on!(conn, |c| {
        notifications::table
            .filter(notifications::id.eq_any(ids))
            .select(Notification::as_select())
            .load(c)
            .await
    })
}
