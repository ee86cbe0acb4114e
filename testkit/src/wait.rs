//! Waiting for a condition, for a bounded time.

use std::time::Duration;

use tokio::time::{Instant, sleep};

const MAX: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(20);

/// Asks again and again until there is something, and panics with `what` when there never is.
pub async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = ask().await {
            return found;
        }
        assert!(
            started.elapsed() < MAX,
            "waited {} s in vain: {what}",
            MAX.as_secs()
        );
        sleep(POLL).await;
    }
}
