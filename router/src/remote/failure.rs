//! Why a subgraph gave no answer: the whole truth for the log, and for the client neither an
//! address nor a byte of what the subgraph said.

use std::error::Error;
use std::time::Duration;

use http::StatusCode;

use crate::error::{Code, GraphQLError};

/// What an error of a library is kept as.
pub(crate) type Cause = Box<dyn Error + Send + Sync>;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("connection can not be opened")]
    Connect(#[source] Cause),
    #[error("connection broke before the answer")]
    Broken(#[source] Cause),
    #[error("answer is cut off")]
    CutOff(#[source] Cause),
    #[error("status is {0}")]
    Status(StatusCode),
    #[error("answer is larger than {0} bytes")]
    TooLarge(usize),
    #[error("answer is no GraphQL response")]
    Malformed(#[source] Cause),
    #[error("no answer after {0:?}")]
    Slow(Duration),
    #[error("deadline passed")]
    Late,
    #[error("circuit is open")]
    Open,
    #[error("too many requests are under way")]
    Busy,
    #[error("socket was closed with {0}")]
    Closed(u16),
    #[error("files can not be sent over a socket")]
    Files,
    #[error("files are larger than {0} bytes")]
    LargeFiles(usize),
    #[error("file can not be read")]
    Unreadable(#[source] Cause),
    #[error("variables can not be written")]
    Unwritable(#[source] Cause),
}

impl Failure {
    /// Whether nothing can have come of the request, or the subgraph says that it may be
    /// there again in a moment.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Connect(_) | Self::Broken(_) => true,
            Self::Status(status) => is_unavailable(*status),
            Self::CutOff(_)
            | Self::TooLarge(_)
            | Self::Malformed(_)
            | Self::Slow(_)
            | Self::Late
            | Self::Open
            | Self::Busy
            | Self::Closed(_)
            | Self::Files
            | Self::LargeFiles(_)
            | Self::Unreadable(_)
            | Self::Unwritable(_) => false,
        }
    }

    /// Whether it says that the subgraph is ill.
    pub(crate) fn is_of_subgraph(&self) -> bool {
        match self {
            Self::Status(status) => {
                status.is_server_error() || *status == StatusCode::TOO_MANY_REQUESTS
            }
            Self::Connect(_)
            | Self::Broken(_)
            | Self::CutOff(_)
            | Self::TooLarge(_)
            | Self::Malformed(_)
            | Self::Slow(_)
            | Self::Closed(_) => true,
            Self::Late
            | Self::Open
            | Self::Busy
            | Self::Files
            | Self::LargeFiles(_)
            | Self::Unreadable(_)
            | Self::Unwritable(_) => false,
        }
    }

    fn code(&self) -> Code {
        match self {
            Self::Connect(_)
            | Self::Broken(_)
            | Self::CutOff(_)
            | Self::Status(_)
            | Self::TooLarge(_)
            | Self::Open
            | Self::Busy
            | Self::Closed(_) => Code::SubrequestFailed,
            Self::Malformed(_) => Code::SubrequestMalformed,
            Self::Slow(_) => Code::SubrequestTimeout,
            Self::Late => Code::GatewayTimeout,
            Self::Files | Self::LargeFiles(_) => Code::BadUserInput,
            Self::Unreadable(_) | Self::Unwritable(_) => Code::Internal,
        }
    }

    /// What the client is told.
    pub(crate) fn error(&self, subgraph: &str) -> GraphQLError {
        let what = match self {
            Self::Connect(_) => "can not be reached",
            Self::Broken(_) | Self::CutOff(_) | Self::Closed(_) => "broke off",
            Self::Status(_) => "answered with a failure",
            Self::TooLarge(_) => "answered with too much",
            Self::Malformed(_) => "answered with something else than GraphQL",
            Self::Slow(_) | Self::Late => "did not answer in time",
            Self::Open => "has failed too often and is not asked for a while",
            Self::Busy => "is busy",
            Self::Files => "takes no files in a subscription",
            Self::LargeFiles(_) => "does not take files of that size",
            Self::Unreadable(_) | Self::Unwritable(_) => return GraphQLError::internal(),
        };
        GraphQLError::new(self.code(), format!("subgraph {subgraph} {what}"))
            .with_extension("service", subgraph)
    }

    pub(crate) fn log(&self, subgraph: &str) {
        let error = self as &(dyn Error + 'static);
        tracing::warn!(subgraph, error, "subrequest failed");
    }
}

/// Statuses of gateways and of servers that start or stop.
pub(crate) fn is_unavailable(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT
    )
}
