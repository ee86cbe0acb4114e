//! Limits on attempts: how many are free, and how long more of them lock.

use chrono::{NaiveDateTime, TimeDelta};

use crate::store::failure::Failures;

/// Each failure that is not free locks twice as long as the one before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BackOff {
    /// Failures that cost nothing.
    pub(crate) free: i32,
}

/// So many attempts within a time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    pub(crate) most: i32,
    pub(crate) length: TimeDelta,
}

impl BackOff {
    /// How long the failures beyond the free ones lock; the last wait is that of all further ones. A
    /// lock for ever would let anybody lock anybody out.
    pub(crate) const WAITS: [TimeDelta; 6] = [
        TimeDelta::seconds(30),
        TimeDelta::seconds(60),
        TimeDelta::seconds(120),
        TimeDelta::seconds(240),
        TimeDelta::seconds(480),
        TimeDelta::seconds(900),
    ];

    /// Until when failures lock.
    pub(crate) fn locked_until(self, failures: &Failures) -> NaiveDateTime {
        let Ok(beyond) = usize::try_from(failures.failures - self.free) else {
            return failures.last_at;
        };
        failures.last_at + Self::WAITS[beyond.min(Self::WAITS.len() - 1)]
    }
}

impl Window {
    /// Until when failures lock.
    pub(crate) fn locked_until(self, failures: &Failures) -> NaiveDateTime {
        match failures.failures < self.most {
            true => failures.last_at,
            false => failures.last_at + self.length,
        }
    }
}
