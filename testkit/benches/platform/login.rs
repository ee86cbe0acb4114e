//! Signing in: one password hash, and the rows of one session.

use testkit::{Backend, PASSWORD, Portico};

use crate::load::Latencies;

const PARALLEL: usize = 2;

pub(crate) async fn measure(backend: Backend) {
    let portico = Portico::start(backend).await;
    portico.client().register("ann@example.com").await;
    let latencies = Latencies::of(PARALLEL, async || {
        portico.client().login("ann@example.com", PASSWORD).await;
    })
    .await;
    latencies.print("login, 2 at once");
}
