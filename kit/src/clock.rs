//! The time, as a value that tests can set.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, NaiveDateTime, SubsecRound as _, TimeDelta, Utc};

/// Tells the time in microseconds, which is what both databases keep.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    ahead_us: Arc<AtomicI64>,
}

impl Clock {
    /// The time now.
    pub fn now(&self) -> DateTime<Utc> {
        let ahead = TimeDelta::microseconds(self.ahead_us.load(Ordering::Relaxed));
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the one place that reads the clock"
        )]
        let now = Utc::now();
        (now + ahead).trunc_subsecs(6)
    }

    /// The time now, as a column holds it.
    pub fn now_utc(&self) -> NaiveDateTime {
        self.now().naive_utc()
    }

    /// Moves this clock and all its clones forward, so that a test need not wait.
    pub fn advance(&self, by: TimeDelta) {
        let by_us = by
            .num_microseconds()
            .expect("a test moves by less than 292,000 years");
        self.ahead_us.fetch_add(by_us, Ordering::Relaxed);
    }
}
