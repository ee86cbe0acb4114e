//! Permissions: `resource(.sub)*:action`, granted by patterns whose `*` stands for whole segments.

use std::fmt;

use crate::{Code, Coded};

/// What an operation requires, for example `service:register`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Permission(pub &'static str);

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// A refusal that the viewer may know about.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// Nobody is signed in.
    #[error("sign in first: send `Authorization: Bearer <access token>`")]
    SignedOut,
    /// The viewer lacks a permission.
    #[error("this needs the permission `{0}`, which none of your roles grants")]
    Lacks(String),
    /// The session has no current tenant.
    #[error("this session has no current tenant; choose one with `switchTenant`")]
    NoTenant,
}

impl Coded for Denied {
    fn code(&self) -> Code {
        match self {
            Self::SignedOut => Code::Unauthenticated,
            Self::Lacks(_) | Self::NoTenant => Code::Forbidden,
        }
    }
}

/// The grants that a viewer holds in the current tenant.
///
/// A grant is a pattern: `service.*:read` covers `service.billing:read`. A `*` stands for exactly
/// one segment, and as the last segment of the resource for one or more; it never matches a part of
/// a segment. A grant that begins with `!` denies, and a denial wins over every grant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grants {
    allow: Vec<String>,
    deny: Vec<String>,
}

impl Grants {
    /// Sorts patterns into grants and denials.
    pub fn new(patterns: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let mut grants = Self::default();
        for pattern in patterns {
            match pattern.as_ref().strip_prefix('!') {
                Some(denied) => grants.deny.push(denied.to_owned()),
                None => grants.allow.push(pattern.as_ref().to_owned()),
            }
        }
        grants
    }

    /// Whether the permission is granted and not denied.
    pub fn allow(&self, permission: &str) -> bool {
        let covered = |patterns: &[String]| patterns.iter().any(|p| covers(p, permission));
        covered(&self.allow) && !covered(&self.deny)
    }

    /// The patterns, denials with their `!`.
    pub fn patterns(&self) -> impl Iterator<Item = String> + '_ {
        let denied = self.deny.iter().map(|pattern| format!("!{pattern}"));
        self.allow.iter().cloned().chain(denied)
    }
}

/// Whether a text is a well-formed permission: `resource(.sub)*:action` in `[a-z0-9_-]`.
pub fn is_well_formed(permission: &str) -> bool {
    let segment = |text: &str| {
        let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
        !text.is_empty() && text.chars().all(legal)
    };
    permission
        .split_once(':')
        .is_some_and(|(resource, action)| resource.split('.').all(segment) && segment(action))
}

fn covers(pattern: &str, permission: &str) -> bool {
    let (Some((resource, action)), Some((wanted_resource, wanted_action))) =
        (pattern.split_once(':'), permission.split_once(':'))
    else {
        return false;
    };
    let same = |pattern: &str, wanted: &str| pattern == "*" || pattern == wanted;
    if !same(action, wanted_action) {
        return false;
    }

    let mut wanted = wanted_resource.split('.');
    let mut segments = resource.split('.').peekable();
    while let Some(segment) = segments.next() {
        match wanted.next() {
            Some(_) if segment == "*" && segments.peek().is_none() => return true,
            Some(found) if same(segment, found) => {}
            _ => return false,
        }
    }
    wanted.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_whole_segments_only() {
        for (pattern, permission, expected) in [
            ("*:*", "service.billing:read", true),
            ("service.*:read", "service.billing:read", true),
            ("service.*:read", "service.billing.invoice:read", true),
            ("service.*:read", "service:read", false),
            ("service.*:read", "service.billing:write", false),
            (
                "service.*.invoice:read",
                "service.billing.invoice:read",
                true,
            ),
            (
                "service.*.invoice:read",
                "service.billing.order:read",
                false,
            ),
            ("user:*", "username:read", false),
            ("user:*", "user:read", true),
            ("service.bill*:read", "service.billing:read", false),
            ("service", "service:read", false),
        ] {
            assert_eq!(
                covers(pattern, permission),
                expected,
                "{pattern} on {permission}"
            );
        }
    }

    #[test]
    fn a_denial_wins() {
        let grants = Grants::new(["*:*", "!service.billing:write"]);
        assert!(grants.allow("service.billing:read"));
        assert!(!grants.allow("service.billing:write"));
    }
}
