//! The rows of people, their roles and their tenants.

use serde_json::json;

use super::Outsider::{Blind, Elsewhere};
use super::{Case, MUTATION, QUERY, case, none, refused};

/// What is about people and tenants.
pub(super) const CASES: &[Case] = &[
    // user
    case(
        QUERY,
        "viewer",
        "{ viewer { id name email memberships { id } currentTenant { id } } }",
        none,
        Elsewhere,
    ),
    case(
        QUERY,
        "user",
        "query ($id: ID!) { user(id: $id) { id name email memberships { id } } }",
        |ids| json!({ "id": ids.user }),
        Blind,
    ),
    case(
        QUERY,
        "users",
        "{ users(first: 100) { totalCount nodes { id name email } } }",
        none,
        Elsewhere,
    ),
    case(
        QUERY,
        "roles",
        "{ roles { id slug permissions } }",
        none,
        Elsewhere,
    ),
    case(
        QUERY,
        "role",
        "query ($id: ID!) { role(id: $id) { id slug permissions } }",
        |ids| json!({ "id": ids.role }),
        Blind,
    ),
    case(
        QUERY,
        "permissions",
        "{ permissions { name } }",
        none,
        Elsewhere,
    ),
    refused(
        "FORBIDDEN",
        case(
            QUERY,
            "explainAccess",
            "query ($id: ID!) { explainAccess(userId: $id, permission: \"user:read\") { allowed outcome user { id } reasons { pattern } } }",
            |ids| json!({ "id": ids.user }),
            Blind,
        ),
    ),
    refused(
        "FORBIDDEN",
        case(
            MUTATION,
            "createRole",
            "mutation { createRole(input: { slug: \"x-1\", name: \"x\", permissions: [\"user:read\"] }) { role { slug } } }",
            none,
            Elsewhere,
        ),
    ),
    refused(
        "FORBIDDEN",
        case(
            MUTATION,
            "updateRole",
            "mutation ($id: ID!) { updateRole(input: { roleId: $id, name: \"x\" }) { role { id } } }",
            |ids| json!({ "id": ids.role }),
            Blind,
        ),
    ),
    refused(
        "FORBIDDEN",
        case(
            MUTATION,
            "deleteRole",
            "mutation ($id: ID!) { deleteRole(input: { roleId: $id }) { deletedRoleId } }",
            |ids| json!({ "id": ids.role }),
            Blind,
        ),
    ),
    refused(
        "FORBIDDEN",
        case(
            MUTATION,
            "updateUser",
            "mutation ($id: ID!) { updateUser(input: { userId: $id, name: \"x\" }) { user { id } } }",
            |ids| json!({ "id": ids.user }),
            Blind,
        ),
    ),
    // tenant
    case(
        QUERY,
        "tenants",
        "{ tenants { totalCount nodes { id slug } } }",
        none,
        Elsewhere,
    ),
    case(
        QUERY,
        "tenant",
        "query ($id: ID!) { tenant(id: $id) { id name members { nodes { id } } invitations { nodes { id email } } services { nodes { id } } availableServices { nodes { id } } roles { id } } }",
        |ids| json!({ "id": ids.tenant }),
        Blind,
    ),
    case(
        QUERY,
        "tenantBySlug",
        "query ($slug: String!) { tenantBySlug(slug: $slug) { id name } }",
        |ids| json!({ "slug": ids.tenant_slug }),
        Blind,
    ),
    case(
        MUTATION,
        "createTenant",
        "mutation { createTenant(input: { name: \"x\", slug: \"owned\" }) { tenant { id } } }",
        none,
        Elsewhere,
    ),
    case(
        MUTATION,
        "retryTenantProvisioning",
        "mutation ($id: ID!) { retryTenantProvisioning(input: { tenantId: $id }) { tenant { id } } }",
        |ids| json!({ "id": ids.tenant }),
        Blind,
    ),
    refused(
        "FORBIDDEN",
        case(
            MUTATION,
            "addTenantMember",
            "mutation ($tenant: ID!, $user: ID!) { addTenantMember(input: { tenantId: $tenant, userId: $user, role: \"owner\" }) { membership { id } } }",
            |ids| json!({ "tenant": ids.tenant, "user": ids.user }),
            Blind,
        ),
    ),
    refused(
        "FORBIDDEN",
        case(
            MUTATION,
            "updateTenantMember",
            "mutation ($tenant: ID!, $user: ID!) { updateTenantMember(input: { tenantId: $tenant, userId: $user, roles: [\"viewer\"] }) { membership { id } } }",
            |ids| json!({ "tenant": ids.tenant, "user": ids.user }),
            Blind,
        ),
    ),
    refused(
        "FORBIDDEN",
        case(
            MUTATION,
            "removeTenantMember",
            "mutation ($tenant: ID!, $user: ID!) { removeTenantMember(input: { tenantId: $tenant, userId: $user }) { removedMembershipId } }",
            |ids| json!({ "tenant": ids.tenant, "user": ids.user }),
            Blind,
        ),
    ),
    refused(
        "FORBIDDEN",
        case(
            MUTATION,
            "subscribeToService",
            "mutation ($id: ID!) { subscribeToService(input: { serviceId: $id }) { tenantService { id } } }",
            |ids| json!({ "id": ids.service }),
            Blind,
        ),
    ),
];
