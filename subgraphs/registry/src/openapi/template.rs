//! Path templates: what a path with variables in braces may look like.

use std::collections::HashSet;

use percent_encoding::percent_decode_str;

/// What is wrong with a path template, as the end of a sentence about it; nothing if it is sound.
pub(crate) fn fault(path: &str) -> Option<String> {
    if !path.starts_with('/') {
        return Some("must begin with a slash".to_owned());
    }
    if path.contains(|c: char| matches!(c, '?' | '#' | '\\') || c.is_whitespace() || c.is_control())
    {
        return Some(
            "must have no query, fragment, backslash, space or control character".to_owned(),
        );
    }
    if path.split('/').any(is_dots) {
        return Some("must have no segment `.` or `..`".to_owned());
    }
    braces(path)
}

/// Whether a segment leads to the same place or out of it, however it is spelled.
fn is_dots(segment: &str) -> bool {
    let decoded: Vec<u8> = percent_decode_str(segment).collect();
    matches!(decoded.as_slice(), b"." | b"..")
}

fn braces(path: &str) -> Option<String> {
    let mut seen = HashSet::new();
    let mut rest = path;
    while let Some(at) = rest.find(['{', '}']) {
        if rest[at..].starts_with('}') {
            return Some("has a `}` without a `{`".to_owned());
        }
        let inside = &rest[at + 1..];
        let Some(end) = inside
            .find(['{', '}', '/'])
            .filter(|&end| inside[end..].starts_with('}'))
        else {
            return Some("has a `{` without a `}` in the same segment".to_owned());
        };
        let name = &inside[..end];
        if name.is_empty() {
            return Some("has a variable without a name, `{}`".to_owned());
        }
        if !seen.insert(name) {
            return Some(format!("has the variable `{{{name}}}` twice"));
        }
        rest = &inside[end + 1..];
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sound_paths_pass() {
        for path in [
            "/",
            "/a/b/",
            "/a/{x}",
            "/a/{x}/{y}:cancel",
            "/repos/{owner}/{repo}/compare/{base}...{head}",
            "/users('{id}')",
            "/.well-known/a..b",
            "/ä",
        ] {
            assert_eq!(fault(path), None, "{path}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_path_is_named() {
        for (path, expected) in [
            ("a", "must begin with a slash"),
            ("/a?b", "must have no query"),
            ("/a#b", "must have no query"),
            ("/a b", "must have no query"),
            ("/a\\b", "must have no query"),
            ("/../etc", "must have no segment"),
            ("/a/.", "must have no segment"),
            ("/a/%2E%2e/b", "must have no segment"),
            ("/a/{x", "has a `{` without"),
            ("/a/{x/y}", "has a `{` without"),
            ("/a/{{x}}", "has a `{` without"),
            ("/a/x}", "has a `}` without"),
            ("/a/{}", "has a variable without a name"),
            ("/a/{x}/{x}", "has the variable `{x}` twice"),
        ] {
            let found = fault(path).unwrap_or_default();
            assert!(found.starts_with(expected), "{path}: {found}");
        }
    }
}
