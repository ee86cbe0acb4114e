//! Short names for addresses: `[a-z0-9-]`, made of a tenant's name or chosen.

use crate::error::TenantError;

const MIN: usize = 2;
const MAX: usize = 40;

/// Checks a slug that somebody chose.
pub(crate) fn check(slug: &str) -> Result<(), TenantError> {
    let legal = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
    let well_formed = (MIN..=MAX).contains(&slug.len())
        && slug.bytes().all(legal)
        && !slug.starts_with('-')
        && !slug.ends_with('-');
    match well_formed {
        true => Ok(()),
        false => Err(TenantError::Slug(slug.chars().take(MAX).collect())),
    }
}

/// Makes a slug of a name: letters and digits stay, everything between them becomes one `-`.
pub(crate) fn of_name(name: &str) -> Result<String, TenantError> {
    let words = name
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    let mut slug = words.collect::<Vec<_>>().join("-").to_ascii_lowercase();
    slug.truncate(MAX);
    let slug = slug.trim_end_matches('-');
    match slug.len() {
        MIN.. => Ok(slug.to_owned()),
        _ => Err(TenantError::NoSlug),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_a_slug() {
        for (name, expected) in [
            ("Acme", Some("acme")),
            ("  Acme & Sons, Ltd. ", Some("acme-sons-ltd")),
            ("Bäckerei 7", Some("b-ckerei-7")),
            ("--", None),
            ("株式会社", None),
            ("x", None),
        ] {
            assert_eq!(of_name(name).ok().as_deref(), expected, "{name}");
        }
        let long = of_name(&format!("{} b", "a".repeat(39))).expect("it has letters");
        assert_eq!(long, "a".repeat(39));
    }

    #[test]
    fn what_is_made_of_a_name_is_a_slug() {
        for name in ["Acme", "a  b", "9 lives", &"x ".repeat(90)] {
            check(&of_name(name).expect("it has letters")).expect("it is well-formed");
        }
    }

    #[test]
    fn other_spellings_are_refused() {
        for slug in ["", "a", "-a", "a-", "Acme", "a_b", "a b", &"a".repeat(41)] {
            assert!(check(slug).is_err(), "{slug}");
        }
    }
}
