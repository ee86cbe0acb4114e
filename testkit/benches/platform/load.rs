//! The same thing again and again, by several at once.

use std::time::{Duration, Instant};

use futures::future::join_all;

use crate::row;

const WARM_UP: Duration = Duration::from_secs(2);
const MEASURED: Duration = Duration::from_secs(8);

/// How long each of many repetitions took.
pub(crate) struct Latencies {
    sorted: Vec<Duration>,
    elapsed: Duration,
}

impl Latencies {
    /// Repeats `once` in as many loops as `parallel` says, first to warm up, then for the record.
    pub(crate) async fn of(parallel: usize, once: impl AsyncFn()) -> Self {
        repeat(parallel, WARM_UP, &once).await;
        let started = Instant::now();
        let mut sorted = repeat(parallel, MEASURED, &once).await;
        let elapsed = started.elapsed();
        sorted.sort_unstable();
        Self { sorted, elapsed }
    }

    /// Prints the lines of a measure.
    pub(crate) fn print(&self, what: &str) {
        let per_second = self.sorted.len() as f64 / self.elapsed.as_secs_f64();
        row(&format!("{what}: per second"), format!("{per_second:.0}"));
        row(&format!("{what}: p50"), milliseconds(self.quantile(0.50)));
        row(&format!("{what}: p99"), milliseconds(self.quantile(0.99)));
    }

    fn quantile(&self, part: f64) -> Duration {
        let last = self.sorted.len().saturating_sub(1);
        let index = (last as f64 * part).round() as usize;
        self.sorted.get(index).copied().unwrap_or_default()
    }
}

/// A duration with the unit of the table.
pub(crate) fn milliseconds(duration: Duration) -> String {
    format!("{:.2} ms", duration.as_secs_f64() * 1000.0)
}

async fn repeat(parallel: usize, during: Duration, once: &impl AsyncFn()) -> Vec<Duration> {
    let end = Instant::now() + during;
    let loops = (0..parallel).map(|_| async {
        let mut taken = Vec::new();
        while Instant::now() < end {
            let started = Instant::now();
            once().await;
            taken.push(started.elapsed());
        }
        taken
    });
    join_all(loops).await.concat()
}
