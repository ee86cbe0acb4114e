//! What an operation of this subgraph can refuse or fail to do.

use std::borrow::Cow;

use kit::db::ConnectError;
use kit::error::StorageError;
use kit::id::{ServiceId, TenantId};
use kit::outbound::OutboundError;
use kit::{Code, Coded, Denied};

use crate::openapi::{Method, OpenApiError};

/// Everything that can go wrong here.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RegistryError {
    /// The viewer may not.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// Only the current tenant's is shown.
    #[error("this is shown in the tenant itself; make {0} the current one with `switchTenant`")]
    NotCurrent(TenantId),
    /// One input does not fit.
    #[error("{message}")]
    Invalid {
        /// JSON pointer into `input`.
        field: Cow<'static, str>,
        /// What is wrong and what would be right.
        message: String,
    },
    /// Absent, or another tenant's.
    #[error("service {0} does not exist")]
    NotFound(ServiceId),
    /// The tenant has this service already.
    #[error(
        "a service `{slug}` of version `{version}` is registered already; choose another slug or version"
    )]
    Taken {
        /// Its slug.
        slug: String,
        /// Its version.
        version: String,
    },
    /// The service has this endpoint already.
    #[error("the service has an endpoint {method} {path} already")]
    EndpointTaken {
        /// Its method.
        method: Method,
        /// Its path.
        path: String,
    },
    /// The service can have no more endpoints.
    #[error("a service can have at most {0} endpoints")]
    TooManyEndpoints(usize),
    /// The tenant can have no more services.
    #[error("a tenant can have at most {0} services")]
    TooManyServices(i32),
    /// The tenant's endpoints describe as much as they can.
    #[error("the request schemas of a tenant's services can have at most {0} bytes together")]
    TooMuchSchema(i64),
    /// The tenant has enough under way.
    #[error("too much of this is under way in your tenant; try again in a moment")]
    Busy,
    /// The document is no description that can be imported.
    #[error("{error}")]
    OpenApi {
        /// Where the document came from: a field of `input`.
        field: &'static str,
        /// What is wrong with it.
        error: OpenApiError,
    },
    /// The document's address gives no document.
    #[error("the document cannot be fetched: {0}")]
    Fetch(#[source] OutboundError),
    /// The document's address answers, but not with a document.
    #[error("the document cannot be fetched: its address answers with status {0}")]
    FetchStatus(u16),
    /// The database failed.
    #[error("the registry cannot be read or written")]
    Storage(#[from] StorageError),
}

impl RegistryError {
    /// One input does not fit.
    pub(crate) fn invalid(field: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::Invalid {
            field: field.into(),
            message: message.into(),
        }
    }
}

impl From<diesel::result::Error> for RegistryError {
    fn from(err: diesel::result::Error) -> Self {
        Self::Storage(err.into())
    }
}

impl From<ConnectError> for RegistryError {
    fn from(err: ConnectError) -> Self {
        Self::Storage(err.into())
    }
}

impl Coded for RegistryError {
    fn code(&self) -> Code {
        match self {
            Self::Denied(denied) => denied.code(),
            Self::Invalid { .. } | Self::OpenApi { .. } => Code::BadUserInput,
            Self::Fetch(_) | Self::FetchStatus(_) => Code::BadUserInput,
            Self::NotCurrent(_) => Code::Forbidden,
            Self::NotFound(_) => Code::NotFound,
            Self::Taken { .. } | Self::EndpointTaken { .. } => Code::Conflict,
            Self::TooManyEndpoints(_) | Self::TooManyServices(_) | Self::TooMuchSchema(_) => {
                Code::QuotaExceeded
            }
            Self::Busy => Code::RateLimited,
            Self::Storage(_) => Code::Internal,
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid { field, .. } => Some(field),
            Self::OpenApi { field, .. } => Some(field),
            Self::Fetch(_) | Self::FetchStatus(_) => Some("/url"),
            Self::NotFound(_) => Some("/serviceId"),
            Self::Taken { .. } => Some("/slug"),
            Self::EndpointTaken { .. } => Some("/path"),
            Self::TooManyEndpoints(_) | Self::TooManyServices(_) | Self::TooMuchSchema(_) => None,
            Self::Denied(_) | Self::NotCurrent(_) | Self::Busy | Self::Storage(_) => None,
        }
    }
}
