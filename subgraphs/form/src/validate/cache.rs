//! A map that forgets what was used longest ago.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

/// Keeps at most `capacity` values.
pub struct Bounded<K, V> {
    capacity: usize,
    entries: Mutex<Entries<K, V>>,
}

struct Entries<K, V> {
    values: HashMap<K, (Arc<V>, u64)>,
    clock: u64,
}

impl<K: Clone + Eq + Hash, V> Bounded<K, V> {
    /// An empty map.
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity,
            entries: Mutex::new(Entries {
                values: HashMap::new(),
                clock: 0,
            }),
        }
    }

    /// The value under `key`, made when it is missing. Two callers may make it at once;
    /// the lock is not held meanwhile, because making can take long.
    pub fn get_or_make<E>(&self, key: K, make: impl FnOnce() -> Result<V, E>) -> Result<Arc<V>, E> {
        if let Some(value) = self.find(&key) {
            return Ok(value);
        }
        let value = Arc::new(make()?);
        self.insert(key, Arc::clone(&value));
        Ok(value)
    }

    fn find(&self, key: &K) -> Option<Arc<V>> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.clock += 1;
        let now = entries.clock;
        let (value, used) = entries.values.get_mut(key)?;
        *used = now;
        Some(Arc::clone(value))
    }

    fn insert(&self, key: K, value: Arc<V>) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.clock += 1;
        let now = entries.clock;
        entries.values.insert(key, (value, now));
        if entries.values.len() > self.capacity {
            // Drops a quarter at a time: finding the oldest costs a pass over all.
            let mut times: Vec<u64> = entries.values.values().map(|(_, used)| *used).collect();
            times.sort_unstable();
            let oldest_kept = times[times.len() / 4];
            entries
                .values
                .retain(|_, (_, used)| *used > oldest_kept || *used == now);
        }
    }

    /// How many values are kept.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.entries
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .values
            .len()
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    fn get(cache: &Bounded<u32, u32>, key: u32) -> bool {
        let mut made = false;
        let value = cache.get_or_make(key, || {
            made = true;
            Ok::<_, Infallible>(key * 2)
        });
        assert_eq!(value.map(|value| *value), Ok(key * 2));
        made
    }

    #[test]
    fn it_stays_within_its_capacity_and_keeps_what_is_used() {
        let cache = Bounded::new(8);
        for key in 0..1_000 {
            assert!(get(&cache, key + 1));
            assert!(!get(&cache, key + 1));
            get(&cache, 0);
            assert!(cache.len() <= 8);
        }
        assert!(!get(&cache, 0), "the value in use was dropped");
    }
}
