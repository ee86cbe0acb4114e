//! Permissions: `resource(.sub)*:action`, granted by patterns whose `*` stands for whole segments.

mod catalogue;
mod confer;

use std::fmt;

pub use catalogue::{Catalogue, Described, Entry};
pub use confer::{Excess, is_of_platform};

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
    /// Only somebody who has just proven who they are may do this.
    #[error("this needs a fresh proof of who you are: call `reauthenticate`, then try again")]
    NotRecent,
    /// An API key may not do this, whatever its scopes.
    #[error("an API key cannot do this; sign in with `login`")]
    NoSession,
}

impl Coded for Denied {
    fn code(&self) -> Code {
        match self {
            Self::SignedOut => Code::Unauthenticated,
            Self::NotRecent => Code::ReauthenticationRequired,
            Self::Lacks(_) | Self::NoTenant | Self::NoSession => Code::Forbidden,
        }
    }
}

/// The grants that a viewer holds in the current tenant.
///
/// A grant is a pattern: `service.*:read` covers `service.billing:read`. A `*` stands for exactly
/// one segment, and as the last segment of the resource for one or more; it never matches a part of
/// a segment. A grant that begins with `!` denies, and a denial wins over every grant.
///
/// Grants may be limited to scopes, as those of an API key are: what no scope covers is not
/// granted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grants {
    allow: Vec<String>,
    deny: Vec<String>,
    scopes: Option<Vec<String>>,
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

    /// The same grants, as far as one of these patterns covers them.
    #[must_use]
    pub fn within(self, scopes: Option<Vec<String>>) -> Self {
        Self { scopes, ..self }
    }

    /// Whether the permission is granted and not denied.
    pub fn allow(&self, permission: &str) -> bool {
        let covered = |patterns: &[String]| patterns.iter().any(|p| covers(p, permission));
        let in_scope = self.scopes.as_deref().is_none_or(covered);
        in_scope && covered(&self.allow) && !covered(&self.deny)
    }

    /// Whether every permission that the pattern covers is granted. Denials are left out of this:
    /// whoever hands the pattern on hands [`denials`](Self::denials) on with it.
    pub fn allow_all(&self, pattern: &str) -> bool {
        let covered = |patterns: &[String]| patterns.iter().any(|p| includes(p, pattern));
        self.scopes.as_deref().is_none_or(covered) && covered(&self.allow)
    }

    /// What is denied, as patterns with their `!`.
    pub fn denials(&self) -> impl Iterator<Item = String> + '_ {
        self.deny.iter().map(|pattern| format!("!{pattern}"))
    }

    /// The patterns that the grants are limited to, if they are.
    pub fn scopes(&self) -> Option<&[String]> {
        self.scopes.as_deref()
    }

    /// The patterns, denials with their `!`.
    pub fn patterns(&self) -> impl Iterator<Item = String> + '_ {
        self.allow.iter().cloned().chain(self.denials())
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

/// Whether a text is a well-formed pattern of permissions, without the `!` of a denial.
pub fn is_well_formed_pattern(pattern: &str) -> bool {
    let plain = pattern.replace('*', "x");
    let is_whole = |segment: &str| segment == "*" || !segment.contains('*');
    pattern.split(['.', ':']).all(is_whole) && is_well_formed(&plain)
}

/// Whether a pattern covers everything that another one covers. A star of the other one is covered
/// by a star only: as a segment it stands for any.
fn includes(pattern: &str, other: &str) -> bool {
    let ends_open = |pattern: &str| {
        let resource = pattern.split(':').next().unwrap_or_default();
        resource == "*" || resource.ends_with(".*")
    };
    // The last star of the other one stands for several segments, too.
    covers(pattern, other) && (!ends_open(other) || ends_open(pattern))
}

/// Whether a permission can be thought of that both patterns cover.
fn overlap(one: &str, other: &str) -> bool {
    let (Some((resource, action)), Some((other_resource, other_action))) =
        (one.split_once(':'), other.split_once(':'))
    else {
        return false;
    };
    let actions = action == "*" || other_action == "*" || action == other_action;
    let mut resource = resource.split('.').peekable();
    let mut other = other_resource.split('.').peekable();
    while let (Some(one_segment), Some(other_segment)) = (resource.next(), other.next()) {
        let is_open = |segment, is_last: bool| segment == "*" && is_last;
        if is_open(one_segment, resource.peek().is_none())
            || is_open(other_segment, other.peek().is_none())
        {
            return actions;
        }
        if one_segment != "*" && other_segment != "*" && one_segment != other_segment {
            return false;
        }
        if resource.peek().is_none() && other.peek().is_none() {
            return actions;
        }
    }
    false
}

/// Whether a pattern covers a permission.
pub fn covers(pattern: &str, permission: &str) -> bool {
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
    fn a_pattern_includes_what_is_narrower() {
        for (pattern, other, expected) in [
            ("*:*", "service.*:read", true),
            ("*:*", "*:*", true),
            ("service.*:read", "service.*:read", true),
            ("service.*:read", "service.billing.*:read", true),
            ("service.*:read", "*:read", false),
            ("service.*.order:read", "service.*:read", false),
            ("service.*.order:read", "service.*.order:read", true),
            ("service:read", "service:*", false),
            ("service:*", "service:read", true),
            ("service.billing:read", "service.*:read", false),
        ] {
            assert_eq!(includes(pattern, other), expected, "{pattern} of {other}");
        }
    }

    #[test]
    fn a_pattern_has_whole_segments() {
        for good in ["*:*", "service.*:read", "service:*", "user:read", "a.*.b:c"] {
            assert!(is_well_formed_pattern(good), "{good}");
        }
        for bad in [
            "",
            "*",
            "service",
            "serv*:read",
            "service.:read",
            "!a:b",
            "a:b:c",
            "**:x",
            "A:b",
        ] {
            assert!(!is_well_formed_pattern(bad), "{bad}");
        }
    }

    #[test]
    fn scopes_only_take_away() {
        let grants = Grants::new(["service.*:read", "user:read", "!service.payroll:read"]);
        let limited = grants.within(Some(vec!["service.*:*".to_owned()]));
        assert!(limited.allow("service.billing:read"));
        assert!(!limited.allow("service.billing:write"));
        assert!(!limited.allow("service.payroll:read"));
        assert!(!limited.allow("user:read"));
        assert!(limited.allow_all("service.billing.*:read"));
        assert!(!limited.allow_all("user:read"));
    }

    #[test]
    fn a_denial_wins() {
        let grants = Grants::new(["*:*", "!service.billing:write"]);
        assert!(grants.allow("service.billing:read"));
        assert!(!grants.allow("service.billing:write"));
    }
}
