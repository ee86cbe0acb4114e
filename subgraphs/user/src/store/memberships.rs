//! Who belongs to which tenant in which roles, kept from the tenants' events.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kit::id::{TenantId, UserId};
use kit::role::RoleId;
use kit::{Conn, insert_all, on};

use crate::tables::{user_tenant_roles as held, user_tenants as rows};

/// That a user belongs to a tenant.
#[derive(Debug, Insertable)]
#[diesel(table_name = rows)]
pub(crate) struct Membership {
    pub(crate) tenant_id: TenantId,
    pub(crate) user_id: UserId,
    /// Slug of the first role, for processes of the version before.
    pub(crate) role: String,
}

#[derive(Insertable)]
#[diesel(table_name = held)]
struct Held {
    tenant_id: TenantId,
    user_id: UserId,
    role_id: RoleId,
}

impl Membership {
    /// The tenants among these that a user belongs to.
    pub(crate) async fn tenants_of(
        conn: &mut Conn,
        user: UserId,
        tenants: &[TenantId],
    ) -> QueryResult<Vec<TenantId>> {
        on!(conn, |c| {
            rows::table
                .filter(rows::user_id.eq(user))
                .filter(rows::tenant_id.eq_any(tenants))
                .select(rows::tenant_id)
                .load(c)
                .await
        })
    }

    /// Adds a membership with these roles, or replaces what was known of it.
    pub(crate) async fn save(&self, conn: &mut Conn, roles: &[RoleId]) -> QueryResult<()> {
        on!(conn, |c| {
            diesel::replace_into(rows::table)
                .values(self)
                .execute(c)
                .await
        })?;
        forget_roles(conn, self.tenant_id, self.user_id).await?;
        let held = roles.iter().map(|&role_id| Held {
            tenant_id: self.tenant_id,
            user_id: self.user_id,
            role_id,
        });
        let held = held.collect::<Vec<_>>();
        insert_all!(conn, held::table, held)?;
        Ok(())
    }
}

/// Ends a membership.
pub(crate) async fn delete(conn: &mut Conn, tenant: TenantId, user: UserId) -> QueryResult<()> {
    on!(conn, |c| {
        diesel::delete(rows::table.find((tenant, user)))
            .execute(c)
            .await
    })?;
    forget_roles(conn, tenant, user).await
}

/// The roles that a user holds in a tenant; none for strangers.
pub(crate) async fn roles_of(
    conn: &mut Conn,
    tenant: TenantId,
    user: UserId,
) -> QueryResult<Option<Vec<RoleId>>> {
    let on_roles = held::tenant_id
        .eq(rows::tenant_id)
        .and(held::user_id.eq(rows::user_id));
    let found: Vec<Option<RoleId>> = on!(conn, |c| {
        rows::table
            .left_join(held::table.on(on_roles))
            .filter(rows::tenant_id.eq(tenant))
            .filter(rows::user_id.eq(user))
            .select(held::role_id.nullable())
            .load(c)
            .await
    })?;
    Ok((!found.is_empty()).then(|| found.into_iter().flatten().collect()))
}

/// How many members of a tenant hold a role.
pub(crate) async fn count_holders(
    conn: &mut Conn,
    tenant: TenantId,
    role: RoleId,
) -> QueryResult<i64> {
    on!(conn, |c| {
        held::table
            .filter(held::tenant_id.eq(tenant))
            .filter(held::role_id.eq(role))
            .count()
            .get_result(c)
            .await
    })
}

async fn forget_roles(conn: &mut Conn, tenant: TenantId, user: UserId) -> QueryResult<()> {
    let of_member = held::table
        .filter(held::tenant_id.eq(tenant))
        .filter(held::user_id.eq(user));
    on!(conn, |c| diesel::delete(of_member).execute(c).await)?;
    Ok(())
}
