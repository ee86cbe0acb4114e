//! Queries under way, so that identical ones of the same viewer share an answer.
//!
//! Whoever waits drives the request: it ends when the last of them leaves, and not with the
//! one that happened to be first.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use bytes::Bytes;
use futures::FutureExt;
use futures::future::{BoxFuture, Shared, WeakShared};

/// What makes queries identical.
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct Key {
    /// The number of mutations that had ended: what is asked after a change must not be told
    /// what was read before it.
    pub(crate) epoch: u64,
    /// Who is asking, as far as it can matter.
    pub(crate) caller: Bytes,
    /// The operation and its variables.
    pub(crate) body: Bytes,
}

/// Mutations that have ended.
#[derive(Default)]
pub(crate) struct Epoch(AtomicU64);

/// Counts a mutation as ended, also when its client did not wait.
pub(crate) struct Ending<'a>(&'a Epoch);

impl Epoch {
    pub(crate) fn now(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }

    /// A mutation has begun; it ends when this is dropped.
    pub(crate) fn begin(&self) -> Ending<'_> {
        Ending(self)
    }
}

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.0.fetch_add(1, Ordering::AcqRel);
    }
}

/// An answer that several wait for.
pub(crate) type Flight<T> = Shared<BoxFuture<'static, Arc<T>>>;

type Open<T> = HashMap<Arc<Key>, WeakShared<BoxFuture<'static, Arc<T>>>>;

/// The queries under way.
pub(crate) struct Flights<T> {
    open: Arc<Mutex<Open<T>>>,
    max: usize,
}

/// Forgets a flight when it ends, whether it was answered or abandoned.
struct Landing<T> {
    open: Arc<Mutex<Open<T>>>,
    key: Arc<Key>,
}

impl<T: Send + Sync + 'static> Flights<T> {
    pub(crate) fn new(max: usize) -> Self {
        Self {
            open: Arc::default(),
            max,
        }
    }

    /// The flight with this key, or the given one if there is none, or no place for another.
    pub(crate) fn join(
        &self,
        key: Key,
        answer: impl Future<Output = T> + Send + 'static,
    ) -> Flight<T> {
        let mut open = lock(&self.open);
        if let Some(flight) = open.get(&key).and_then(WeakShared::upgrade) {
            return flight;
        }
        if open.len() >= self.max {
            return answer.map(Arc::new).boxed().shared();
        }
        let key = Arc::new(key);
        let landing = Landing {
            open: Arc::clone(&self.open),
            key: Arc::clone(&key),
        };
        let flight = async move {
            let answer = answer.await;
            drop(landing);
            Arc::new(answer)
        };
        let flight = flight.boxed().shared();
        if let Some(weak) = flight.downgrade() {
            // A map keeps the key that it has, and the landing looks for its own.
            open.remove(&key);
            open.insert(key, weak);
        }
        flight
    }
}

impl<T> Drop for Landing<T> {
    fn drop(&mut self) {
        let mut open = lock(&self.open);
        let found = open.get_key_value(&self.key);
        if found.is_some_and(|(key, _)| Arc::ptr_eq(key, &self.key)) {
            open.remove(&self.key);
        }
    }
}

fn lock<T>(open: &Mutex<Open<T>>) -> MutexGuard<'_, Open<T>> {
    open.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

#[cfg(test)]
mod tests {
    use futures::channel::oneshot;

    use super::*;

    fn key(body: &'static str) -> Key {
        Key {
            epoch: 0,
            caller: Bytes::new(),
            body: Bytes::from_static(body.as_bytes()),
        }
    }

    #[tokio::test]
    async fn a_flight_is_joined_until_it_ends() {
        let flights = Flights::new(8);
        let (first, answer) = oneshot::channel();
        let one = flights.join(key("a"), answer);
        let two = flights.join(key("a"), futures::future::pending());
        let other = flights.join(key("b"), futures::future::ready(Ok(0)));
        first.send(7).expect("somebody waits");
        drop(one);
        assert_eq!((*two.await, *other.await), (Ok(7), Ok(0)));
        assert!(lock(&flights.open).is_empty());
        let three = flights.join(key("a"), futures::future::ready(Ok(8)));
        assert_eq!(*three.await, Ok(8));
    }

    #[tokio::test]
    async fn a_flight_that_nobody_waits_for_is_over() {
        let flights = Flights::new(8);
        let (answer, asked) = oneshot::channel::<()>();
        drop(flights.join(key("a"), asked));
        assert!(answer.is_canceled());
        assert!(lock(&flights.open).is_empty());
    }

    #[tokio::test]
    async fn more_than_there_is_place_for_fly_alone() {
        let flights = Flights::new(1);
        let one = flights.join(key("a"), futures::future::pending::<u8>());
        let two = flights.join(key("b"), futures::future::ready(1));
        let three = flights.join(key("b"), futures::future::ready(2));
        assert_eq!((*two.await, *three.await), (1, 2));
        assert_eq!(lock(&flights.open).len(), 1);
        drop(one);
    }
}
