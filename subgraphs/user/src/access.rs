//! Why somebody may do something in a tenant, or may not.

use kit::id::UserId;
use kit::permission::{covers, is_of_platform, is_well_formed};
use kit::{App, Permission, Viewer};

use crate::error::UserError;
use crate::event::MEMBERSHIPS;
use crate::role::{self, Role};
use crate::store::memberships;

/// To see what others may do, and why.
pub(crate) const READ: Permission = Permission("tenant.role:read");

const PERMISSION_BYTES_MAX: usize = 200;

/// Whether somebody may do something, and what says so.
#[derive(Debug)]
pub(crate) struct Explanation {
    pub(crate) permission: String,
    pub(crate) user: UserId,
    /// None where the viewer cannot be told.
    pub(crate) allowed: Option<bool>,
    pub(crate) outcome: Outcome,
    /// Denials first, for they decide.
    pub(crate) reasons: Vec<Reason>,
}

/// What the answer comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Granted,
    Denied,
    NotGranted,
    NotAMember,
    Platform,
}

/// One pattern of one role that covers the permission.
#[derive(Debug, Clone)]
pub(crate) struct Reason {
    pub(crate) denies: bool,
    pub(crate) role: Role,
    /// With its `!` if it denies.
    pub(crate) pattern: String,
}

/// Explains what a user may do in the current tenant: oneself, or others with permission. Somebody
/// who is no member and somebody who does not exist are answered alike.
pub(crate) async fn explain(
    app: &App,
    viewer: &Viewer,
    user: UserId,
    permission: String,
) -> Result<Explanation, UserError> {
    let tenant = viewer.tenant()?;
    if user != viewer.user {
        viewer.require(READ)?;
    }
    if permission.len() > PERMISSION_BYTES_MAX || !is_well_formed(&permission) {
        return Err(UserError::Permission);
    }
    app.events.caught_up(&app.db, MEMBERSHIPS).await?;
    let mut conn = app.db.read().await?;
    let held = memberships::roles_of(&mut conn, tenant, user).await?;
    let Some(held) = held else {
        return Ok(Explanation {
            permission,
            user,
            allowed: Some(false),
            outcome: Outcome::NotAMember,
            reasons: Vec::new(),
        });
    };
    if is_of_platform(&permission) {
        let allowed = (user == viewer.user).then(|| viewer.allows(&permission));
        return Ok(Explanation {
            permission,
            user,
            allowed,
            outcome: Outcome::Platform,
            reasons: Vec::new(),
        });
    }
    let roles = role::of_tenant(&mut conn, tenant, &held).await?;
    let (outcome, reasons) = decide(&roles, &permission);
    Ok(Explanation {
        permission,
        user,
        allowed: Some(outcome == Outcome::Granted),
        outcome,
        reasons,
    })
}

/// What roles together say of a permission, and each pattern that has a say in it.
fn decide(roles: &[Role], permission: &str) -> (Outcome, Vec<Reason>) {
    let mut reasons = roles
        .iter()
        .flat_map(|role| reasons(role, permission))
        .collect::<Vec<_>>();
    reasons.sort_by_key(|reason| !reason.denies);
    let outcome = match reasons.first() {
        None => Outcome::NotGranted,
        Some(reason) if reason.denies => Outcome::Denied,
        Some(_) => Outcome::Granted,
    };
    (outcome, reasons)
}

fn reasons(role: &Role, permission: &str) -> impl Iterator<Item = Reason> {
    role.permissions.iter().filter_map(move |pattern| {
        let denied = pattern.strip_prefix('!');
        let covered = covers(denied.unwrap_or(pattern), permission);
        covered.then(|| Reason {
            denies: denied.is_some(),
            role: role.clone(),
            pattern: pattern.clone(),
        })
    })
}

#[cfg(test)]
mod tests {
    use kit::permission::Grants;
    use kit::role::RoleId;
    use proptest::prelude::*;

    use super::*;

    fn segment() -> impl Strategy<Value = &'static str> {
        prop_oneof![Just("a"), Just("b"), Just("*")]
    }

    fn pattern() -> impl Strategy<Value = String> {
        let resource = prop::collection::vec(segment(), 1..4);
        (any::<bool>(), resource, segment()).prop_map(|(denied, resource, action)| {
            let sign = if denied { "!" } else { "" };
            format!("{sign}{}:{action}", resource.join("."))
        })
    }

    fn role() -> impl Strategy<Value = Role> {
        prop::collection::vec(pattern(), 0..4).prop_map(|permissions| Role {
            id: RoleId::new(),
            tenant: None,
            slug: String::new(),
            name: String::new(),
            description: String::new(),
            permissions,
        })
    }

    fn permission() -> impl Strategy<Value = String> {
        let resource = prop::collection::vec(prop_oneof!["a", "b", "c"], 1..4);
        (resource, prop_oneof!["a", "b", "c"])
            .prop_map(|(resource, action)| format!("{}:{action}", resource.join(".")))
    }

    proptest! {
        #[test]
        fn an_explanation_agrees_with_the_grants(
            roles in prop::collection::vec(role(), 0..4), permission in permission()
        ) {
            let patterns = roles.iter().flat_map(|role| &role.permissions);
            let allowed = Grants::new(patterns).allow(&permission);
            let (outcome, reasons) = decide(&roles, &permission);
            prop_assert_eq!(outcome == Outcome::Granted, allowed);
            let has = |denies| reasons.iter().any(|reason| reason.denies == denies);
            prop_assert_eq!(outcome == Outcome::Denied, has(true));
            prop_assert_eq!(outcome == Outcome::NotGranted, !has(true) && !has(false));
        }
    }
}
