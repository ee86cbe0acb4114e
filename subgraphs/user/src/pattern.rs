//! What can be written into a role: patterns of permissions that there are.

use kit::permission::{Catalogue, is_of_platform, is_well_formed_pattern};

use crate::error::UserError;

/// Patterns of one role.
pub(crate) const PATTERNS_MAX: usize = 200;
/// Bytes of all patterns of one role: what a member may do travels with every request.
pub(crate) const BYTES_MAX: usize = 8 << 10;
const PATTERN_BYTES_MAX: usize = 100;

/// Checks the patterns of a role, and leaves out what is said twice.
pub(crate) fn check(
    catalogue: &Catalogue,
    patterns: Vec<String>,
) -> Result<Vec<String>, UserError> {
    let mut checked: Vec<String> = Vec::new();
    for pattern in patterns {
        if checked.contains(&pattern) {
            continue;
        }
        if checked.len() == PATTERNS_MAX {
            return Err(UserError::PatternCount);
        }
        check_one(catalogue, &pattern)?;
        checked.push(pattern);
    }
    let bytes = checked.iter().map(String::len).sum::<usize>();
    match checked.is_empty() || bytes > BYTES_MAX {
        true => Err(UserError::PatternCount),
        false => Ok(checked),
    }
}

fn check_one(catalogue: &Catalogue, pattern: &str) -> Result<(), UserError> {
    let plain = pattern.strip_prefix('!').unwrap_or(pattern);
    if plain.len() > PATTERN_BYTES_MAX || !is_well_formed_pattern(plain) {
        return Err(UserError::Pattern(plain.chars().take(60).collect()));
    }
    if is_of_platform(plain) {
        return Err(UserError::PlatformPattern);
    }
    match catalogue.knows(plain) {
        true => Ok(()),
        false => Err(UserError::UnknownPattern {
            pattern: plain.to_owned(),
            nearest: nearest(catalogue, plain),
        }),
    }
}

/// The permission that was most likely meant.
fn nearest(catalogue: &Catalogue, pattern: &str) -> String {
    let names = catalogue
        .entries()
        .iter()
        .map(|entry| entry.described.permission.0);
    let names = names.filter(|name| !is_of_platform(name));
    let nearest = names.min_by_key(|name| strsim::damerau_levenshtein(name, pattern));
    nearest.unwrap_or("*:*").to_owned()
}

#[cfg(test)]
mod tests {
    use kit::Permission;
    use kit::permission::Described;

    use super::*;

    fn checked(patterns: &[&str]) -> Result<Vec<String>, UserError> {
        let described = |name| Described::new(Permission(name), "Things", "Does something.");
        let names = ["tenant.member:read", "user:read", "platform:read"];
        let catalogue = Catalogue::new([("user", names.map(described).into())]);
        let patterns = patterns.iter().map(|&pattern| pattern.to_owned());
        check(&catalogue, patterns.collect())
    }

    #[test]
    fn patterns_of_what_there_is_are_kept_once() {
        let kept = checked(&[
            "user:read",
            "!tenant.*:*",
            "user:read",
            "service.desk:close",
        ]);
        assert_eq!(
            kept.expect("fine"),
            ["user:read", "!tenant.*:*", "service.desk:close"]
        );
    }

    #[test]
    fn other_patterns_are_refused_with_a_hint() {
        for (wrong, hint) in [
            ("users:read", "`user:read`"),
            ("!tenant.membre:read", "`tenant.member:read`"),
            ("User:read", "no permission"),
            ("platform:read", "platform"),
            ("!platform.*:*", "platform"),
            (&"a".repeat(101), "no permission"),
        ] {
            let refused = checked(&[wrong]).expect_err(wrong).to_string();
            assert!(refused.contains(hint), "{wrong}: {refused}");
        }
        assert!(checked(&[]).is_err());
        let many = (0..201).map(|n| format!("service.s{n}:read"));
        let many = many.collect::<Vec<_>>();
        let many = many.iter().map(String::as_str).collect::<Vec<_>>();
        assert!(checked(&many[..200]).is_ok());
        assert!(checked(&many).is_err());
        let long = (0..99).map(|n| format!("service.{n}{}:read", "x".repeat(75)));
        let long = long.collect::<Vec<_>>();
        let long = long.iter().map(String::as_str).collect::<Vec<_>>();
        assert!(checked(&long).is_err());
    }
}
