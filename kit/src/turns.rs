//! Turns at work that is bounded, in all and for each one who wants it: whoever wants much waits
//! behind themselves and not in front of everybody else.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many are at work at once.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// In all.
    pub all_max: usize,
    /// For one key.
    pub each_max: usize,
    /// For one key, those who wait included; more are turned away at once.
    pub queue_max: usize,
}

/// Hands turns out. Clones share them.
#[derive(Debug)]
pub struct Turns<K: Eq + Hash>(Arc<Shared<K>>);

#[derive(Debug)]
struct Shared<K> {
    bounds: Bounds,
    room: Arc<Semaphore>,
    lanes: Mutex<HashMap<K, Lane>>,
}

/// Those with one key.
#[derive(Debug)]
struct Lane {
    room: Arc<Semaphore>,
    /// At work or waiting; a lane without any is forgotten.
    count: usize,
}

/// A turn, until it is dropped.
#[derive(Debug)]
pub struct Turn<K: Eq + Hash> {
    _all: OwnedSemaphorePermit,
    _own: OwnedSemaphorePermit,
    _place: Place<K>,
}

impl<K: Eq + Hash> Clone for Turns<K> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K: Clone + Eq + Hash> Turns<K> {
    /// Turns within these bounds.
    pub fn new(bounds: Bounds) -> Self {
        Self(Arc::new(Shared {
            room: Arc::new(Semaphore::new(bounds.all_max)),
            bounds,
            lanes: Mutex::default(),
        }))
    }

    /// A turn, if there is one now.
    pub fn try_take(&self, key: &K) -> Option<Turn<K>> {
        let (place, lane) = self.enter(key)?;
        Some(Turn {
            _own: lane.try_acquire_owned().ok()?,
            _all: self.0.room.clone().try_acquire_owned().ok()?,
            _place: place,
        })
    }

    /// A turn, if there is one before this much time has passed and not too many wait already.
    pub async fn take(&self, key: &K, patience: Duration) -> Option<Turn<K>> {
        let (place, lane) = self.enter(key)?;
        let waiting = async {
            // In this order: only as many as may work at once wait in front of the others.
            let own = lane.acquire_owned().await.ok()?;
            let all = self.0.room.clone().acquire_owned().await.ok()?;
            Some((own, all))
        };
        let (own, all) = tokio::time::timeout(patience, waiting).await.ok()??;
        Some(Turn {
            _own: own,
            _all: all,
            _place: place,
        })
    }

    fn enter(&self, key: &K) -> Option<(Place<K>, Arc<Semaphore>)> {
        let mut lanes = self.0.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let lane = lanes.entry(key.clone()).or_insert_with(|| Lane {
            room: Arc::new(Semaphore::new(self.0.bounds.each_max)),
            count: 0,
        });
        if lane.count >= self.0.bounds.queue_max {
            return None;
        }
        lane.count += 1;
        let place = Place {
            shared: self.0.clone(),
            key: key.clone(),
        };
        Some((place, lane.room.clone()))
    }
}

/// A place in a lane, at work or waiting.
#[derive(Debug)]
struct Place<K: Eq + Hash> {
    shared: Arc<Shared<K>>,
    key: K,
}

impl<K: Eq + Hash> Drop for Place<K> {
    fn drop(&mut self) {
        let lanes = self.shared.lanes.lock();
        let mut lanes = lanes.unwrap_or_else(PoisonError::into_inner);
        if let Some(lane) = lanes.get_mut(&self.key) {
            lane.count -= 1;
            if lane.count == 0 {
                lanes.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds = Bounds {
        all_max: 3,
        each_max: 2,
        queue_max: 3,
    };

    #[tokio::test]
    async fn nobody_has_more_than_their_share() {
        let turns = Turns::new(BOUNDS);
        let own: Vec<_> = (0..4).map_while(|_| turns.try_take(&"loud")).collect();
        assert_eq!(own.len(), 2);
        let other = turns.try_take(&"quiet").expect("there is room");
        assert!(turns.try_take(&"quiet").is_none(), "all three are at work");
        drop((own, other));
        assert!(turns.0.lanes.lock().expect("no panic").is_empty());
    }

    #[tokio::test]
    async fn who_waits_too_long_or_in_too_long_a_queue_is_turned_away() {
        let turns = Turns::new(BOUNDS);
        let own: Vec<_> = (0..2).map_while(|_| turns.try_take(&"loud")).collect();
        let short = Duration::from_millis(20);
        assert!(turns.take(&"loud", short).await.is_none());

        let waiting = turns.take(&"loud", Duration::from_secs(60));
        let mut waiting = std::pin::pin!(waiting);
        assert!(futures::poll!(&mut waiting).is_pending());
        assert!(
            turns.take(&"loud", Duration::MAX).await.is_none(),
            "the queue is full"
        );
        drop(own);
        assert!(waiting.await.is_some());
    }
}
