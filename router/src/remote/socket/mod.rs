//! Subscriptions at a remote subgraph: graphql-transport-ws, one socket each.
//!
//! A task owns the socket. It reads on only while there is place for an event, tells the
//! subgraph when the client is gone, and opens the socket again when it breaks.

mod protocol;
mod session;

use std::sync::Arc;

use async_stream::stream;
use bytes::Bytes;
use futures::Stream;
use http::{HeaderMap, Uri};
use tokio::sync::mpsc::{self, Sender};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout_at};
use tracing::Instrument;

use self::session::{End, Progress, Session};
use crate::error::{Code, GraphQLError};
use crate::remote::address::Address;
use crate::remote::failure::Failure;
use crate::remote::options::{RemoteOptions, SocketOptions};
use crate::remote::replicas::Replicas;
use crate::remote::{RemoteError, request, retry};
use crate::subgraph::{SubgraphRequest, SubgraphResponse};

/// What all subscriptions at a subgraph share.
pub(crate) struct Sockets {
    options: RemoteOptions,
    replicas: Replicas,
    uri: Uri,
    places: Arc<Semaphore>,
}

/// One subscription; it outlives its sockets.
struct Subscription {
    sockets: Arc<Sockets>,
    request: SubgraphRequest,
    body: Bytes,
    events: Sender<SubgraphResponse>,
    _place: OwnedSemaphorePermit,
}

impl Sockets {
    pub(crate) fn new(
        address: &Address,
        replicas: Replicas,
        options: &RemoteOptions,
    ) -> Result<Self, RemoteError> {
        let max = options.socket.subscriptions_max;
        Ok(Self {
            options: options.clone(),
            replicas,
            uri: address.socket_uri()?,
            places: Arc::new(Semaphore::new(max.min(Semaphore::MAX_PERMITS))),
        })
    }

    /// The events of a subscription; nothing is sent before the first is asked for.
    pub(crate) fn subscribe(
        self: Arc<Self>,
        request: SubgraphRequest,
    ) -> impl Stream<Item = SubgraphResponse> + Send + 'static {
        stream! {
            let subgraph = Arc::clone(&request.subgraph);
            let (events, mut arriving) = mpsc::channel(self.options.socket.waiting_max.max(1));
            match self.start(request, events) {
                Ok(subscription) => {
                    let task = tokio::spawn(subscription.run().in_current_span());
                    while let Some(event) = arriving.recv().await {
                        yield event;
                    }
                    if let Err(err) = task.await {
                        tracing::error!(subgraph = &*subgraph, error = %err, "subscription broke");
                        yield SubgraphResponse::failed(GraphQLError::internal());
                    }
                }
                Err(failure) => {
                    failure.log(&subgraph);
                    yield SubgraphResponse::failed(failure.error(&subgraph));
                }
            }
        }
    }

    fn start(
        self: Arc<Self>,
        request: SubgraphRequest,
        events: Sender<SubgraphResponse>,
    ) -> Result<Subscription, Failure> {
        let place = Arc::clone(&self.places).try_acquire_owned();
        Ok(Subscription {
            _place: place.map_err(|_| Failure::Busy)?,
            body: request::body(&request)?,
            sockets: self,
            request,
            events,
        })
    }
}

impl Subscription {
    async fn run(self) {
        let deadline = self.request.deadline;
        let ended = timeout_at(deadline, self.converse()).await;
        if let Some(failure) = ended.unwrap_or(Some(Failure::Late)) {
            failure.log(&self.request.subgraph);
            self.tell(SubgraphResponse::failed(
                failure.error(&self.request.subgraph),
            ))
            .await;
        }
    }

    /// Follows the subscription over as many sockets as it takes; what ends it, if anything
    /// but its own end.
    async fn converse(&self) -> Option<Failure> {
        let options = &self.sockets.options.socket;
        let mut tries = 0;
        let mut was_open = false;
        loop {
            let mut progress = Progress::default();
            let failure = match self.follow(was_open, &mut progress).await {
                End::Done => return None,
                End::Final(failure) => return Some(failure),
                End::Broken(failure) => failure,
            };
            was_open |= progress.is_open;
            if progress.has_event {
                tries = 0;
            }
            if !was_open || tries == options.reconnects_max {
                return Some(failure);
            }
            failure.log(&self.request.subgraph);
            self.pause(options, tries).await?;
            tries += 1;
        }
    }

    /// One socket, from its handshake to its end.
    async fn follow(&self, is_again: bool, progress: &mut Progress) -> End {
        let sockets = &self.sockets;
        let headers = request::headers(&self.request, &sockets.options, HeaderMap::new());
        let opened = tokio::select! {
            opened = Session::open(sockets, headers, &self.body) => opened,
            () = self.events.closed() => return End::Done,
        };
        let mut session = match opened {
            Ok(session) => session,
            Err(end) => return end,
        };
        progress.is_open = true;
        if is_again {
            self.tell(SubgraphResponse::failed(gap(&self.request.subgraph)))
                .await;
        }
        session.forward(&self.events, progress).await
    }

    /// `None` when the client left meanwhile.
    async fn pause(&self, options: &SocketOptions, tries: u32) -> Option<()> {
        let pause = retry::pause(options.pause, options.pause_max, tries);
        tokio::select! {
            () = sleep(pause) => Some(()),
            () = self.events.closed() => None,
        }
    }

    async fn tell(&self, event: SubgraphResponse) {
        // Nobody may be listening any more, which needs no answer.
        let _ = self.events.send(event).await;
    }
}

/// The event that stands for those that nobody received.
fn gap(subgraph: &str) -> GraphQLError {
    let message = format!(
        "connection to subgraph {subgraph} broke and is open again; events between may be missing"
    );
    GraphQLError::new(Code::SubscriptionGap, message).with_extension("service", subgraph)
}
