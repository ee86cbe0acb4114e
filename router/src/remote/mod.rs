//! A subgraph in another process: queries and mutations over HTTP/1.1 or HTTP/2, subscriptions
//! over web sockets, by TCP or a Unix socket.
//!
//! The URL is the operator's, so any address may be reached; redirects are not followed and no
//! proxy is asked. Answers are not decompressed: routers sit next to their subgraphs.

mod address;
mod answer;
mod breaker;
mod connect;
mod failure;
mod files;
mod headers;
mod options;
mod replicas;
mod request;
mod retry;
mod socket;
mod tls;
mod transport;
mod value;

use std::sync::Arc;

use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use http::HeaderName;
use tokio::time::timeout_at;

use self::address::{Address, Endpoint};
use self::connect::Dialer;
use self::failure::Failure;
pub use self::headers::{ClientHeaders, Credentials, HeaderRules};
pub use self::options::{BreakerOptions, Protocol, RemoteOptions, RetryOptions, SocketOptions};
use self::replicas::Replicas;
use self::request::Outgoing;
use self::socket::Sockets;
use self::transport::Transport;
use crate::error::GraphQLError;
use crate::subgraph::{Subgraph, SubgraphRequest, SubgraphResponse};

/// Why a subgraph can not be reached as it was described.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    /// The URL is wrong.
    #[error("url of the subgraph {0}")]
    Url(&'static str),
    /// A header claims an identity, or belongs to the transport.
    #[error("header {0} can not be propagated")]
    Propagated(HeaderName),
    /// A header belongs to the transport.
    #[error("header {0} can not be inserted")]
    Inserted(HeaderName),
    /// No TLS is possible.
    #[error("tls is unusable: {0}")]
    Tls(String),
}

/// A subgraph behind a URL.
pub struct Remote {
    transport: Arc<Transport>,
    sockets: Arc<Sockets>,
}

impl Remote {
    /// A subgraph at `http://…`, `https://…` or `unix:///path/to/socket?path=/graphql`.
    /// Nothing is connected before the first request.
    pub fn new(url: &str, options: RemoteOptions) -> Result<Self, RemoteError> {
        options.headers.check()?;
        let address = Address::parse(url)?;
        let http = replicas(&address, options.protocol, &options)?;
        let socket_address = match &options.socket.url {
            Some(url) => Address::parse(url)?,
            None => address.clone(),
        };
        // Web sockets begin as HTTP/1.1, whatever else is spoken.
        let socket = replicas(&socket_address, Protocol::Http1, &options)?;
        Ok(Self {
            sockets: Arc::new(Sockets::new(&socket_address, socket, &options)?),
            transport: Arc::new(Transport::new(&address, http, options)?),
        })
    }
}

fn replicas(
    address: &Address,
    protocol: Protocol,
    options: &RemoteOptions,
) -> Result<Replicas, RemoteError> {
    let mut dialers = vec![dialer(address, protocol, options)?];
    for url in &options.replicas {
        dialers.push(dialer(&Address::parse(url)?, protocol, options)?);
    }
    Ok(Replicas::new(dialers))
}

fn dialer(
    address: &Address,
    protocol: Protocol,
    options: &RemoteOptions,
) -> Result<Dialer, RemoteError> {
    let authorities = options.authorities.as_deref();
    let tls = match &address.endpoint {
        Endpoint::Tcp {
            host, tls: true, ..
        } => Some(tls::client(host, protocol, authorities)?),
        Endpoint::Tcp { .. } | Endpoint::Unix(_) => None,
    };
    Ok(Dialer {
        endpoint: address.endpoint.clone(),
        tls,
        timeout: options.connect_timeout,
    })
}

/// Errors of an answer, from the text of its `errors`.
pub(crate) fn errors_of(json: &str, nesting_max: usize) -> Result<Vec<GraphQLError>, Failure> {
    answer::parse_errors(json, nesting_max)
}

/// What a client is told of an answer that is none.
pub(crate) fn malformed(subgraph: &str) -> GraphQLError {
    Failure::Malformed("it can not be read".into()).error(subgraph)
}

impl Subgraph for Remote {
    fn takes_json(&self) -> bool {
        true
    }

    fn execute(&self, request: SubgraphRequest) -> BoxFuture<'_, SubgraphResponse> {
        Box::pin(async move {
            let writing = Outgoing::new(&request, &self.transport.options);
            match timeout_at(request.deadline, writing).await {
                Ok(Ok(outgoing)) => self.transport.send(outgoing).await,
                Ok(Err(failure)) => fail(&request, &failure),
                Err(_elapsed) => fail(&request, &Failure::Late),
            }
        })
    }

    fn subscribe(&self, request: SubgraphRequest) -> BoxStream<'static, SubgraphResponse> {
        Arc::clone(&self.sockets).subscribe(request).boxed()
    }
}

fn fail(request: &SubgraphRequest, failure: &Failure) -> SubgraphResponse {
    failure.log(&request.subgraph);
    SubgraphResponse::failed(failure.error(&request.subgraph))
}
