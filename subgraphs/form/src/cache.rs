//! A map of bounded weight that forgets what was used longest ago.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

/// Keeps values up to a total weight, such as the bytes that they were made of.
pub(crate) struct Bounded<K, V> {
    weight_max: usize,
    entries: Mutex<Entries<K, V>>,
}

struct Entries<K, V> {
    values: HashMap<K, Entry<V>>,
    weight: usize,
    clock: u64,
}

struct Entry<V> {
    value: Arc<V>,
    weight: usize,
    used: u64,
}

impl<K: Clone + Eq + Hash, V> Bounded<K, V> {
    /// An empty map.
    pub(crate) fn new(weight_max: usize) -> Self {
        let entries = Entries {
            values: HashMap::new(),
            weight: 0,
            clock: 0,
        };
        Self {
            weight_max,
            entries: Mutex::new(entries),
        }
    }

    /// The value under `key`.
    pub(crate) fn find(&self, key: &K) -> Option<Arc<V>> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.clock += 1;
        let now = entries.clock;
        let entry = entries.values.get_mut(key)?;
        entry.used = now;
        Some(Arc::clone(&entry.value))
    }

    /// Keeps a value; one that is heavier than the whole map is not kept.
    pub(crate) fn insert(&self, key: K, value: Arc<V>, weight: usize) {
        if weight > self.weight_max {
            return;
        }
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.clock += 1;
        let used = entries.clock;
        let entry = Entry {
            value,
            weight,
            used,
        };
        entries.weight += weight;
        if let Some(before) = entries.values.insert(key, entry) {
            entries.weight -= before.weight;
        }
        if entries.weight > self.weight_max {
            entries.forget(self.weight_max * 3 / 4);
        }
    }
}

impl<K: Clone + Eq + Hash, V> Entries<K, V> {
    /// Drops the oldest until the rest is light enough; several at a time, because finding the
    /// oldest takes a look at all.
    fn forget(&mut self, weight_max: usize) {
        let mut oldest: Vec<(u64, K)> = self
            .values
            .iter()
            .map(|(key, entry)| (entry.used, key.clone()))
            .collect();
        oldest.sort_unstable_by_key(|(used, _)| *used);
        // The newest was just asked for and stays, however heavy.
        oldest.pop();
        for (_, key) in oldest {
            if self.weight <= weight_max {
                return;
            }
            if let Some(entry) = self.values.remove(&key) {
                self.weight -= entry.weight;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stays_within_its_weight_and_keeps_what_is_used() {
        let cache = Bounded::new(80);
        cache.insert(0, Arc::new(0), 10);
        for key in 1..1_000_u32 {
            cache.insert(key, Arc::new(key * 2), 10);
            assert_eq!(cache.find(&key).as_deref(), Some(&(key * 2)));
            assert!(cache.find(&0).is_some(), "the value in use was dropped");
            let entries = cache.entries.lock().expect("no panic");
            assert!(entries.weight <= 80 && entries.values.len() * 10 == entries.weight);
        }
        cache.insert(5, Arc::new(5), 81);
        assert!(cache.find(&5).is_none(), "it is heavier than the whole map");
    }
}
