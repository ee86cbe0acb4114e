//! What the mutations take.

use async_graphql::{
    ID, InputObject, InputValueError, InputValueResult, Scalar, ScalarType, Value,
};

/// Text that should be an e-mail address. The operation checks it, because its refusal has a code
/// and names the field; that of a scalar has neither.
pub(crate) struct Email(pub(crate) String);

/// An e-mail address.
#[Scalar(
    name = "EmailAddress",
    specified_by_url = "https://www.rfc-editor.org/rfc/rfc5321#section-4.1.2"
)]
impl ScalarType for Email {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => Ok(Self(text)),
            // Never `expected_type`: its message holds the value, which may be a password.
            _ => Err(InputValueError::custom("an e-mail address is a text")),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// Who registers.
#[derive(InputObject)]
pub(crate) struct RegisterInput {
    /// What the user is called, 1 to 100 characters.
    pub(crate) name: String,
    /// The address that the user will sign in with. Upper and lower case are the same.
    pub(crate) email: Email,
    /// 8 to 256 characters that are hard to guess. No rules about digits or signs: several uncommon
    /// words do well, and a password that is easy to guess is refused with advice.
    #[graphql(secret)]
    pub(crate) password: String,
}

/// Who signs in.
#[derive(InputObject)]
pub(crate) struct LoginInput {
    /// The address of the account. Upper and lower case are the same.
    pub(crate) email: Email,
    /// The password of the account.
    #[graphql(secret)]
    pub(crate) password: String,
}

/// Which session goes on.
#[derive(InputObject)]
pub(crate) struct RefreshSessionInput {
    /// The refresh token that was returned last.
    #[graphql(secret)]
    pub(crate) refresh_token: String,
}

/// Where to go.
#[derive(InputObject)]
pub(crate) struct SwitchTenantInput {
    /// The tenant to work in.
    pub(crate) tenant_id: ID,
}
