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
    /// web socket in time, another [`Standing`] later on ends it, too.
    ///
    /// For a web socket the headers are those of the upgrade request, then those that the
    /// payload of `connection_init` names: `authorization`, or any in an object `headers`.
    fn authenticate<'a>(
        &'a self,
        headers: &'a HeaderMap,
        peer: Option<SocketAddr>,
    ) -> BoxFuture<'a, Result<Extensions, GraphQLError>>;

    /// Adds headers to the answer of a request, from what subgraphs have left in the extensions. An
    /// event stream or a web socket has sent its headers before, and is not asked.
    fn answered(&self, _extensions: &Extensions, _headers: &mut HeaderMap) {}
}

/// When a caller's credential ends.
#[derive(Clone, Copy, Debug)]
pub struct Expiry(pub Instant);

/// A digest of what a caller may do. A socket or a stream whose caller's has changed is closed, for
/// what was begun with the old rights goes on with them; the client connects again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing(pub u64);

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
