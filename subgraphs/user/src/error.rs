//! Everything that an operation on users and roles can refuse or fail to do.

use std::sync::Arc;

use kit::db::ConnectError;
use kit::error::StorageError;
use kit::{Code, Coded, Denied};

/// Why an operation did not happen.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UserError {
    /// The viewer may not do this.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// Reading rows failed.
    #[error("user storage failed")]
    Storage(#[from] StorageError),
}

impl From<diesel::result::Error> for UserError {
    fn from(err: diesel::result::Error) -> Self {
        Self::Storage(err.into())
    }
}

impl From<ConnectError> for UserError {
    fn from(err: ConnectError) -> Self {
        Self::Storage(err.into())
    }
}

impl Coded for UserError {
    fn code(&self) -> Code {
        match self {
            Self::Denied(denied) => denied.code(),
            Self::Storage(_) => Code::Internal,
        }
    }
}

/// The rows of a batch could not be read.
#[derive(Debug, Clone, thiserror::Error)]
#[error("users cannot be loaded")]
pub(crate) struct Unloaded(#[source] Arc<StorageError>);

impl From<StorageError> for Unloaded {
    fn from(err: StorageError) -> Self {
        Self(Arc::new(err))
    }
}

impl Coded for Unloaded {
    fn code(&self) -> Code {
        Code::Internal
    }
}
