//! The circuit breaker: a subgraph that fails too often is left alone for a while, then tried
//! with one request.

use std::sync::{Mutex, MutexGuard};

use tokio::time::Instant;

use crate::remote::options::BreakerOptions;

pub(crate) struct Breaker {
    options: BreakerOptions,
    state: Mutex<State>,
}

enum State {
    /// Requests pass and are counted.
    Closed(Window),
    /// No request passes until then.
    Open(Instant),
    /// One request is on its way to find out.
    HalfOpen,
}

/// Counts over the last window: two halves, of which the older is forgotten as a whole.
#[derive(Clone, Copy)]
struct Window {
    since: Instant,
    current: Counts,
    previous: Counts,
}

#[derive(Clone, Copy, Default)]
struct Counts {
    requests: u32,
    failures: u32,
}

/// A request that was let through. Dropped without a verdict it counts as a failure when its
/// time is up, and else, because the client left, not at all.
pub(crate) struct Ticket<'a> {
    breaker: &'a Breaker,
    subgraph: &'a str,
    expires: Instant,
    is_probe: bool,
    is_settled: bool,
}

impl Breaker {
    pub(crate) fn new(options: BreakerOptions) -> Self {
        Self {
            options,
            state: Mutex::new(State::closed()),
        }
    }

    /// Lets a request through, unless the circuit is open.
    pub(crate) fn admit<'a>(&'a self, subgraph: &'a str, expires: Instant) -> Option<Ticket<'a>> {
        let mut state = self.lock();
        let is_probe = match *state {
            State::Closed(_) => false,
            State::Open(until) if Instant::now() >= until => {
                *state = State::HalfOpen;
                true
            }
            State::Open(_) | State::HalfOpen => return None,
        };
        Some(Ticket {
            breaker: self,
            subgraph,
            expires,
            is_probe,
            is_settled: false,
        })
    }

    fn settle(&self, subgraph: &str, is_probe: bool, has_failed: bool) {
        let options = &self.options;
        let now = Instant::now();
        let mut state = self.lock();
        let opens = match &mut *state {
            State::HalfOpen if is_probe && !has_failed => {
                tracing::info!(subgraph, "subgraph answers again; its circuit is closed");
                *state = State::closed();
                return;
            }
            State::HalfOpen => is_probe,
            State::Closed(window) => {
                let counts = window.count(now, options, has_failed);
                has_failed
                    && counts.requests >= options.requests_min
                    && f64::from(counts.failures)
                        >= f64::from(counts.requests) * options.failure_ratio
            }
            // A request from before the circuit opened says nothing new.
            State::Open(_) => false,
        };
        if opens {
            tracing::warn!(subgraph, pause = ?options.pause, "subgraph fails too often; its circuit is open");
            *state = State::Open(now + options.pause);
        }
    }

    /// The client of the request that was to find out has left: the next one may try.
    fn abandon(&self) {
        let mut state = self.lock();
        if matches!(*state, State::HalfOpen) {
            *state = State::Open(Instant::now());
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl State {
    fn closed() -> Self {
        Self::Closed(Window {
            since: Instant::now(),
            current: Counts::default(),
            previous: Counts::default(),
        })
    }
}

impl Window {
    fn count(&mut self, now: Instant, options: &BreakerOptions, has_failed: bool) -> Counts {
        let half = options.window / 2;
        let age = now.duration_since(self.since);
        if age >= half {
            let is_recent = age < options.window;
            self.previous = if is_recent {
                self.current
            } else {
                Counts::default()
            };
            self.current = Counts::default();
            self.since = now;
        }
        self.current.requests = self.current.requests.saturating_add(1);
        self.current.failures += u32::from(has_failed);
        Counts {
            requests: self.current.requests.saturating_add(self.previous.requests),
            failures: self.current.failures.saturating_add(self.previous.failures),
        }
    }
}

impl Ticket<'_> {
    pub(crate) fn settle(mut self, has_failed: bool) {
        self.is_settled = true;
        self.breaker
            .settle(self.subgraph, self.is_probe, has_failed);
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        if self.is_settled {
            return;
        }
        if Instant::now() >= self.expires {
            self.breaker.settle(self.subgraph, self.is_probe, true);
        } else if self.is_probe {
            self.breaker.abandon();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const PAUSE: Duration = Duration::from_secs(5);

    fn breaker() -> Breaker {
        Breaker::new(BreakerOptions {
            failure_ratio: 0.5,
            requests_min: 4,
            window: Duration::from_secs(10),
            pause: PAUSE,
        })
    }

    fn later() -> Instant {
        Instant::now() + Duration::from_secs(60)
    }

    /// Lets time pass by moving what was before further back.
    fn pass(breaker: &Breaker, time: Duration) {
        match &mut *breaker.lock() {
            State::Closed(window) => window.since -= time,
            State::Open(until) => *until -= time,
            State::HalfOpen => {}
        }
    }

    fn send(breaker: &Breaker, has_failed: bool) -> bool {
        let ticket = breaker.admit("one", later());
        let is_admitted = ticket.is_some();
        if let Some(ticket) = ticket {
            ticket.settle(has_failed);
        }
        is_admitted
    }

    fn open() -> Breaker {
        let breaker = breaker();
        for has_failed in [false, false, true, true] {
            assert!(send(&breaker, has_failed));
        }
        breaker
    }

    #[test]
    fn half_of_enough_requests_opens_it() {
        let breaker = breaker();
        for has_failed in [true, true, true] {
            assert!(send(&breaker, has_failed), "three requests say little");
        }
        assert!(send(&breaker, false));
        assert!(send(&breaker, true));
        assert!(!send(&breaker, false));
    }

    #[test]
    fn failures_of_long_ago_are_forgotten() {
        let breaker = breaker();
        for _ in 0..3 {
            send(&breaker, true);
        }
        pass(&breaker, Duration::from_secs(11));
        assert!(send(&breaker, true));
        assert!(send(&breaker, true));
    }

    #[test]
    fn one_request_tries_and_decides() {
        let breaker = open();
        assert!(breaker.admit("one", later()).is_none());
        pass(&breaker, PAUSE);
        let probe = breaker.admit("one", later()).expect("one may try");
        assert!(breaker.admit("one", later()).is_none(), "only one");
        probe.settle(true);
        assert!(breaker.admit("one", later()).is_none(), "it failed");
        pass(&breaker, PAUSE);
        assert!(send(&breaker, false));
        assert!(send(&breaker, false) && send(&breaker, true));
    }

    #[test]
    fn a_probe_that_is_dropped_leaves_its_place() {
        let breaker = open();
        pass(&breaker, PAUSE);
        drop(breaker.admit("one", later()));
        let probe = breaker.admit("one", Instant::now());
        assert!(probe.is_some());
        drop(probe);
        assert!(
            breaker.admit("one", later()).is_none(),
            "it ran out of time"
        );
    }
}
