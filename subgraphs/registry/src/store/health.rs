//! How each service is doing, who checks it next, and what the last checks said.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Timestamp};
use diesel_async::RunQueryDsl;
use kit::id::{ServiceId, TenantId};
use kit::{Conn, on};

use crate::health::{CheckId, HealthState};
use crate::tables::{health_checks, service_health, services};

/// How a service is doing.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = service_health, treat_none_as_default_value = false)]
#[diesel(check_for_backend(diesel::sqlite::Sqlite, diesel::mysql::Mysql))]
pub(crate) struct Health {
    pub(crate) service_id: ServiceId,
    pub(crate) path: Option<String>,
    pub(crate) interval_ms: Option<i64>,
    pub(crate) state: HealthState,
    pub(crate) since: NaiveDateTime,
    pub(crate) seq: i64,
    pub(crate) passes: i32,
    pub(crate) failures: i32,
    pub(crate) recent: i32,
    pub(crate) last_checked_at: Option<NaiveDateTime>,
    pub(crate) latency_ms: Option<i32>,
    pub(crate) error: Option<String>,
    pub(crate) due_at: NaiveDateTime,
    pub(crate) claim: Option<CheckId>,
}

/// A service that is claimed for a check.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) check: CheckId,
    pub(crate) tenant_id: TenantId,
    pub(crate) name: String,
    pub(crate) slug: String,
    pub(crate) base_url: String,
    pub(crate) health: Health,
}

/// What a check makes of a service's health.
#[derive(Debug, Clone, AsChangeset)]
#[diesel(table_name = service_health, treat_none_as_null = true)]
pub(crate) struct Reading {
    pub(crate) state: HealthState,
    pub(crate) since: NaiveDateTime,
    pub(crate) seq: i64,
    pub(crate) passes: i32,
    pub(crate) failures: i32,
    pub(crate) recent: i32,
    pub(crate) last_checked_at: Option<NaiveDateTime>,
    pub(crate) latency_ms: Option<i32>,
    pub(crate) error: Option<String>,
    pub(crate) due_at: NaiveDateTime,
    pub(crate) claim: Option<CheckId>,
}

/// One check that was made.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = health_checks, treat_none_as_default_value = false)]
pub(crate) struct HealthCheck {
    pub(crate) id: CheckId,
    pub(crate) service_id: ServiceId,
    pub(crate) checked_at: NaiveDateTime,
    pub(crate) passed: bool,
    pub(crate) latency_ms: Option<i32>,
}

impl Health {
    /// Begins to watch a service.
    pub(crate) async fn insert(&self, conn: &mut Conn) -> QueryResult<usize> {
        on!(conn, |c| diesel::insert_into(service_health::table)
            .values(self)
            .execute(c)
            .await)
    }

    /// How a service is doing.
    pub(crate) async fn find(conn: &mut Conn, service: ServiceId) -> QueryResult<Option<Self>> {
        on!(conn, |c| service_health::table
            .find(service)
            .select(Self::as_select())
            .first(c)
            .await
            .optional())
    }

    /// How services are doing, in no order.
    pub(crate) async fn by_ids(conn: &mut Conn, services: &[ServiceId]) -> QueryResult<Vec<Self>> {
        on!(conn, |c| service_health::table
            .filter(service_health::service_id.eq_any(services))
            .select(Self::as_select())
            .load(c)
            .await)
    }
}

/// A service whose check is due.
#[derive(Debug, Clone, QueryableByName)]
pub(crate) struct Due {
    #[diesel(sql_type = Text)]
    pub(crate) service_id: ServiceId,
    #[diesel(sql_type = Text)]
    pub(crate) tenant_id: TenantId,
    #[diesel(sql_type = Text)]
    pub(crate) base_url: String,
}

impl Due {
    /// Services whose check is due: the most overdue of each tenant, then the second of each, and
    /// so on to `each_max`.
    pub(crate) async fn list(
        conn: &mut Conn,
        now: NaiveDateTime,
        each_max: i64,
        limit: i64,
    ) -> QueryResult<Vec<Self>> {
        let query = diesel::sql_query(
            "SELECT service_id, tenant_id, base_url FROM ( \
                 SELECT service_id, tenant_id, base_url, due_at, \
                     ROW_NUMBER() OVER (PARTITION BY tenant_id ORDER BY due_at) AS place \
                 FROM service_health JOIN services ON services.id = service_id \
                 WHERE due_at <= ? \
             ) AS due WHERE place <= ? ORDER BY place, due_at LIMIT ?",
        );
        let query = query
            .bind::<Timestamp, _>(now)
            .bind::<BigInt, _>(each_max)
            .bind::<BigInt, _>(limit);
        on!(conn, |c| query.load(c).await)
    }
}

