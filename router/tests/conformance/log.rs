//! What the subgraphs of a case were asked, and what was wrong with it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

#[derive(Default)]
pub(crate) struct Log {
    asked: Mutex<Vec<String>>,
    complaints: Mutex<Vec<String>>,
    mutations: AtomicUsize,
}

impl Log {
    pub(crate) fn ask(&self, request: String) {
        lock(&self.asked).push(request);
    }

    pub(crate) fn complain(&self, complaint: String) {
        lock(&self.complaints).push(complaint);
    }

    /// A root field of a mutation begins.
    pub(crate) fn mutate(&self) {
        self.mutations.fetch_add(1, Ordering::SeqCst);
    }

    /// How many root fields of mutations have begun, in all subgraphs.
    pub(crate) fn mutations(&self) -> usize {
        self.mutations.load(Ordering::SeqCst)
    }

    /// The requests and the complaints since the last time.
    pub(crate) fn take(&self) -> (Vec<String>, Vec<String>) {
        self.mutations.store(0, Ordering::SeqCst);
        let asked = std::mem::take(&mut *lock(&self.asked));
        (asked, std::mem::take(&mut *lock(&self.complaints)))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
