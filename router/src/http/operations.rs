//! The operations that run on one socket or event stream.

use std::collections::HashMap;
use std::sync::Arc;

use futures::{FutureExt, StreamExt};
use tokio::sync::mpsc::Sender;
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep_until};

use crate::engine::{Context, Engine, Request, Response};
use crate::error::{Code, GraphQLError};
use crate::http::Expiry;

/// News for the client, with the run of the operation that it belongs to.
pub(crate) struct Outgoing {
    pub(crate) id: Arc<str>,
    run: u64,
    /// An answer; without one the operation has completed.
    pub(crate) response: Option<Response>,
    /// Whether nothing comes after this.
    pub(crate) is_last: bool,
}

/// Running operations by the client's id.
///
/// An id may be used again as soon as the client completed it. What the earlier run still
/// had on its way is told apart by its number, and dropped.
#[derive(Default)]
pub(crate) struct Operations {
    running: HashMap<Arc<str>, (u64, AbortHandle)>,
    started: u64,
    each_expires: bool,
}

impl Operations {
    /// Operations that end with the credential of their own caller, for a connection that
    /// several callers use.
    pub(crate) fn of_several_callers() -> Self {
        Self {
            running: HashMap::new(),
            started: 0,
            each_expires: true,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.running.len()
    }

    pub(crate) fn contains(&self, id: &str) -> bool {
        self.running.contains_key(id)
    }

    /// Runs an operation until its stream ends or somebody stops it.
    pub(crate) fn start(
        &mut self,
        id: &str,
        engine: Arc<Engine>,
        request: impl Future<Output = Result<(Request, Context), GraphQLError>> + Send + 'static,
        answers: Sender<Outgoing>,
    ) {
        self.started += 1;
        let run = self.started;
        let id: Arc<str> = id.into();
        let task = Run {
            id: Arc::clone(&id),
            run,
            answers,
        };
        let operation = task.operation(engine, request, self.each_expires);
        let handle = tokio::spawn(operation).abort_handle();
        self.running.insert(id, (run, handle));
    }

    /// Stops an operation, and with it the stream of its subgraph.
    pub(crate) fn stop(&mut self, id: &str) {
        if let Some((_, handle)) = self.running.remove(id) {
            handle.abort();
        }
    }

    /// Whether a message may still be sent; its operation is over with the last one.
    pub(crate) fn admit(&mut self, outgoing: &Outgoing) -> bool {
        let is_current = self
            .running
            .get(&outgoing.id)
            .is_some_and(|(run, _)| *run == outgoing.run);
        if is_current && outgoing.is_last {
            self.running.remove(&outgoing.id);
        }
        is_current
    }
}

impl Drop for Operations {
    fn drop(&mut self) {
        for (_, handle) in self.running.values() {
            handle.abort();
        }
    }
}

/// One run of an operation. When nobody receives its answers any more, it ends.
struct Run {
    id: Arc<str>,
    run: u64,
    answers: Sender<Outgoing>,
}

impl Run {
    async fn operation(
        self,
        engine: Arc<Engine>,
        request: impl Future<Output = Result<(Request, Context), GraphQLError>>,
        expires: bool,
    ) {
        let (request, context) = match request.await {
            Ok(asked) => asked,
            Err(error) => return self.refuse(error).await,
        };
        let expired = match expires {
            true => expired(&context).left_future(),
            false => std::future::pending().right_future(),
        };
        let answered = async {
            let mut stream = engine.subscribe(request, context).await;
            while let Some(response) = stream.next().await {
                let is_last = !response.is_executed();
                if !self.send(Some(response), is_last).await || is_last {
                    return;
                }
            }
            self.send(None, true).await;
        };
        tokio::select! {
            () = answered => {}
            () = expired => {
                let error = GraphQLError::new(Code::Unauthenticated, "credential expired");
                self.refuse(error).await;
            }
        }
    }

    async fn refuse(&self, error: GraphQLError) {
        self.send(Some(Response::refused(vec![error])), true).await;
    }

    async fn send(&self, response: Option<Response>, is_last: bool) -> bool {
        let outgoing = Outgoing {
            id: Arc::clone(&self.id),
            run: self.run,
            response,
            is_last,
        };
        self.answers.send(outgoing).await.is_ok()
    }
}

/// Comes when the caller's credential ends, if ever.
pub(crate) fn expired(context: &Context) -> impl Future<Output = ()> + use<> {
    match context.extensions.get::<Expiry>() {
        Some(expiry) => sleep_until(Instant::from_std(expiry.0)).left_future(),
        None => std::future::pending().right_future(),
    }
}