impl Target {
    /// Claims those of the services that are still due, for one worker: of several that try, the
    /// update lets one through.
    pub(crate) async fn claim_due(
        conn: &mut Conn,
        services: &[ServiceId],
        now: NaiveDateTime,
        lease_until: NaiveDateTime,
    ) -> QueryResult<Vec<Self>> {
        let check = CheckId::new();
        let due = service_health::table
            .filter(service_health::service_id.eq_any(services))
            .filter(service_health::due_at.le(now));
        on!(conn, |c| diesel::update(due)
            .set(claimed(check, lease_until))
            .execute(c)
            .await)?;
        Self::claimed_by(conn, check).await
    }

    /// Claims a service whether it is due or not; a check under way loses its claim.
    pub(crate) async fn claim(
        conn: &mut Conn,
        service: ServiceId,
        lease_until: NaiveDateTime,
    ) -> QueryResult<Option<Self>> {
        let check = CheckId::new();
        let one = service_health::table.filter(service_health::service_id.eq(service));
        on!(conn, |c| diesel::update(one)
            .set(claimed(check, lease_until))
            .execute(c)
            .await)?;
        Ok(Self::claimed_by(conn, check).await?.pop())
    }

    async fn claimed_by(conn: &mut Conn, check: CheckId) -> QueryResult<Vec<Self>> {
        let rows: Vec<(TenantId, String, String, String, Health)> =
            on!(conn, |c| service_health::table
                .inner_join(services::table)
                .filter(service_health::claim.eq(check))
                .select((
                    services::tenant_id,
                    services::name,
                    services::slug,
                    services::base_url,
                    Health::as_select(),
                ))
                .load(c)
                .await)?;
        let target = |(tenant_id, name, slug, base_url, health)| Self {
            check,
            tenant_id,
            name,
            slug,
            base_url,
            health,
        };
        Ok(rows.into_iter().map(target).collect())
    }

    /// Gives the claim back without a result.
    pub(crate) async fn release(&self, conn: &mut Conn, now: NaiveDateTime) -> QueryResult<usize> {
        let values = (
            service_health::due_at.eq(now),
            service_health::claim.eq(None::<CheckId>),
        );
        on!(conn, |c| diesel::update(self_claimed(self))
            .set(values)
            .execute(c)
            .await)
    }
}

impl Reading {
    /// Writes the result of a claimed check; `false` when somebody else has claimed it since.
    pub(crate) async fn save(&self, conn: &mut Conn, target: &Target) -> QueryResult<bool> {
        let saved = on!(conn, |c| diesel::update(self_claimed(target))
            .set(self)
            .execute(c)
            .await)?;
        Ok(saved == 1)
    }
}

#[diesel::dsl::auto_type(no_type_alias)]
fn self_claimed<'a>(target: &'a Target) -> _ {
    let service: ServiceId = target.health.service_id;
    let check: CheckId = target.check;
    service_health::table
        .filter(service_health::service_id.eq(service))
        .filter(service_health::claim.eq(check))
}

#[diesel::dsl::auto_type(no_type_alias)]
fn claimed(check: CheckId, lease_until: NaiveDateTime) -> _ {
    (
        service_health::claim.eq(check),
        service_health::due_at.eq(lease_until),
    )
}

impl HealthCheck {
    /// Keeps a check for the history.
    pub(crate) async fn insert(&self, conn: &mut Conn) -> QueryResult<usize> {
        on!(conn, |c| diesel::insert_into(health_checks::table)
            .values(self)
            .execute(c)
            .await)
    }

    /// Per service, how many checks since a time failed and passed.
    pub(crate) async fn tally(
        conn: &mut Conn,
        services: &[ServiceId],
        since: NaiveDateTime,
    ) -> QueryResult<HashMap<ServiceId, (i64, i64)>> {
        let rows: Vec<(ServiceId, bool, i64)> = on!(conn, |c| health_checks::table
            .filter(health_checks::service_id.eq_any(services))
            .filter(health_checks::checked_at.ge(since))
            .group_by((health_checks::service_id, health_checks::passed))
            .select((
                health_checks::service_id,
                health_checks::passed,
                count_star()
            ))
            .load(c)
            .await)?;
        let mut tally = HashMap::<_, (i64, i64)>::new();
        for (service, passed, count) in rows {
            let (failures, passes) = tally.entry(service).or_default();
            *(if passed { passes } else { failures }) += count;
        }
        Ok(tally)
    }

    /// Forgets checks from before a time.
    pub(crate) async fn prune(conn: &mut Conn, before: NaiveDateTime) -> QueryResult<usize> {
        let old = health_checks::table.filter(health_checks::checked_at.lt(before));
        on!(conn, |c| diesel::delete(old).execute(c).await)
    }
}
