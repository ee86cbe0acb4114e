//! The hook that turns credentials into whatever subgraphs recognise a caller by.

use std::net::SocketAddr;
use std::time::Instant;

use futures::FutureExt;
use futures::future::BoxFuture;
use http::{Extensions, HeaderMap};

use crate::error::GraphQLError;

/// Decides who is calling.
pub trait Authenticate: Send + Sync {
    /// Reads the credentials of a request. A caller without any is the hook's to admit or
    /// refuse; what it returns is handed to subgraphs as it is. An [`Expiry`] in it ends a
    /// web socket in time.
    ///
    /// For a web socket the headers are those of the upgrade request, then those that the
    /// payload of `connection_init` names: `authorization`, or any in an object `headers`.
    fn authenticate<'a>(
        &'a self,
        headers: &'a HeaderMap,
        peer: Option<SocketAddr>,
    ) -> BoxFuture<'a, Result<Extensions, GraphQLError>>;
}

/// When a caller's credential ends.
#[derive(Clone, Copy, Debug)]
pub struct Expiry(pub Instant);

/// Admits everybody and knows nobody.
#[derive(Clone, Copy, Debug)]
pub struct Anonymous;

impl Authenticate for Anonymous {
    fn authenticate<'a>(
        &'a self,
        _headers: &'a HeaderMap,
        _peer: Option<SocketAddr>,
    ) -> BoxFuture<'a, Result<Extensions, GraphQLError>> {
        std::future::ready(Ok(Extensions::new())).boxed()
    }
}
