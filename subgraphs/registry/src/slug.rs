//! Slugs: the name of a service in addresses and permissions.

/// Longest slug.
pub(crate) const CHARS_MAX: usize = 60;

/// Whether a text can be a slug: lower-case letters, digits and single dashes in between.
pub(crate) fn is_slug(text: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    text.len() <= CHARS_MAX && text.split('-').all(part)
}

/// The slug of a name; `None` when the name has no letter or digit to make one of.
pub(crate) fn of_name(name: &str) -> Option<String> {
    let mut slug = String::new();
    for c in name.chars().filter(|c| *c != '\'' && *c != '’') {
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(CHARS_MAX);
    let slug = slug.trim_end_matches('-');
    (!slug.is_empty()).then(|| slug.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_slugs() {
        for (name, slug) in [
            ("Help Desk", Some("help-desk")),
            (
                "GitHub's official OpenAPI spec + Octokit extension",
                Some("githubs-official-openapi-spec-octokit-extension"),
            ),
            ("  --A__b!! ", Some("a-b")),
            ("日本", None),
            ("", None),
        ] {
            assert_eq!(of_name(name).as_deref(), slug, "{name}");
        }
        let long = of_name(&"ab ".repeat(50)).expect("letters");
        assert!(is_slug(&long), "{long}");
    }

    #[test]
    fn slugs_are_told_from_other_text() {
        for slug in ["a", "help-desk", "v2", "0"] {
            assert!(is_slug(slug), "{slug}");
        }
        for text in [
            "",
            "-a",
            "a-",
            "a--b",
            "A",
            "a_b",
            "a.b",
            "ä",
            &"a".repeat(61),
        ] {
            assert!(!is_slug(text), "{text}");
        }
    }
}
