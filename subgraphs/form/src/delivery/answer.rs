//! What is kept of an endpoint's answer.

/// How much of an answer is kept.
const EXCERPT_BYTES_MAX: usize = 4 * 1024;
const REDACTED: &str = "[secret]";

/// The beginning of an answer, if it is text, without the secrets that it may repeat.
pub(super) fn excerpt(body: &[u8], secrets: &[String]) -> Option<String> {
    let text = match std::str::from_utf8(body) {
        Ok(text) => text,
        // The cut may have gone through a character; anything else is no text.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&body[..error.valid_up_to()]).ok()?
        }
        Err(_) => return None,
    };
    let mut text = text.replace('\0', "");
    for secret in secrets {
        // JSON writes quotes and line breaks of a secret in its own way.
        let escaped = serde_json::Value::from(secret.as_str()).to_string();
        text = text
            .replace(escaped.trim_matches('"'), REDACTED)
            .replace(secret.as_str(), REDACTED);
    }
    let end = text.floor_char_boundary(EXCERPT_BYTES_MAX);
    text.truncate(end);
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_short_text_without_secrets() {
        let secrets = ["hunter2".to_owned(), "a\"b\nc".to_owned()];
        assert_eq!(excerpt(b"", &secrets), None);
        assert_eq!(excerpt(&[0xff, 0xfe, 0], &secrets), None);
        assert_eq!(
            excerpt(
                "grün".as_bytes().split_last().map_or(&[], |(_, rest)| rest),
                &[]
            )
            .as_deref(),
            Some("grü")
        );
        assert_eq!(
            excerpt(
                "ü".as_bytes().split_last().map_or(&[], |(_, rest)| rest),
                &[]
            ),
            None
        );
        assert_eq!(
            excerpt(b"{\"p\":\"hunter2\",\"q\":\"a\\\"b\\nc\"}", &secrets).as_deref(),
            Some("{\"p\":\"[secret]\",\"q\":\"[secret]\"}")
        );
        let long = "ü".repeat(5_000);
        assert_eq!(
            excerpt(long.as_bytes(), &[]).map(|text| text.len()),
            Some(4_096)
        );
    }
}
