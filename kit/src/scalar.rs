//! Scalars that several subgraphs share.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};

/// An e-mail address as of RFC 5321, at most 254 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Reads an address: one `@`, a local part, a domain with a dot or `localhost`, no blanks. The
    /// domain is lower-cased.
    pub fn parse(text: &str) -> Option<Self> {
        let (local, domain) = text.trim().rsplit_once('@')?;
        let printable = |text: &str| text.chars().all(|c| !c.is_whitespace() && !c.is_control());
        let domain_ok = domain.split('.').all(|label| {
            !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        });
        let fits = !local.is_empty() && local.len() <= 64 && local.len() + domain.len() < 254;
        let ok = fits && printable(local) && !local.contains('@') && domain_ok;
        ok.then(|| Self(format!("{local}@{}", domain.to_lowercase())))
    }

    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An e-mail address.
#[Scalar(specified_by_url = "https://www.rfc-editor.org/rfc/rfc5321#section-4.1.2")]
impl ScalarType for EmailAddress {
    fn parse(value: Value) -> InputValueResult<Self> {
        // Never `expected_type`: its message holds the value, which may be anybody's secret.
        let Value::String(text) = &value else {
            return Err(InputValueError::custom("an e-mail address is a text"));
        };
        Self::parse(text).ok_or_else(|| InputValueError::custom("not an e-mail address"))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// Text that should be an e-mail address. The operation checks it, because its refusal has a code
/// and names the field; that of a scalar has neither.
#[derive(Debug, Clone)]
pub struct Email(pub String);

/// An e-mail address.
#[Scalar(
    name = "EmailAddress",
    specified_by_url = "https://www.rfc-editor.org/rfc/rfc5321#section-4.1.2"
)]
impl ScalarType for Email {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => Ok(Self(text)),
            // As above.
            _ => Err(InputValueError::custom("an e-mail address is a text")),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::value;

    use super::*;

    #[test]
    fn a_refusal_never_repeats_the_value() {
        for wrong in [
            value!({ "password": "hush" }),
            value!(["hush"]),
            value!("hush"),
        ] {
            let refused = <EmailAddress as ScalarType>::parse(wrong).expect_err("refused");
            let message = refused.into_server_error(Default::default()).message;
            assert!(message.contains("e-mail address"), "{message}");
            assert!(!message.contains("hush"), "{message}");
        }
    }

    #[test]
    fn addresses_are_told_from_other_text() {
        for good in ["a@b.example", "First.Last+tag@Example.COM", "x@localhost"] {
            assert!(EmailAddress::parse(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "a",
            "@b.example",
            "a@",
            "a b@c.example",
            "a@b..example",
            "a@b@c.example",
        ] {
            assert!(EmailAddress::parse(bad).is_none(), "{bad}");
        }
    }
}
