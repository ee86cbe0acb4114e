//! The places where one subgraph is served. Connections go to them in turn, so that the load
//! spreads; a place that can not be reached is passed over, which is safe for any request
//! because nothing has been sent.

use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use crate::remote::connect::{Dialer, Stream};

/// How long a place that could not be reached is tried last.
const AVOIDED: Duration = Duration::from_secs(5);

/// Opens connections to one of several places.
pub(crate) struct Replicas {
    places: Vec<Place>,
    next: AtomicUsize,
}

struct Place {
    dialer: Dialer,
    failed: Mutex<Option<Instant>>,
}

impl Replicas {
    pub(crate) fn new(dialers: Vec<Dialer>) -> Self {
        let place = |dialer| Place {
            dialer,
            failed: Mutex::new(None),
        };
        Self {
            places: dialers.into_iter().map(place).collect(),
            next: AtomicUsize::new(0),
        }
    }

    /// A connection to whichever place can be reached, the next in turn first.
    pub(crate) async fn dial(&self) -> io::Result<Stream> {
        let count = self.places.len().max(1);
        let first = self.next.fetch_add(1, Ordering::Relaxed);
        let in_turn = (0..self.places.len()).map(|step| &self.places[(first + step) % count]);
        let mut places: Vec<_> = in_turn.collect();
        places.sort_by_key(|place| place.is_avoided());
        let mut outcome = Err(io::ErrorKind::NotFound.into());
        for place in places {
            outcome = place.dialer.dial().await;
            place.note(outcome.is_err());
            if outcome.is_ok() {
                break;
            }
        }
        outcome
    }
}

impl Place {
    fn is_avoided(&self) -> bool {
        let failed = self
            .failed
            .lock()
            .expect("no panic happens under this lock");
        failed.is_some_and(|at| at.elapsed() < AVOIDED)
    }

    fn note(&self, has_failed: bool) {
        let mut failed = self
            .failed
            .lock()
            .expect("no panic happens under this lock");
        *failed = has_failed.then(Instant::now);
    }
}
