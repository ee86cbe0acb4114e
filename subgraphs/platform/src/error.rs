//! What an operation of this subgraph can refuse or fail to do.

use kit::error::StorageError;
use kit::{Code, Coded, Denied};

/// Everything that can go wrong here.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PlatformError {
    /// The viewer may not.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The cursor is none of ours.
    #[error("`after` is no cursor of the event log; pass one that it returned")]
    Cursor,
    /// A kind of event that does not exist.
    #[error("there is no event type `{0}`; `eventTypes` lists them")]
    UnknownType(String),
    /// The database failed.
    #[error("the event log cannot be read")]
    Storage(#[from] StorageError),
}

impl From<diesel::result::Error> for PlatformError {
    fn from(err: diesel::result::Error) -> Self {
        Self::Storage(err.into())
    }
}

impl From<kit::db::ConnectError> for PlatformError {
    fn from(err: kit::db::ConnectError) -> Self {
        Self::Storage(err.into())
    }
}

impl Coded for PlatformError {
    fn code(&self) -> Code {
        match self {
            Self::Denied(denied) => denied.code(),
            Self::Cursor | Self::UnknownType(_) => Code::BadUserInput,
            Self::Storage(_) => Code::Internal,
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Cursor => Some("/after"),
            Self::UnknownType(_) => Some("/types"),
            Self::Denied(_) | Self::Storage(_) => None,
        }
    }
}
