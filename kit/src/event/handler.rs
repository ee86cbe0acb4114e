//! What a subgraph does when something happened elsewhere.

use std::fmt;
use std::sync::Arc;

use futures::future::BoxFuture;

use super::Event;
use crate::db::Conn;

/// Why an event could not be handled. It is retried, then set aside, and never blocks the others.
#[derive(Debug)]
pub struct HandlerError(Box<dyn std::error::Error + Send + Sync>);

impl HandlerError {
    /// A failure in words.
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into().into())
    }
}

impl<E: std::error::Error + Send + Sync + 'static> From<E> for HandlerError {
    fn from(err: E) -> Self {
        Self(Box::new(err))
    }
}

impl fmt::Display for HandlerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)?;
        let mut source = self.0.source();
        while let Some(err) = source {
            write!(f, ": {err}")?;
            source = err.source();
        }
        Ok(())
    }
}

type Handle = dyn for<'a> Fn(&'a mut Conn, &'a Event) -> BoxFuture<'a, Result<(), HandlerError>>
    + Send
    + Sync;

/// A named reaction to some kinds of event.
///
/// It runs in one transaction of the core database together with the handler's own cursor, so its
/// effects there happen exactly once. An effect elsewhere must be repeatable: key it by the event's
/// id.
#[derive(Clone)]
pub struct Handler {
    pub(super) name: &'static str,
    pub(super) kinds: &'static [&'static str],
    pub(super) detailed: bool,
    handle: Arc<Handle>,
}

impl Handler {
    /// A handler called `<subgraph>.<what it keeps>`. The name is its identity across restarts.
    pub fn new<F>(name: &'static str, kinds: &'static [&'static str], handle: F) -> Self
    where
        F: for<'a> Fn(&'a mut Conn, &'a Event) -> BoxFuture<'a, Result<(), HandlerError>>
            + Send
            + Sync
            + 'static,
    {
        Self {
            name,
            kinds,
            detailed: false,
            handle: Arc::new(handle),
        }
    }

    /// The same, with the [`detail`](Event::detail) of each event; the others go without, as it may
    /// be large.
    #[must_use]
    pub fn detailed(mut self) -> Self {
        self.detailed = true;
        self
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    pub(super) async fn handle(&self, conn: &mut Conn, event: &Event) -> Result<(), HandlerError> {
        (self.handle)(conn, event).await
    }
}

impl fmt::Debug for Handler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handler")
            .field("name", &self.name)
            .field("kinds", &self.kinds)
            .finish()
    }
}
