//! Ordinary queries at a modest pace, and how long each waits for its answer.

use std::time::{Duration, Instant};

use futures::future::join_all;
use serde_json::json;
use testkit::Client;
use tokio::time::{MissedTickBehavior, interval};

use crate::server::stranger;
use crate::{milliseconds, quantile, row};

/// From one of each kind to the next. They are sent whether or not the one before was answered.
const PACE: Duration = Duration::from_millis(100);

const KINDS: [(&str, &str); 2] = [
    (
        "viewer and tenant",
        "{ viewer { name currentTenant { name } } }",
    ),
    ("own id", "{ viewer { id } }"),
];

/// Somebody in a tenant, who asks.
pub(crate) struct Queries {
    client: Client,
}

/// How long the queries of each kind waited, in seconds.
#[derive(Default)]
pub(crate) struct Waits([Vec<f64>; 2]);

impl Queries {
    /// Registers who asks, and asks for the first time.
    pub(crate) async fn start(client: &Client) -> Self {
        let client = stranger(client).register("asking@example.com").await;
        let client = client.in_new_tenant("Acme").await;
        for (_, query) in KINDS {
            client.data(query, json!({})).await;
        }
        Self { client }
    }

    /// Asks for some time.
    pub(crate) async fn ask(&self, during: Duration) -> Waits {
        let [(_, first), (_, second)] = KINDS;
        let (first, second) = futures::join!(self.one(first, during), self.one(second, during));
        Waits([first, second])
    }

    async fn one(&self, query: &'static str, during: Duration) -> Vec<f64> {
        let mut pace = interval(PACE);
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let started = Instant::now();
        let mut asked = Vec::new();
        while started.elapsed() < during {
            pace.tick().await;
            let client = self.client.clone();
            asked.push(tokio::spawn(async move {
                let started = Instant::now();
                client.data(query, json!({})).await;
                started.elapsed().as_secs_f64()
            }));
        }
        let answered = join_all(asked).await.into_iter();
        let waits = answered.map(|wait| wait.expect("every query is answered"));
        waits.collect()
    }
}

impl Waits {
    pub(crate) fn add(&mut self, more: Self) {
        for (waits, more) in self.0.iter_mut().zip(more.0) {
            waits.extend(more);
        }
    }

    /// Prints the lines of a measure.
    pub(crate) fn print(self, when: &str) {
        for ((kind, _), waits) in KINDS.into_iter().zip(self.0) {
            for (part, name) in [(0.5, "p50"), (0.99, "p99")] {
                let wait = quantile(waits.clone(), part);
                row(&format!("{kind}, {when}: {name}"), milliseconds(wait));
            }
        }
    }
}
