//! Sign-ins: how many there are in a second against the hashes that the machine makes in one, and
//! how long others wait for an answer meanwhile.

use std::time::{Duration, Instant};

use auth::{AuthConfig, checks_per_second};
use futures::future::{join, join_all};
use testkit::{Backend, Client, PASSWORD};

use crate::accounts::register;
use crate::queries::{Queries, Waits};
use crate::server::{self, stranger};
use crate::{Rounds, median, row};

/// Those who sign in at once: more than have a turn, so that one always waits for it.
const PARALLEL: usize = 8;
/// Accounts of each of them.
const ACCOUNTS: usize = 4;

pub(crate) async fn measure(backend: Backend, rounds: Rounds) {
    let portico = server::start(backend).await;
    let emails = register(portico.client(), "user", PARALLEL * ACCOUNTS).await;
    let queries = Queries::start(portico.client()).await;
    let config = AuthConfig::default();

    let (mut hashes, mut logins, mut beside) = (Vec::new(), Vec::new(), Vec::new());
    let (mut idle, mut busy) = (Waits::default(), Waits::default());
    for _ in 0..rounds.count {
        let hashed = checks_per_second(&config, rounds.length).await;
        hashes.push(hashed.expect("passwords can be checked"));
        logins.push(per_second(portico.client(), &emails, rounds.length).await);
        idle.add(queries.ask(rounds.length).await);
        let signing_in = per_second(portico.client(), &emails, rounds.length);
        let (signed_in, waits) = join(signing_in, queries.ask(rounds.length)).await;
        beside.push(signed_in);
        busy.add(waits);
    }

    let ratios = logins.iter().zip(&hashes).map(|(one, other)| one / other);
    let ratio = median(ratios.collect());
    let parallel = config.parallel_hashes;
    row(
        &format!("hashes alone, {parallel} at once: per second"),
        figure(median(hashes)),
    );
    row(
        &format!("logins, {PARALLEL} at once: per second"),
        figure(median(logins)),
    );
    row("logins to hashes: ratio", format!("{ratio:.2}"));
    row("logins beside queries: per second", figure(median(beside)));
    idle.print("without logins");
    busy.print("beside logins");
}

fn figure(per_second: f64) -> String {
    format!("{per_second:.1}")
}

/// Signs in again and again, each loop to accounts of its own from an address of its own.
async fn per_second(client: &Client, emails: &[String], during: Duration) -> f64 {
    let started = Instant::now();
    let loops = emails.chunks(ACCOUNTS).map(|emails| async {
        let client = stranger(client);
        let mut count = 0_u32;
        for email in emails.iter().cycle() {
            if started.elapsed() >= during {
                break;
            }
            client.login(email, PASSWORD).await;
            count += 1;
        }
        count
    });
    let count: u32 = join_all(loops).await.into_iter().sum();
    f64::from(count) / started.elapsed().as_secs_f64()
}
