//! What every handler needs.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::response::Response as HttpResponse;
use http::{Extensions, HeaderMap};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::engine::{Context, Engine, Request};
use crate::error::{Code, GraphQLError};
use crate::http::decode::Unservable;
use crate::http::persisted::Persisted;
use crate::http::sse::Streams;
use crate::http::{Authenticate, HttpOptions, negotiate};
use crate::remote::ClientHeaders;
use crate::subgraph::OperationKind;

/// What every handler needs.
pub(crate) struct Front {
    pub(crate) engine: Arc<Engine>,
    pub(crate) options: HttpOptions,
    pub(crate) persisted: Persisted,
    pub(crate) sockets: Arc<Semaphore>,
    pub(crate) streams: Streams,
    authenticate: Arc<dyn Authenticate>,
}

impl Front {
    pub(crate) fn new(
        engine: Arc<Engine>,
        authenticate: Arc<dyn Authenticate>,
        options: HttpOptions,
    ) -> Self {
        Self {
            persisted: Persisted::new(options.persisted.clone()),
            sockets: Arc::new(Semaphore::new(options.websocket.sockets_max)),
            streams: Streams::new(options.sse.streams_max),
            engine,
            authenticate,
            options,
        }
    }

    /// Asks the hook who is calling, within its time.
    pub(crate) async fn recognise(
        &self,
        headers: &HeaderMap,
        peer: Option<SocketAddr>,
    ) -> Result<Extensions, GraphQLError> {
        let answer = self.authenticate.authenticate(headers, peer);
        let recognised = timeout(self.options.read_timeout, answer).await;
        let mut extensions = recognised.unwrap_or_else(|_elapsed| {
            let message = "credentials could not be checked in time";
            Err(GraphQLError::new(Code::GatewayTimeout, message))
        })?;
        extensions.insert(ClientHeaders(Arc::new(headers.clone())));
        Ok(extensions)
    }

    /// What surrounds a request of this caller.
    pub(crate) async fn context(
        &self,
        headers: &HeaderMap,
        peer: Option<SocketAddr>,
    ) -> Result<Context, Unservable> {
        match self.recognise(headers, peer).await {
            Ok(extensions) => Ok(Context {
                extensions,
                deadline: None,
            }),
            Err(error) => Err(Unservable {
                status: negotiate::status_of(&error),
                error,
                header: None,
            }),
        }
    }

    /// Lets the hook add headers to an answer.
    pub(crate) fn answered(&self, extensions: &Extensions, answer: &mut HttpResponse) {
        self.authenticate.answered(extensions, answer.headers_mut());
    }

    /// What a request does, if its document is valid.
    pub(crate) async fn kind(&self, request: &Request) -> Option<OperationKind> {
        let name = request.operation_name.as_deref();
        self.engine.kind(&request.query, name).await.ok()
    }
}
