//! Invitations: who is asked to join which tenant, in which roles.

use std::fmt;

use chrono::NaiveDateTime;
use diesel::dsl::auto_type;
use diesel::mysql::Mysql;
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use diesel_async::RunQueryDsl;
use kit::db::Json;
use kit::id::{TenantId, UserId};
use kit::page::Page;
use kit::{Conn, keyset, on};

use super::{HeldRole, inserted};
use crate::ids::InvitationId;
use crate::tables::tenant_invitations as rows;

/// Narrows a boxed query to a state, as [`Invitation::state`] tells it.
macro_rules! in_state {
    ($query:expr, $state:expr, $now:expr) => {{
        let query = $query;
        let open = rows::accepted_at.is_null().and(rows::revoked_at.is_null());
        match $state {
            None => query,
            Some(InvitationState::Pending) => query.filter(open.and(rows::expires_at.gt($now))),
            Some(InvitationState::Expired) => query.filter(open.and(rows::expires_at.le($now))),
            Some(InvitationState::Accepted) => query.filter(rows::accepted_at.is_not_null()),
            Some(InvitationState::Revoked) => query.filter(rows::revoked_at.is_not_null()),
        }
    }};
}

/// The address of people who are gone (RFC 2606, section 2).
const NOBODYS: &str = "deleted@portico.invalid";

/// An address that was asked to join a tenant.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = rows, check_for_backend(Sqlite, Mysql), treat_none_as_default_value = false)]
pub(crate) struct Invitation {
    pub(crate) id: InvitationId,
    pub(crate) tenant_id: TenantId,
    /// As it was typed.
    pub(crate) email: String,
    /// As it is compared: in lower case.
    pub(crate) email_key: String,
    /// The same while nobody has accepted or revoked it: a tenant has one such of an address.
    pub(crate) open_key: Option<String>,
    pub(crate) roles: Json<Vec<HeldRole>>,
    /// Who answers for it: whoever sent the last letter.
    pub(crate) invited_by: UserId,
    pub(crate) locale: String,
    pub(crate) digest: String,
    pub(crate) created_at: NaiveDateTime,
    pub(crate) expires_at: NaiveDateTime,
    pub(crate) accepted_at: Option<NaiveDateTime>,
    pub(crate) accepted_by: Option<UserId>,
    pub(crate) revoked_at: Option<NaiveDateTime>,
}

/// Where an invitation is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InvitationState {
    Pending,
    Accepted,
    Revoked,
    Expired,
}

impl fmt::Display for InvitationState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pending => "PENDING",
            Self::Accepted => "ACCEPTED",
            Self::Revoked => "REVOKED",
            Self::Expired => "EXPIRED",
        })
    }
}

impl Invitation {
    /// Where it is in its life.
    pub(crate) fn state(&self, now: NaiveDateTime) -> InvitationState {
        match self {
            Self {
                accepted_at: Some(_),
                ..
            } => InvitationState::Accepted,
            Self {
                revoked_at: Some(_),
                ..
            } => InvitationState::Revoked,
            Self { expires_at, .. } if *expires_at <= now => InvitationState::Expired,
            Self { .. } => InvitationState::Pending,
        }
    }

    /// The door for whoever manages members: a query that starts here cannot cross tenants.
    #[auto_type(no_type_alias)]
    fn of_tenant(tenant: TenantId) -> _ {
        rows::table.filter(rows::tenant_id.eq(tenant))
    }
}

/// Adds an invitation, unless the address has an open one.
pub(crate) async fn insert(conn: &mut Conn, invitation: &Invitation) -> QueryResult<bool> {
    let result = on!(conn, |c| {
        diesel::insert_into(rows::table)
            .values(invitation)
            .execute(c)
            .await
    });
    inserted(result, "tenant_invitations", &["tenant_id", "open_key"])
}

/// The door for whoever holds the secret, and for nobody else.
pub(crate) async fn find_by_digest(
    conn: &mut Conn,
    digest: &str,
) -> QueryResult<Option<Invitation>> {
    on!(conn, |c| {
        rows::table
            .filter(rows::digest.eq(digest))
            .select(Invitation::as_select())
            .first(c)
            .await
            .optional()
    })
}

/// An invitation of a tenant.
pub(crate) async fn find(
    conn: &mut Conn,
    tenant: TenantId,
    id: InvitationId,
) -> QueryResult<Option<Invitation>> {
    on!(conn, |c| {
        Invitation::of_tenant(tenant)
            .filter(rows::id.eq(id))
            .select(Invitation::as_select())
            .first(c)
            .await
            .optional()
    })
}

/// The one invitation of an address that nobody has accepted or revoked; it may have expired.
pub(crate) async fn find_open(
    conn: &mut Conn,
    tenant: TenantId,
    email_key: &str,
) -> QueryResult<Option<Invitation>> {
    on!(conn, |c| {
        Invitation::of_tenant(tenant)
            .filter(rows::open_key.eq(email_key))
            .select(Invitation::as_select())
            .first(c)
            .await
            .optional()
    })
}

