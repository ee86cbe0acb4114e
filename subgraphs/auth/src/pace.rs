//! Pace: how often somebody may sign in or register within a minute, whether it succeeds or not.
//! Counted in the memory of this process: the limits are generous, and what is written down for
//! each attempt would cost more than it saves.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::Mutex;

use chrono::{DateTime, TimeDelta, Utc};

use crate::error::AuthError;

const WINDOW: TimeDelta = TimeDelta::minutes(1);
/// Sources that are counted at once. When there are more, the count begins again: forgetting is
/// better than refusing everybody.
const SOURCES_MAX: usize = 100_000;

/// Counts what happens within a minute.
#[derive(Default)]
pub(crate) struct Pace {
    window: Mutex<Window>,
}

#[derive(Default)]
struct Window {
    ends_at: DateTime<Utc>,
    counts: HashMap<String, u32>,
}

impl Pace {
    /// Counts one more for a source, unless there were `most` already within this minute.
    pub(crate) fn step(
        &self,
        source: String,
        most: NonZeroU32,
        now: DateTime<Utc>,
    ) -> Result<(), AuthError> {
        let mut window = self.window.lock().expect("no panic while it is held");
        if window.ends_at <= now || window.counts.len() >= SOURCES_MAX {
            window.ends_at = now + WINDOW;
            window.counts.clear();
        }
        let ends_at = window.ends_at;
        let count = window.counts.entry(source).or_default();
        if *count >= most.get() {
            let seconds = (ends_at - now).num_seconds() + 1;
            return Err(AuthError::TooFast { seconds });
        }
        *count += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(pace: &Pace, source: &str, second: i64) -> bool {
        let now = DateTime::UNIX_EPOCH + TimeDelta::seconds(1000 + second);
        let most = NonZeroU32::new(2).expect("two is not zero");
        pace.step(source.to_owned(), most, now).is_ok()
    }

    #[test]
    fn each_source_has_a_pace_of_its_own() {
        let pace = Pace::default();
        assert!(step(&pace, "a", 0) && step(&pace, "a", 30));
        assert!(!step(&pace, "a", 59));
        assert!(step(&pace, "b", 59));
        assert!(step(&pace, "a", 60));
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let pace = Pace::default();
        for source in 0..=SOURCES_MAX {
            assert!(step(&pace, &source.to_string(), 0));
        }
        let window = pace.window.lock().expect("no panic");
        assert!(window.counts.len() <= SOURCES_MAX);
    }
}
