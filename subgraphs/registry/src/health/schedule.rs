//! When the next check of a service is due.
//!
//! Each service has a phase of its own in the interval, so that a thousand services registered in
//! one second are not checked in one second for ever, and each check is moved a little so that no
//! two rhythms stay in step.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use chrono::{NaiveDateTime, TimeDelta};
use kit::id::ServiceId;

/// A service that is down is checked up to this many times less often.
const BACK_OFF_MAX: u32 = 4;
/// Part of the interval that a check is moved by at most, either way.
const JITTER_PERCENT: i64 = 10;

/// The time of the check after the one made now; `failed_since_down` counts failures since the
/// service went down.
pub(super) fn next(
    now: NaiveDateTime,
    interval: Duration,
    service: ServiceId,
    failed_since_down: u32,
) -> NaiveDateTime {
    let stretch = 1_i64 << failed_since_down.min(BACK_OFF_MAX.ilog2());
    let interval_us = i64::try_from(interval.as_micros())
        .unwrap_or(i64::MAX / 8)
        .max(1);
    let now_us = now.and_utc().timestamp_micros();
    let phase = (hash(service) % interval_us.unsigned_abs()).cast_signed();

    // The first slot that is at least half an interval away; after a delay the rhythm is found again.
    let earliest = now_us + interval_us * (stretch - 1) + interval_us / 2;
    let slot = (earliest - phase).div_euclid(interval_us) * interval_us + phase + interval_us;
    let reach = interval_us * JITTER_PERCENT / 100;
    let spread = 2 * reach + 1;
    let jitter = (hash((service, now_us)) % spread.unsigned_abs()).cast_signed() - reach;
    now + TimeDelta::microseconds(slot + jitter - now_us)
}

fn hash(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn at(us: i64) -> NaiveDateTime {
        chrono::DateTime::from_timestamp_micros(us)
            .expect("in range")
            .naive_utc()
    }

    proptest! {
        #[test]
        fn the_next_check_is_about_an_interval_away(us in 0..4_000_000_000_000_000_i64, ms in 100..86_400_000_u64, failed in 0..9_u32) {
            let (service, interval) = (ServiceId::new(), Duration::from_millis(ms));
            let pause = (next(at(us), interval, service, failed) - at(us)).num_microseconds().expect("short");
            let interval_us = i64::try_from(ms * 1_000).expect("short");
            let stretch = 1_i64 << failed.min(2);
            prop_assert!(pause >= interval_us * (stretch - 1) + interval_us * 4 / 10);
            prop_assert!(pause <= interval_us * stretch + interval_us * 6 / 10 + 1);
        }
    }

    #[test]
    fn a_rhythm_is_kept_and_services_are_spread() {
        let interval = Duration::from_secs(60);
        let mut seconds = HashSet::new();
        for _ in 0..200 {
            let service = ServiceId::new();
            let mut now = at(1_700_000_000_000_000);
            for _ in 0..50 {
                now = next(now, interval, service, 0);
            }
            let passed = (now - at(1_700_000_000_000_000)).num_seconds();
            assert!((49 * 60 - 40..=50 * 60 + 40).contains(&passed), "{passed}");
            seconds.insert(now.and_utc().timestamp() % 60);
        }
        assert!(
            seconds.len() > 40,
            "{} of 60 seconds are used",
            seconds.len()
        );
    }
}
