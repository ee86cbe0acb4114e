//! A bounded cache whose misses are computed once, however many ask at the same time.
//!
//! It holds documents and plans. Keys are whole values, never hashes of them, so that two
//! requests can not share an entry by collision.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex};

use tokio::sync::OnceCell;

struct Entry<V> {
    cell: Arc<OnceCell<V>>,
    used: u64,
    weight: usize,
}

struct State<K, V> {
    entries: HashMap<K, Entry<V>>,
    clock: u64,
    weight: usize,
}

/// Keeps the most recently used values, up to a number and a total weight.
pub(crate) struct Cache<K, V> {
    state: Mutex<State<K, V>>,
    entries_max: usize,
    weight_max: usize,
}

impl<K: Hash + Eq + Clone, V: Clone> Cache<K, V> {
    pub(crate) fn new(entries_max: usize, weight_max: usize) -> Self {
        Self {
            state: Mutex::new(State {
                entries: HashMap::new(),
                clock: 0,
                weight: 0,
            }),
            entries_max: entries_max.max(1),
            weight_max,
        }
    }

    /// A value that is already there.
    pub(crate) fn find<Q>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let mut state = self.state.lock().expect("no panic happens under this lock");
        state.clock += 1;
        let now = state.clock;
        let entry = state.entries.get_mut(key)?;
        entry.used = now;
        entry.cell.get().cloned()
    }

    /// A value that is there, or the one that `make` yields; a failure is not kept.
    pub(crate) async fn find_or_make<E, F: Future<Output = Result<V, E>>>(
        &self,
        key: K,
        weigh: impl FnOnce(&V) -> usize,
        make: impl FnOnce() -> F,
    ) -> Result<V, E> {
        let cell = self.cell(&key);
        match cell.get_or_try_init(make).await {
            Ok(value) => {
                self.settle(&key, weigh(value));
                Ok(value.clone())
            }
            Err(err) => {
                self.forget_empty(&key);
                Err(err)
            }
        }
    }

    /// How many entries there are, computed or being computed.
    pub(crate) fn len(&self) -> usize {
        let state = self.state.lock().expect("no panic happens under this lock");
        state.entries.len()
    }

    fn cell(&self, key: &K) -> Arc<OnceCell<V>> {
        let mut state = self.state.lock().expect("no panic happens under this lock");
        state.clock += 1;
        let now = state.clock;
        if let Some(entry) = state.entries.get_mut(key) {
            entry.used = now;
            return Arc::clone(&entry.cell);
        }
        while state.entries.len() >= self.entries_max {
            state.evict_oldest();
        }
        let cell = Arc::new(OnceCell::new());
        let entry = Entry {
            cell: Arc::clone(&cell),
            used: now,
            weight: 0,
        };
        state.entries.insert(key.clone(), entry);
        cell
    }

    /// Notes what a value weighs, and makes room for it.
    fn settle(&self, key: &K, weight: usize) {
        let mut state = self.state.lock().expect("no panic happens under this lock");
        let Some(entry) = state.entries.get_mut(key) else {
            return;
        };
        let before = std::mem::replace(&mut entry.weight, weight);
        state.weight = state.weight - before + weight;
        while state.weight > self.weight_max && !state.entries.is_empty() {
            state.evict_oldest();
        }
    }

    fn forget_empty(&self, key: &K) {
        let mut state = self.state.lock().expect("no panic happens under this lock");
        let empty = state
            .entries
            .get(key)
            .is_some_and(|entry| entry.cell.get().is_none());
        if empty {
            state.remove(key);
        }
    }
}

impl<K: Hash + Eq + Clone, V> State<K, V> {
    fn evict_oldest(&mut self) {
        let oldest = self
            .entries
            .iter()
            .min_by_key(|(_, entry)| entry.used)
            .map(|(key, _)| key.clone());
        if let Some(key) = oldest {
            self.remove(&key);
        }
    }

    fn remove(&mut self, key: &K) {
        if let Some(entry) = self.entries.remove(key) {
            self.weight -= entry.weight;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn a_value_is_made_once_for_all_who_wait() {
        let cache = Cache::new(4, 100);
        let made = AtomicUsize::new(0);
        let one = || {
            cache.find_or_make(
                "key",
                |_| 1,
                || async {
                    made.fetch_add(1, Ordering::Relaxed);
                    tokio::task::yield_now().await;
                    Ok::<_, Infallible>(7)
                },
            )
        };

        let (a, b, c) = tokio::join!(one(), one(), one());

        assert_eq!((a, b, c), (Ok(7), Ok(7), Ok(7)));
        assert_eq!(made.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn the_least_recently_used_value_goes_first() {
        let cache = Cache::new(2, 100);
        for key in ["a", "b"] {
            let _ = cache
                .find_or_make(key, |_| 1, || async move { Ok::<_, Infallible>(key) })
                .await;
        }
        cache.find("a");
        let _ = cache
            .find_or_make("c", |_| 1, || async { Ok::<_, Infallible>("c") })
            .await;

        assert_eq!(
            (cache.find("a"), cache.find("b"), cache.find("c")),
            (Some("a"), None, Some("c"))
        );
    }

    #[tokio::test]
    async fn weight_is_bounded_and_failures_are_forgotten() {
        let cache = Cache::new(100, 10);
        for key in ["a", "b", "c"] {
            let _ = cache
                .find_or_make(key, |_| 4, || async move { Ok::<_, Infallible>(key) })
                .await;
        }
        assert_eq!(cache.len(), 2);

        let failed = cache.find_or_make("d", |_| 1, || async { Err(()) }).await;
        assert_eq!((failed, cache.find("d")), (Err(()), None));
    }
}
