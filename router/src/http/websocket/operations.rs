//! The operations that run on one socket.

use std::collections::HashMap;
use std::sync::Arc;

use futures::StreamExt;
use tokio::sync::mpsc::Sender;
use tokio::task::AbortHandle;

use crate::engine::{Context, Engine, Request};
use crate::http::websocket::protocol;

/// A message for the client, with the run of the operation that it belongs to.
pub(crate) struct Outgoing {
    pub(crate) id: Arc<str>,
    pub(crate) run: u64,
    pub(crate) text: String,
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
}

impl Operations {
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
        request: Request,
        context: Context,
        answers: Sender<Outgoing>,
    ) {
        self.started += 1;
        let run = self.started;
        let id: Arc<str> = id.into();
        let task = run_operation(Arc::clone(&id), run, engine, request, context, answers);
        let handle = tokio::spawn(task).abort_handle();
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

async fn run_operation(
    id: Arc<str>,
    run: u64,
    engine: Arc<Engine>,
    request: Request,
    context: Context,
    answers: Sender<Outgoing>,
) {
    let outgoing = |text, is_last| Outgoing {
        id: Arc::clone(&id),
        run,
        text,
        is_last,
    };
    let mut stream = engine.subscribe(request, context).await;
    while let Some(response) = stream.next().await {
        let is_last = !response.is_executed();
        let text = protocol::answer(&id, &response);
        if answers.send(outgoing(text, is_last)).await.is_err() || is_last {
            return;
        }
    }
    // A closed channel means that the socket is gone, and nobody waits for this.
    let _ = answers.send(outgoing(protocol::complete(&id), true)).await;
}
