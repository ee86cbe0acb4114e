//! Errors as a client sees them: a stable code, a safe message and, where one input is at fault,
//! a pointer to it. What broke inside goes to the log, once, here.

use std::error::Error;
use std::fmt;

use async_graphql::ErrorExtensions as _;

/// The stable codes of `extensions.code`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// An argument or a variable is wrong.
    BadUserInput,
    /// No credential, or a bad one.
    Unauthenticated,
    /// A known viewer may not do this, and may know that it exists.
    Forbidden,
    /// The viewer may do this after a fresh proof of who they are.
    ReauthenticationRequired,
    /// Absent, or in another tenant: the two cannot be told apart on purpose.
    NotFound,
    /// A valid request in the wrong state: a name that is taken, for example.
    Conflict,
    /// A limit of the tenant's plan or of the platform is reached.
    QuotaExceeded,
    /// Too many requests; try again later.
    RateLimited,
    /// Our fault. The message is fixed and the detail is in the log.
    Internal,
}

impl Code {
    /// The spelling in `extensions.code`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BadUserInput => "BAD_USER_INPUT",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::ReauthenticationRequired => "REAUTHENTICATION_REQUIRED",
            Self::NotFound => "NOT_FOUND",
            Self::Conflict => "CONFLICT",
            Self::QuotaExceeded => "QUOTA_EXCEEDED",
            Self::RateLimited => "REQUEST_RATE_LIMITED",
            Self::Internal => "INTERNAL_SERVER_ERROR",
        }
    }
}

/// An error that knows its code, and so may reach a client.
pub trait Coded: Error + 'static {
    /// The stable code.
    fn code(&self) -> Code;

    /// JSON pointer into the operation's `input`, where one field is at fault.
    fn field(&self) -> Option<&str> {
        None
    }
}

/// What a resolver returns. Deliberately not `Display`: async-graphql turns anything printable
/// into an error without a code, and a type it cannot print escapes that.
#[derive(Debug, Clone)]
pub struct ApiError {
    code: Code,
    message: String,
    field: Option<String>,
}

impl ApiError {
    /// An error with a message that is safe to show.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            field: None,
        }
    }

    /// Names the input at fault by a JSON pointer into `input`.
    #[must_use]
    pub fn at(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// A wrong argument.
    pub fn bad_input(message: impl Into<String>) -> Self {
        Self::new(Code::BadUserInput, message)
    }

    /// The code that the client will see.
    pub fn code(&self) -> Code {
        self.code
    }

    /// The message that the client will see.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl<E: Coded> From<E> for ApiError {
    fn from(err: E) -> Self {
        let code = err.code();
        let message = match code {
            Code::Internal => {
                tracing::error!(error = %chain(&err), "resolver failed");
                "internal server error".to_owned()
            }
            _ => err.to_string(),
        };
        Self {
            code,
            message,
            field: err.field().map(str::to_owned),
        }
    }
}

impl From<ApiError> for async_graphql::Error {
    fn from(err: ApiError) -> Self {
        Self::new(err.message).extend_with(|_, extensions| {
            extensions.set("code", err.code.as_str());
            if let Some(field) = err.field {
                extensions.set("field", field);
            }
        })
    }
}

/// An error with all its causes in one line, for the log: its JSON form would show the first only.
pub fn chain<'a>(err: &'a (dyn Error + 'static)) -> impl fmt::Display + 'a {
    fmt::from_fn(move |f| {
        write!(f, "{err}")?;
        let mut cause = err.source();
        while let Some(source) = cause {
            write!(f, ": {source}")?;
            cause = source.source();
        }
        Ok(())
    })
}

/// A storage failure, for operations that can fail in no other way.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// A query failed.
    #[error("a query failed")]
    Query(#[from] diesel::result::Error),
    /// No connection could be had.
    #[error("no database connection")]
    Connection(#[from] crate::db::ConnectError),
}

impl Coded for StorageError {
    fn code(&self) -> Code {
        Code::Internal
    }
}

impl Coded for diesel::result::Error {
    fn code(&self) -> Code {
        Code::Internal
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_shows_every_cause() {
        let err = StorageError::Query(diesel::result::Error::NotFound);
        assert_eq!(chain(&err).to_string(), "a query failed: Record not found");
    }
}
