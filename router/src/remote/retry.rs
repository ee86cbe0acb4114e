//! When something is tried again: a budget, so that retries do not multiply the load of a
//! subgraph that struggles, and pauses that differ, so that they do not come all at once.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rand::Rng;

use crate::remote::options::RetryOptions;

/// Retries that may still be made. Requests pay in, a retry costs as much as several of them.
pub(crate) struct Budget {
    balance: AtomicU32,
    price: u32,
    max: u32,
}

impl Budget {
    /// A full one.
    pub(crate) fn new(options: &RetryOptions) -> Self {
        let price = options.requests_per_retry.max(1);
        let max = options.budget_max.saturating_mul(price);
        Self {
            balance: AtomicU32::new(max),
            price,
            max,
        }
    }

    pub(crate) fn deposit(&self) {
        self.change(|balance| (balance < self.max).then(|| balance + 1));
    }

    /// Whether there is enough for one retry; if so, it is paid.
    pub(crate) fn withdraw(&self) -> bool {
        self.change(|balance| balance.checked_sub(self.price))
    }

    fn change(&self, change: impl FnMut(u32) -> Option<u32>) -> bool {
        self.balance
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, change)
            .is_ok()
    }
}

/// The pause before the retry `number`, counted from 0: random between half of what doubling
/// `first` comes to, or of `max`, and all of it.
pub(crate) fn pause(first: Duration, max: Duration, number: u32) -> Duration {
    let doubled = first.saturating_mul(1 << number.min(20)).min(max);
    doubled.mul_f64(rand::rng().random_range(0.5..=1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_ends_and_requests_fill_it() {
        let budget = Budget::new(&RetryOptions {
            budget_max: 2,
            requests_per_retry: 3,
            ..RetryOptions::default()
        });
        assert!(budget.withdraw() && budget.withdraw() && !budget.withdraw());
        for is_enough in [false, false, true, false] {
            budget.deposit();
            assert_eq!(budget.withdraw(), is_enough);
        }
    }

    #[test]
    fn pauses_grow_to_a_limit() {
        let (first, max) = (Duration::from_millis(100), Duration::from_secs(1));
        for (number, most) in [(0, 100), (1, 200), (3, 800), (4, 1_000), (u32::MAX, 1_000)] {
            for _ in 0..20 {
                let pause = pause(first, max, number).as_millis();
                assert!((most / 2..=most).contains(&pause), "{number}: {pause}");
            }
        }
    }
}
