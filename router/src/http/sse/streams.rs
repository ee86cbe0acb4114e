//! The streams that are open or reserved.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::engine::Context;
use crate::http::Front;
use crate::http::operations::{Operations, Outgoing};
use crate::http::sse::feed::Shared;

type Reservations = Mutex<HashMap<String, Arc<Reservation>>>;

/// The streams that are open or reserved.
pub(crate) struct Streams {
    permits: Arc<Semaphore>,
    reservations: Reservations,
}

/// A stream for several operations, from its reservation to its end.
pub(crate) struct Reservation {
    pub(crate) operations: Shared,
    pub(crate) answers: Sender<Outgoing>,
    /// Who reserved it.
    pub(crate) context: Context,
    /// Taken by the one connection that fulfils the reservation.
    arriving: Mutex<Option<Receiver<Outgoing>>>,
    connected: Notify,
    _permit: OwnedSemaphorePermit,
}

impl Streams {
    pub(crate) fn new(streams_max: usize) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(streams_max)),
            reservations: Mutex::default(),
        }
    }

    /// Room for one more stream.
    pub(crate) fn permit(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.permits).try_acquire_owned().ok()
    }

    /// Reserves a stream and gives its token. Without a connection it ends in time.
    pub(crate) fn reserve(front: &Arc<Front>, context: Context) -> Option<String> {
        let (answers, arriving) = mpsc::channel(front.options.sse.pending_max.max(1));
        let reservation = Arc::new(Reservation {
            operations: Arc::new(Mutex::new(Operations::of_several_callers())),
            answers,
            context,
            arriving: Mutex::new(Some(arriving)),
            connected: Notify::new(),
            _permit: front.streams.permit()?,
        });
        let token = format!("{:032x}", rand::random::<u128>());
        let waiting = wait(Arc::clone(front), token.clone(), Arc::clone(&reservation));
        front.streams.locked().insert(token.clone(), reservation);
        tokio::spawn(waiting);
        Some(token)
    }

    pub(crate) fn find(&self, token: &str) -> Option<Arc<Reservation>> {
        self.locked().get(token).cloned()
    }

    /// Ends a stream and everything that runs on it.
    pub(crate) fn end(&self, token: &str) {
        self.locked().remove(token);
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<Reservation>>> {
        self.reservations
            .lock()
            .expect("no panic happens under this lock")
    }
}

impl Reservation {
    /// What the stream is to tell, for the first who asks.
    pub(crate) fn connect(&self) -> Option<Receiver<Outgoing>> {
        let mut arriving = self
            .arriving
            .lock()
            .expect("no panic happens under this lock");
        let taken = arriving.take();
        if taken.is_some() {
            self.connected.notify_one();
        }
        taken
    }
}

/// Gives a reservation up when nobody connects.
async fn wait(front: Arc<Front>, token: String, reservation: Arc<Reservation>) {
    let limit = front.options.sse.reservation_timeout;
    let connected = timeout(limit, reservation.connected.notified());
    let is_connected = tokio::select! {
        connected = connected => connected.is_ok(),
        () = front.options.shutdown.cancelled() => false,
    };
    // Who connects at the last moment has taken what the stream is to tell.
    if !is_connected && reservation.connect().is_some() {
        front.streams.end(&token);
    }
}
