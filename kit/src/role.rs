//! The roles that every tenant has. Who holds one is the tenants' to know, what a tenant adds of
//! its own is the users'; both speak of these, so they are here.

use uuid::Uuid;

use crate::typed_id;

typed_id!(
    /// A named set of grants that members of a tenant hold.
    RoleId, "role");

/// A role that comes with the platform. It is the same everywhere, so it is a constant and no row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuiltIn {
    /// Never changes: it is in clients' caches and in memberships.
    pub id: RoleId,
    /// Its name in inputs.
    pub slug: &'static str,
    /// What it is called.
    pub name: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// What it grants, as patterns.
    pub permissions: &'static [&'static str],
}

/// The owner's role. There is always somebody who holds it, and they hold no other.
pub const OWNER: BuiltIn = BuiltIn {
    id: id(1),
    slug: "owner",
    name: "Owner",
    description: "May do everything in the tenant.",
    permissions: &["*:*"],
};

/// The built-in roles, the most powerful first.
pub const BUILT_IN: [BuiltIn; 4] = [
    OWNER,
    BuiltIn {
        id: id(2),
        slug: "admin",
        name: "Administrator",
        description: "May do everything except end the tenant or give it away.",
        permissions: &["*:*", "!tenant:delete", "!tenant:transfer"],
    },
    BuiltIn {
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
    BuiltIn {
        id: id(4),
        slug: "viewer",
        name: "Viewer",
        description: "Sees the services and changes nothing.",
        permissions: &["service:read", "service.*:read", "notification:read"],
    },
];

impl BuiltIn {
    /// The built-in role with this id.
    pub fn find(id: RoleId) -> Option<Self> {
        BUILT_IN.into_iter().find(|role| role.id == id)
    }

    /// The built-in role with this slug.
    pub fn find_by_slug(slug: &str) -> Option<Self> {
        BUILT_IN.into_iter().find(|role| role.slug == slug)
    }
}

/// A UUIDv7 of the first millisecond of 2025, so that it sorts before every id that was drawn.
const fn id(number: u128) -> RoleId {
    const FIRST_MILLISECOND: u128 = 1_735_689_600_000;
    let version_7 = 0x7000 << 64;
    let variant = 0x8 << 60;
    RoleId::from_uuid(Uuid::from_u128(
        (FIRST_MILLISECOND << 80) | version_7 | variant | number,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::permission::Grants;

    fn allows(slug: &str, permission: &str) -> bool {
        let role = BuiltIn::find_by_slug(slug).expect("built in");
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
            assert_eq!(BuiltIn::find(role.id), Some(role));
        }
    }

    #[test]
    fn each_role_may_do_what_it_is_for() {
        // Each row: a permission, and whether owner, admin, member and viewer have it.
        for (permission, expected) in [
            ("tenant:delete", [true, false, false, false]),
            ("tenant:manage", [true, true, false, false]),
            ("tenant.member:manage", [true, true, false, false]),
            ("tenant.role:manage", [true, true, false, false]),
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
