//! What an operation of this subgraph can refuse or fail to do.

use kit::db::ConnectError;
use kit::error::StorageError;
use kit::id::FormId;
use kit::tenant_db::TenantDbError;
use kit::{Code, Coded, Denied};

use crate::schema::SchemaError;

/// Everything that can go wrong here.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FormError {
    /// Missing, or not for this viewer: the two cannot be told apart on purpose.
    #[error("form {0} does not exist")]
    NotFound(FormId),
    /// The viewer may not.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The client has used its key for something else.
    #[error("this idempotency key was used for other data; use a new one for a new submission")]
    KeyTaken,
    /// The client's key is none that can be kept.
    #[error("an idempotency key has 1 to 190 visible ASCII characters")]
    InvalidKey,
    /// The endpoint's schema is of no use.
    #[error("form {id} cannot be submitted")]
    Unusable {
        /// The form.
        id: FormId,
        /// Why.
        source: SchemaError,
    },
    /// The tenant has enough under way.
    #[error("too many submissions of your tenant wait to be checked; try again in a moment")]
    Busy,
    /// The endpoint has no address to send to.
    #[error("form {0} cannot be submitted: its endpoint has no valid address")]
    NoAddress(FormId),
    /// The core database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The tenant's database failed.
    #[error(transparent)]
    Tenant(#[from] TenantDbError),
    /// Something that we keep cannot be read.
    #[error("a kept value cannot be read")]
    Corrupt(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A task of ours ended before its time.
    #[error("a task ended early")]
    Task(#[from] tokio::task::JoinError),
}

impl From<diesel::result::Error> for FormError {
    fn from(err: diesel::result::Error) -> Self {
        Self::Storage(err.into())
    }
}

impl From<ConnectError> for FormError {
    fn from(err: ConnectError) -> Self {
        Self::Storage(err.into())
    }
}

impl Coded for FormError {
    fn code(&self) -> Code {
        match self {
            Self::NotFound(_) => Code::NotFound,
            Self::Denied(denied) => denied.code(),
            Self::KeyTaken | Self::Unusable { .. } | Self::NoAddress(_) => Code::Conflict,
            Self::InvalidKey => Code::BadUserInput,
            Self::Busy => Code::RateLimited,
            Self::Storage(err) => err.code(),
            Self::Tenant(err) => err.code(),
            Self::Corrupt(_) | Self::Task(_) => Code::Internal,
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::NotFound(_) => Some("/formId"),
            Self::KeyTaken | Self::InvalidKey => Some("/idempotencyKey"),
            _ => None,
        }
    }
}
