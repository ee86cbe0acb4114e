//! Roles: named sets of grants that a member holds in a tenant. These are built in and the same
//! everywhere, so they are constants and no rows.

use kit::error::StorageError;
use kit::id::TenantId;
use kit::{Conn, typed_id};
use uuid::Uuid;

typed_id!(
    /// A role.
    RoleId, "role");

/// A role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Role {
    pub(crate) id: RoleId,
    pub(crate) slug: &'static str,
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    pub(crate) permissions: &'static [&'static str],
}

/// The built-in roles, the most powerful first. Their ids never change: they are in clients' caches.
pub(crate) const BUILT_IN: [Role; 4] = [
    Role {
        id: id(1),
        slug: "owner",
        name: "Owner",
        description: "May do everything in the tenant.",
        permissions: &["*:*"],
    },
    Role {
        id: id(2),
        slug: "admin",
        name: "Administrator",
        description: "May do everything except end the tenant or give it away.",
        permissions: &["*:*", "!tenant:delete", "!tenant:transfer"],
    },
    Role {
        id: id(3),
        slug: "member",
        name: "Member",
        description: "Uses the services, submits their forms, and sees who else does.",
        permissions: &[
            "service:read",
            "service.*:read",
            "service.*:write",
            "user:read",
            "tenant.member:read",
            "event:read",
            "notification:read",
        ],
    },
    Role {
        id: id(4),
        slug: "viewer",
        name: "Viewer",
        description: "Sees the services and changes nothing.",
        permissions: &["service:read", "service.*:read", "notification:read"],
    },
];

/// A UUIDv7 of the first millisecond of 2025, so that it sorts before every id that was drawn.
const fn id(number: u128) -> RoleId {
    const FIRST_MILLISECOND: u128 = 1_735_689_600_000;
    let version_7 = 0x7000 << 64;
    let variant = 0x8 << 60;
    RoleId::from_uuid(Uuid::from_u128(
        (FIRST_MILLISECOND << 80) | version_7 | variant | number,
    ))
}

impl Role {
    pub(crate) fn find(id: RoleId) -> Option<Self> {
        BUILT_IN.into_iter().find(|role| role.id == id)
    }

    pub(crate) fn find_by_slug(slug: &str) -> Option<Self> {
        BUILT_IN.into_iter().find(|role| role.slug == slug)
    }
}

/// What a role of a tenant grants, as patterns; nothing if there is no such role.
///
/// It takes a connection and the tenant because tenants are to define roles of their own, which
/// will be rows; the built-in ones need neither.
pub async fn grants_of_role(
    _conn: &mut Conn,
    _tenant: TenantId,
    slug: &str,
) -> Result<Vec<String>, StorageError> {
    let role = Role::find_by_slug(slug);
    let permissions = role.map_or(&[][..], |role| role.permissions);
    Ok(permissions
        .iter()
        .map(|&pattern| pattern.to_owned())
        .collect())
}

#[cfg(test)]
mod tests {
    use kit::permission::Grants;

    use super::*;

    fn allows(slug: &str, permission: &str) -> bool {
        let role = Role::find_by_slug(slug).expect("built in");
        Grants::new(role.permissions).allow(permission)
    }

    #[test]
    fn a_role_keeps_its_id() {
        let ids = BUILT_IN.map(|role| role.id.to_string());
        assert_eq!(
            ids,
            [
                "role_01jgfjjz00e008000000000001",
                "role_01jgfjjz00e008000000000002",
                "role_01jgfjjz00e008000000000003",
                "role_01jgfjjz00e008000000000004",
            ]
        );
        for role in BUILT_IN {
            assert_eq!(role.id.uuid().get_version_num(), 7);
            assert_eq!(Role::find(role.id), Some(role));
        }
    }

    #[test]
    fn each_role_may_do_what_it_is_for() {
        // Each row: a permission, and whether owner, admin, member and viewer have it.
        for (permission, expected) in [
            ("tenant:delete", [true, false, false, false]),
            ("tenant:manage", [true, true, false, false]),
            ("tenant.member:manage", [true, true, false, false]),
            ("service:register", [true, true, false, false]),
            ("service:subscribe", [true, true, false, false]),
            ("tenant.member:read", [true, true, true, false]),
            ("user:read", [true, true, true, false]),
            ("event:read", [true, true, true, false]),
            ("service.billing:write", [true, true, true, false]),
            ("notification:read", [true, true, true, true]),
            ("service:read", [true, true, true, true]),
            ("service.billing:read", [true, true, true, true]),
        ] {
            let actual = ["owner", "admin", "member", "viewer"].map(|it| allows(it, permission));
            assert_eq!(actual, expected, "{permission}");
        }
    }
}