/// Makes room for another invitation of the same address.
pub(crate) async fn close(
    conn: &mut Conn,
    tenant: TenantId,
    id: InvitationId,
) -> QueryResult<usize> {
    on!(conn, |c| {
        diesel::update(Invitation::of_tenant(tenant).filter(rows::id.eq(id)))
            .set(rows::open_key.eq(None::<String>))
            .execute(c)
            .await
    })
}

/// How many invitations of a tenant can be accepted now.
pub(crate) async fn count_pending(
    conn: &mut Conn,
    tenant: TenantId,
    now: NaiveDateTime,
) -> QueryResult<i64> {
    on!(conn, |c| {
        Invitation::of_tenant(tenant)
            .filter(rows::open_key.is_not_null())
            .filter(rows::expires_at.gt(now))
            .count()
            .get_result(c)
            .await
    })
}

/// Spends an invitation: of any number who come at once, one does. False if it was accepted,
/// revoked, or replaced by another letter meanwhile, or if its time is over.
pub(crate) async fn spend(
    conn: &mut Conn,
    invitation: &Invitation,
    user: UserId,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let spent = on!(conn, |c| {
        let good = Invitation::of_tenant(invitation.tenant_id)
            .filter(rows::id.eq(invitation.id))
            .filter(rows::digest.eq(&invitation.digest))
            .filter(rows::accepted_at.is_null())
            .filter(rows::revoked_at.is_null())
            .filter(rows::expires_at.gt(now));
        diesel::update(good)
            .set((
                rows::accepted_at.eq(now),
                rows::accepted_by.eq(user),
                rows::open_key.eq(None::<String>),
            ))
            .execute(c)
            .await
    })?;
    Ok(spent == 1)
}

/// Revokes an invitation. False if it was accepted or revoked before.
pub(crate) async fn revoke(
    conn: &mut Conn,
    tenant: TenantId,
    id: InvitationId,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let revoked = on!(conn, |c| {
        let open = Invitation::of_tenant(tenant)
            .filter(rows::id.eq(id))
            .filter(rows::accepted_at.is_null())
            .filter(rows::revoked_at.is_null());
        diesel::update(open)
            .set((rows::revoked_at.eq(now), rows::open_key.eq(None::<String>)))
            .execute(c)
            .await
    })?;
    Ok(revoked == 1)
}

/// Revokes what somebody has sent and nobody has accepted, in all tenants: their account is closed
/// or gone.
pub(crate) async fn revoke_sent_by(
    conn: &mut Conn,
    user: UserId,
    now: NaiveDateTime,
) -> QueryResult<usize> {
    on!(conn, |c| {
        let open = rows::table
            .filter(rows::invited_by.eq(user))
            .filter(rows::accepted_at.is_null())
            .filter(rows::revoked_at.is_null());
        diesel::update(open)
            .set((rows::revoked_at.eq(now), rows::open_key.eq(None::<String>)))
            .execute(c)
            .await
    })
}

/// Forgets the address at which somebody was invited who is gone.
pub(crate) async fn forget_address_of(conn: &mut Conn, user: UserId) -> QueryResult<usize> {
    on!(conn, |c| {
        diesel::update(rows::table.filter(rows::accepted_by.eq(user)))
            .set((rows::email.eq(NOBODYS), rows::email_key.eq(NOBODYS)))
            .execute(c)
            .await
    })
}

/// Gives an invitation another secret, another time and whoever answers for it from now on.
pub(crate) async fn renew(conn: &mut Conn, renewed: &Invitation) -> QueryResult<usize> {
    on!(conn, |c| {
        let row = Invitation::of_tenant(renewed.tenant_id).filter(rows::id.eq(renewed.id));
        diesel::update(row)
            .set((
                rows::open_key.eq(&renewed.open_key),
                rows::roles.eq(&renewed.roles),
                rows::invited_by.eq(renewed.invited_by),
                rows::digest.eq(&renewed.digest),
                rows::expires_at.eq(renewed.expires_at),
            ))
            .execute(c)
            .await
    })
}

/// A page of a tenant's invitations, in the order in which they were made; of one state, if one is
/// asked for.
pub(crate) async fn list(
    conn: &mut Conn,
    tenant: TenantId,
    state: Option<InvitationState>,
    now: NaiveDateTime,
    page: &Page<InvitationId>,
) -> QueryResult<Vec<Invitation>> {
    on!(conn, |c| {
        let query = Invitation::of_tenant(tenant)
            .select(Invitation::as_select())
            .into_boxed();
        let query = in_state!(query, state, now);
        keyset!(query, rows::id, page).load(c).await
    })
}

/// How many invitations a tenant has; of one state, if one is asked for.
pub(crate) async fn count(
    conn: &mut Conn,
    tenant: TenantId,
    state: Option<InvitationState>,
    now: NaiveDateTime,
) -> QueryResult<i64> {
    on!(conn, |c| {
        let query = Invitation::of_tenant(tenant).count().into_boxed();
        in_state!(query, state, now).get_result(c).await
    })
}

/// Removes what could not be accepted any more at a time, whatever became of it.
pub(crate) async fn sweep(conn: &mut Conn, before: NaiveDateTime) -> QueryResult<usize> {
    on!(conn, |c| {
        diesel::delete(rows::table.filter(rows::expires_at.lt(before)))
            .execute(c)
            .await
    })
}
