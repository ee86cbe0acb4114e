//! Typed ids: TypeIDs (<https://github.com/jetify-com/typeid>, spec 0.3), a prefix that names the
//! kind and a UUIDv7 in Crockford base32. They sort by creation and read well in a log.

use std::fmt;

use uuid::Uuid;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const SUFFIX_LEN: usize = 26;

/// Why a text is not the id that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a valid id: expected `{prefix}_` and 26 characters")]
pub struct InvalidId {
    /// The prefix that the expected kind of id has.
    pub prefix: &'static str,
}

impl crate::Coded for InvalidId {
    fn code(&self) -> crate::Code {
        crate::Code::BadUserInput
    }
}

/// Makes a new UUIDv7, the body of every id.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that makes ids"
)]
pub fn new_uuid() -> Uuid {
    Uuid::now_v7()
}

/// Writes `<prefix>_<suffix>`.
pub fn write(f: &mut fmt::Formatter<'_>, prefix: &str, uuid: Uuid) -> fmt::Result {
    let bits = uuid.as_u128();
    let mut suffix = [0_u8; SUFFIX_LEN];
    for (place, byte) in suffix.iter_mut().enumerate() {
        let shift = 5 * (SUFFIX_LEN - 1 - place);
        *byte = ALPHABET[((bits >> shift) & 31) as usize];
    }
    let suffix = std::str::from_utf8(&suffix).expect("the alphabet is ASCII");
    write!(f, "{prefix}_{suffix}")
}

/// Reads `<prefix>_<suffix>`, refusing any other prefix, length or spelling.
pub fn parse(prefix: &'static str, text: &str) -> Result<Uuid, InvalidId> {
    let invalid = InvalidId { prefix };
    let suffix = text
        .strip_prefix(prefix)
        .and_then(|rest| rest.strip_prefix('_'))
        .filter(|suffix| suffix.len() == SUFFIX_LEN)
        .ok_or(InvalidId { prefix })?;

    let mut bits = 0_u128;
    for (place, byte) in suffix.bytes().enumerate() {
        let digit = ALPHABET.iter().position(|&known| known == byte);
        let Some(digit) = digit.filter(|&digit| place > 0 || digit < 8) else {
            return Err(invalid);
        };
        bits = (bits << 5) | digit as u128;
    }
    Ok(Uuid::from_u128(bits))
}

/// Declares a typed id: `typed_id!(/// What it names. FormId, "form");`
#[macro_export]
macro_rules! typed_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord,
            ::diesel::expression::AsExpression, ::diesel::deserialize::FromSqlRow)]
        #[diesel(sql_type = ::diesel::sql_types::Text)]
        pub struct $name(::uuid::Uuid);

        impl $name {
            /// What every id of this kind begins with.
            pub const PREFIX: &'static str = $prefix;

            /// Makes a new id; later ids sort after earlier ones.
            #[expect(clippy::new_without_default, reason = "two calls give two values")]
            pub fn new() -> Self {
                Self($crate::id::new_uuid())
            }

            /// The id of this kind with a known body.
            pub const fn from_uuid(uuid: ::uuid::Uuid) -> Self {
                Self(uuid)
            }

            /// The body, without the prefix.
            pub const fn uuid(self) -> ::uuid::Uuid {
                self.0
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                $crate::id::write(f, $prefix, self.0)
            }
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(self, f)
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::id::InvalidId;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::id::parse($prefix, text).map(Self)
            }
        }

        impl TryFrom<::async_graphql::ID> for $name {
            type Error = $crate::id::InvalidId;
            fn try_from(id: ::async_graphql::ID) -> Result<Self, Self::Error> {
                id.parse()
            }
        }

        impl TryFrom<&::async_graphql::ID> for $name {
            type Error = $crate::id::InvalidId;
            fn try_from(id: &::async_graphql::ID) -> Result<Self, Self::Error> {
                id.parse()
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <::std::borrow::Cow<'_, str> as ::serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(::serde::de::Error::custom)
            }
        }

        impl ::schemars::JsonSchema for $name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                ::schemars::json_schema!({
                    "type": "string",
                    "pattern": concat!("^", $prefix, "_[0-7][0-9a-hjkmnp-tv-z]{25}$"),
                })
            }
        }

        impl ::diesel::serialize::ToSql<::diesel::sql_types::Text, ::diesel::sqlite::Sqlite> for $name {
            fn to_sql<'b>(
                &'b self,
                out: &mut ::diesel::serialize::Output<'b, '_, ::diesel::sqlite::Sqlite>,
            ) -> ::diesel::serialize::Result {
                out.set_value(self.to_string());
                Ok(::diesel::serialize::IsNull::No)
            }
        }

        impl ::diesel::serialize::ToSql<::diesel::sql_types::Text, ::diesel::mysql::Mysql> for $name {
            fn to_sql<'b>(
                &'b self,
                out: &mut ::diesel::serialize::Output<'b, '_, ::diesel::mysql::Mysql>,
            ) -> ::diesel::serialize::Result {
                use ::std::io::Write as _;
                write!(out, "{self}")?;
                Ok(::diesel::serialize::IsNull::No)
            }
        }

        impl<DB: ::diesel::backend::Backend> ::diesel::deserialize::FromSql<::diesel::sql_types::Text, DB> for $name
        where
            String: ::diesel::deserialize::FromSql<::diesel::sql_types::Text, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> ::diesel::deserialize::Result<Self> {
                let text = <String as ::diesel::deserialize::FromSql<::diesel::sql_types::Text, DB>>::from_sql(bytes)?;
                Ok(text.parse()?)
            }
        }
    };
}

typed_id!(
    /// A person who can sign in.
    UserId, "user");
typed_id!(
    /// An isolated customer.
    TenantId, "ten");
typed_id!(
    /// One signed-in device or program of a user.
    SessionId, "ses");
typed_id!(
    /// A key of a program.
    ApiKeyId, "key");
typed_id!(
    /// A registered service.
    ServiceId, "svc");
typed_id!(
    /// One operation of a service.
    EndpointId, "ep");
typed_id!(
    /// The form of an endpoint.
    FormId, "form");
typed_id!(
    /// A recorded event.
    EventId, "evt");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_as_written() {
        let id = UserId::new();
        assert_eq!(id.to_string().parse(), Ok(id));
        assert!(id.to_string().starts_with("user_"));
    }

    #[test]
    fn the_published_vectors_hold() {
        let zero = UserId::from_uuid(Uuid::nil());
        assert_eq!(zero.to_string(), "user_00000000000000000000000000");
        let max = UserId::from_uuid(Uuid::max());
        assert_eq!(max.to_string(), "user_7zzzzzzzzzzzzzzzzzzzzzzzzz");
        let known = Uuid::parse_str("0188bac7-4afa-78aa-bc3b-bd1eef28d881").expect("valid");
        let id = UserId::from_uuid(known);
        assert_eq!(id.to_string(), "user_01h2xcejqtf2nbrexx3vqjhp41");
    }

    #[test]
    fn other_spellings_are_refused() {
        for text in [
            "",
            "user",
            "user_",
            "ten_01h2xcejqtf2nbrexx3vqjhp41",
            "user_81h2xcejqtf2nbrexx3vqjhp41",
            "user_01h2xcejqtf2nbrexx3vqjhp4",
            "user_01H2XCEJQTF2NBREXX3VQJHP41",
            "user_01h2xcejqtf2nbrexx3vqjhpu1",
        ] {
            assert!(text.parse::<UserId>().is_err(), "{text}");
        }
    }
}
