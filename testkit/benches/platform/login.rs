//! Signing in: one password hash, and the rows of one session.

use testkit::{Backend, PASSWORD, Portico};

use crate::load::Latencies;

const PARALLEL: usize = 2;

pub(crate) async fn measure(backend: Backend) {
    let often = [
        ("PORTICO_AUTH_ACCOUNT_LOGINS_PER_MINUTE", "1000000"),
        ("PORTICO_AUTH_ADDRESS_LOGINS_PER_MINUTE", "1000000"),
    ];
    let portico = Portico::start_with(backend, &often).await;
    portico.client().register("ann@example.com").await;
    let latencies = Latencies::of(PARALLEL, async || {
        portico.client().login("ann@example.com", PASSWORD).await;
    })
    .await;
    latencies.print("login, 2 at once");
}
