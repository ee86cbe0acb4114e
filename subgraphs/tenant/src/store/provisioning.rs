//! The record of provisioning: who works on which tenant, and how each step went.
//!
//! A claim is the number of an attempt. Every write names it, so that a worker who was thought dead
//! and comes back can change nothing.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kit::id::TenantId;
use kit::{Conn, on};

use super::State;
use crate::tables::{tenant_provisioning_steps as steps, tenants};

/// A tenant whose next attempt may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = tenants, check_for_backend(diesel::sqlite::Sqlite, diesel::mysql::Mysql))]
pub(crate) struct Due {
    pub(crate) id: TenantId,
    pub(crate) attempt: i32,
    pub(crate) attempts_left: i32,
}

/// The right to work on a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Claim {
    pub(crate) tenant: TenantId,
    pub(crate) attempt: i32,
    pub(crate) attempts_left: i32,
}

/// What an attempt does, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Make the tenant's own database and its account.
    Database,
    /// Open the tenant to its members.
    Activation,
}

impl Step {
    fn as_str(self) -> &'static str {
        match self {
            Self::Database => "DATABASE",
            Self::Activation => "ACTIVATION",
        }
    }
}

/// Tenants that wait for an attempt, longest first.
pub(crate) async fn list_due(
    conn: &mut Conn,
    now: NaiveDateTime,
    most: i64,
) -> QueryResult<Vec<Due>> {
    on!(conn, |c| {
        tenants::table
            .filter(tenants::due_at.le(now))
            .order(tenants::due_at.asc())
            .limit(most)
            .select(Due::as_select())
            .load(c)
            .await
    })
}

/// Takes a tenant until a time; of several who try, one succeeds.
pub(crate) async fn claim(
    conn: &mut Conn,
    due: Due,
    until: NaiveDateTime,
) -> QueryResult<Option<Claim>> {
    let claim = Claim {
        tenant: due.id,
        attempt: due.attempt + 1,
        attempts_left: due.attempts_left - 1,
    };
    let unfinished = [State::Requested, State::Provisioning];
    let claimed = on!(conn, |c| {
        let waiting = tenants::table
            .find(due.id)
            .filter(tenants::attempt.eq(due.attempt))
            .filter(tenants::state.eq_any(unfinished));
        diesel::update(waiting)
            .set((
                tenants::state.eq(State::Provisioning),
                tenants::attempt.eq(claim.attempt),
                tenants::attempts_left.eq(claim.attempts_left),
                tenants::due_at.eq(until),
            ))
            .execute(c)
            .await
    })?;
    Ok((claimed == 1).then_some(claim))
}

/// Ends a claim: the tenant is in `state`, and the next attempt begins at `due_at` if ever. Says
/// whether the claim still held.
pub(crate) async fn settle(
    conn: &mut Conn,
    claim: Claim,
    state: State,
    due_at: Option<NaiveDateTime>,
) -> QueryResult<bool> {
    let settled = on!(conn, |c| {
        let claimed = tenants::table
            .find(claim.tenant)
            .filter(tenants::attempt.eq(claim.attempt))
            .filter(tenants::state.eq(State::Provisioning));
        diesel::update(claimed)
            .set((tenants::state.eq(state), tenants::due_at.eq(due_at)))
            .execute(c)
            .await
    })?;
    Ok(settled == 1)
}

/// Opens a failed tenant to new attempts; of several who try, one succeeds.
pub(crate) async fn restart(
    conn: &mut Conn,
    id: TenantId,
    attempts: i32,
    due_at: NaiveDateTime,
) -> QueryResult<Option<Due>> {
    let restarted = on!(conn, |c| {
        let failed = tenants::table
            .find(id)
            .filter(tenants::state.eq(State::Failed));
        diesel::update(failed)
            .set((
                tenants::state.eq(State::Requested),
                tenants::attempts_left.eq(attempts),
                tenants::due_at.eq(due_at),
            ))
            .execute(c)
            .await
    })?;
    if restarted == 0 {
        return Ok(None);
    }
    let due = on!(conn, |c| {
        tenants::table
            .find(id)
            .select(Due::as_select())
            .first(c)
            .await
    })?;
    Ok(Some(due))
}

/// Writes down that a step begins.
pub(crate) async fn begin_step(
    conn: &mut Conn,
    claim: Claim,
    step: Step,
    at: NaiveDateTime,
) -> QueryResult<usize> {
    let row = (
        steps::tenant_id.eq(claim.tenant),
        steps::attempt.eq(claim.attempt),
        steps::step.eq(step.as_str()),
        steps::state.eq("RUNNING"),
        steps::started_at.eq(at),
    );
    on!(conn, |c| {
        diesel::insert_into(steps::table)
            .values(row)
            .execute(c)
            .await
    })
}

/// Writes down how a step ended.
pub(crate) async fn end_step(
    conn: &mut Conn,
    claim: Claim,
    step: Step,
    error: Option<&str>,
    at: NaiveDateTime,
) -> QueryResult<usize> {
    let state = match error {
        None => "DONE",
        Some(_) => "FAILED",
    };
    on!(conn, |c| {
        diesel::update(steps::table.find((claim.tenant, claim.attempt, step.as_str())))
            .set((
                steps::state.eq(state),
                steps::error.eq(error),
                steps::ended_at.eq(at),
            ))
            .execute(c)
            .await
    })
}
