//! From the start of the process to its first answer, on a database that is there already.

use std::time::Instant;

use testkit::{Backend, Portico};

use crate::load::milliseconds;
use crate::row;

const STARTS: usize = 9;

pub(crate) async fn measure(backend: Backend) {
    let mut portico = Portico::start(backend).await;
    let mut taken = Vec::new();
    for _ in 0..STARTS {
        portico.interrupt().await;
        let started = Instant::now();
        portico.restart().await;
        taken.push(started.elapsed());
    }
    taken.sort_unstable();
    row(
        "start to ready, existing database: median",
        milliseconds(taken[STARTS / 2]),
    );
    row(
        "start to ready, existing database: worst",
        milliseconds(taken[STARTS - 1]),
    );
}
