//! What an operation of this subgraph can refuse or fail to do.

use kit::error::StorageError;
use kit::tenant_db::TenantDbError;
use kit::{Code, Coded, Denied};

/// Everything that can go wrong here.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotificationError {
    /// The viewer may not.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// Only one's own.
    #[error("notifications are shown to the user themselves only")]
    NotYourself,
    /// The tenant's database failed.
    #[error(transparent)]
    Tenant(#[from] TenantDbError),
    /// The event log failed.
    #[error(transparent)]
    Events(#[from] StorageError),
}

impl From<diesel::result::Error> for NotificationError {
    fn from(err: diesel::result::Error) -> Self {
        Self::Tenant(err.into())
    }
}

impl Coded for NotificationError {
    fn code(&self) -> Code {
        match self {
            Self::Denied(denied) => denied.code(),
            Self::NotYourself => Code::Forbidden,
            Self::Tenant(err) => err.code(),
            Self::Events(err) => err.code(),
        }
    }
}
