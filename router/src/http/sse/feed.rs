//! Writes an event stream from its first byte to its last.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use tokio::sync::mpsc::{Receiver, Sender};
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::engine::Context;
use crate::http::operations::{self, Operations, Outgoing};
use crate::http::sse::event::{self, Naming, SILENCE};
use crate::http::{Expiry, Front, Standing, negotiate};
use crate::remote::ClientHeaders;

/// Operations that requests may start and stop while the stream is being written.
pub(crate) type Shared = Arc<Mutex<Operations>>;

/// Chunks between the writer and the connection. What waits is bounded by the operations'
/// own channel.
pub(crate) const CHUNKS_MAX: usize = 1;

/// A stream that is being written.
pub(crate) struct Feed {
    pub(crate) front: Arc<Front>,
    pub(crate) naming: Naming,
    pub(crate) operations: Shared,
    pub(crate) arriving: Receiver<Outgoing>,
    /// Who opened it; the stream ends with their credential.
    pub(crate) context: Context,
    pub(crate) body: Sender<Bytes>,
}

impl Feed {
    /// Writes until the operation completes, the client leaves, or the stream has to end.
    pub(crate) async fn write(mut self) {
        if let ControlFlow::Break(Some(reason)) = self.converse().await {
            // The client may be gone already.
            let _ = self.send(event::comment(reason)).await;
        }
    }

    async fn converse(&mut self) -> ControlFlow<Option<&'static str>> {
        let shutdown = self.front.options.shutdown.clone();
        let expired = operations::expired(&self.context);
        tokio::pin!(expired);
        let mut ticks = interval(self.front.options.sse.keep_alive);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticks.reset();
        let mut checks = interval(self.front.options.sse.check_interval);
        checks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        checks.reset();
        // At once, so that the client knows that it is connected.
        self.send(SILENCE).await?;
        loop {
            tokio::select! {
                biased;
                () = shutdown.cancelled() => return ControlFlow::Break(Some("going away")),
                () = &mut expired => return ControlFlow::Break(Some("credential expired")),
                () = self.body.closed() => return ControlFlow::Break(None),
                _ = checks.tick() => self.check().await?,
                _ = ticks.tick() => self.send(SILENCE).await?,
                Some(outgoing) = self.arriving.recv() => {
                    self.tell(&outgoing).await?;
                }
            }
        }
    }

    /// Whether who opened the stream may still have it: a session may have ended or
    /// lost a permission meanwhile.
    async fn check(&self) -> ControlFlow<Option<&'static str>> {
        let extensions = &self.context.extensions;
        let (Some(ClientHeaders(headers)), Some(_)) =
            (extensions.get(), extensions.get::<Expiry>())
        else {
            return ControlFlow::Continue(());
        };
        match self.front.recognise(headers, None).await {
            Err(error) if !negotiate::status_of(&error).is_server_error() => {
                ControlFlow::Break(Some("credential ended"))
            }
            Ok(now) if now.get::<Standing>() != extensions.get::<Standing>() => {
                ControlFlow::Break(Some("permissions changed"))
            }
            Ok(_) | Err(_) => ControlFlow::Continue(()),
        }
    }

    async fn tell(&mut self, outgoing: &Outgoing) -> ControlFlow<Option<&'static str>> {
        let is_current = locked(&self.operations).admit(outgoing);
        if !is_current {
            return ControlFlow::Continue(());
        }
        self.send(event::events(self.naming, outgoing)).await?;
        if outgoing.is_last && self.naming == Naming::Distinct {
            return ControlFlow::Break(None);
        }
        ControlFlow::Continue(())
    }

    /// Sends a chunk; a client that does not take it in time is gone.
    async fn send(&self, chunk: Bytes) -> ControlFlow<Option<&'static str>> {
        let limit = self.front.options.sse.send_timeout;
        match timeout(limit, self.body.send(chunk)).await {
            Ok(Ok(())) => ControlFlow::Continue(()),
            Ok(Err(_)) | Err(_) => ControlFlow::Break(None),
        }
    }
}

/// The operations, for a moment.
pub(crate) fn locked(operations: &Shared) -> std::sync::MutexGuard<'_, Operations> {
    operations.lock().expect("no panic happens under this lock")
}
