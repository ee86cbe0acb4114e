//! Labels for people, made from the names that programs use.

/// Abbreviations that keep their capitals in a label.
const ABBREVIATIONS: [&str; 24] = [
    "api", "css", "cvss", "dns", "gpg", "html", "http", "https", "id", "ip", "json", "oauth", "os",
    "otp", "pdf", "saml", "sha", "sql", "ssh", "ssl", "tls", "uri", "url", "uuid",
];

/// Turns `per_page`, `userID` or `X-Request-Id` into `Per page`, `User ID`, `X request ID`.
pub fn from_name(name: &str) -> String {
    let mut label = String::with_capacity(name.len() + 4);
    for word in words(name) {
        let lower = word.to_lowercase();
        if !label.is_empty() {
            label.push(' ');
        }
        if ABBREVIATIONS.contains(&lower.as_str()) {
            label.push_str(&lower.to_uppercase());
        } else if label.is_empty() {
            let mut letters = lower.chars();
            label.extend(letters.next().into_iter().flat_map(char::to_uppercase));
            label.push_str(letters.as_str());
        } else {
            label.push_str(&lower);
        }
    }
    if label.is_empty() {
        name.to_owned()
    } else {
        label
    }
}

fn words(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut words = vec![String::new()];
    for (at, &letter) in letters.iter().enumerate() {
        if !letter.is_alphanumeric() {
            words.push(String::new());
            continue;
        }
        if starts_word(&letters, at) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(letter);
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// A capital starts a word after a small letter (`userId`) and before one (`HTTPServer`).
fn starts_word(letters: &[char], at: usize) -> bool {
    let before = at.checked_sub(1).map(|before| letters[before]);
    let after = letters.get(at + 1);
    letters[at].is_uppercase()
        && before.is_some_and(|before| {
            before.is_lowercase()
                || before.is_numeric()
                || before.is_uppercase() && after.is_some_and(|after| after.is_lowercase())
        })
}

#[cfg(test)]
mod tests {
    use super::from_name;

    #[test]
    fn names_become_labels() {
        for (name, label) in [
            ("per_page", "Per page"),
            ("userID", "User ID"),
            ("X-Request-Id", "X request ID"),
            ("HTTPServerUrl", "HTTP server URL"),
            ("merge_commit_sha", "Merge commit SHA"),
            ("q", "Q"),
            ("sort.by[0]", "Sort by 0"),
            ("line2Text", "Line2 text"),
            ("straße", "Straße"),
            ("***", "***"),
            ("", ""),
        ] {
            assert_eq!(from_name(name), label, "{name:?}");
        }
    }
}
