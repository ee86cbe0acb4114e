//! Deliveries that are not recorded yet, each leased to one worker at a time.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kit::id::{FormId, TenantId};
use kit::{Conn, on};

use crate::ids::{LeaseId, SubmissionId};
use crate::tables::form_deliveries as deliveries;

/// A delivery to look after.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = deliveries, check_for_backend(diesel::sqlite::Sqlite, diesel::mysql::Mysql))]
pub(crate) struct Delivery {
    pub(crate) id: SubmissionId,
    pub(crate) tenant_id: TenantId,
    pub(crate) form_id: FormId,
    pub(crate) lease: LeaseId,
    pub(crate) leased_until: NaiveDateTime,
    pub(crate) attempts: i32,
    pub(crate) created_at: NaiveDateTime,
}

/// Adds a delivery.
pub(crate) async fn insert(conn: &mut Conn, delivery: &Delivery) -> QueryResult<usize> {
    on!(conn, |c| {
        diesel::insert_into(deliveries::table)
            .values(delivery)
            .execute(c)
            .await
    })
}

/// Ends a delivery; 0 when the lease has passed to somebody else, or it has ended before.
pub(crate) async fn remove(conn: &mut Conn, delivery: &Delivery) -> QueryResult<usize> {
    on!(conn, |c| {
        diesel::delete(
            deliveries::table
                .find(delivery.id)
                .filter(deliveries::lease.eq(delivery.lease)),
        )
        .execute(c)
        .await
    })
}

/// Deliveries whose lease has expired, oldest first.
pub(crate) async fn expired(
    conn: &mut Conn,
    now: NaiveDateTime,
    limit: i64,
) -> QueryResult<Vec<Delivery>> {
    on!(conn, |c| {
        deliveries::table
            .filter(deliveries::leased_until.lt(now))
            .order(deliveries::leased_until.asc())
            .limit(limit)
            .select(Delivery::as_select())
            .load(c)
            .await
    })
}

/// Takes over an expired lease; 0 when another worker was faster.
pub(crate) async fn take_over(
    conn: &mut Conn,
    expired: &Delivery,
    lease: LeaseId,
    until: NaiveDateTime,
) -> QueryResult<usize> {
    on!(conn, |c| {
        diesel::update(
            deliveries::table
                .find(expired.id)
                .filter(deliveries::lease.eq(expired.lease)),
        )
        .set((
            deliveries::lease.eq(lease),
            deliveries::leased_until.eq(until),
            deliveries::attempts.eq(expired.attempts + 1),
        ))
        .execute(c)
        .await
    })
}
