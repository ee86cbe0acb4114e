//! The router in front of HTTP subgraphs, in turns with a peer.

use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use serde_json::Value;

use crate::load::{self, Question, Round};
use crate::process::{Measured, free_address};
use crate::shop::{QUERY, Shop};
use crate::{Rounds, in_process, median, row};

const CONNECTIONS: usize = 50;
/// What identical work under way shares: nothing, requests to subgraphs, those and whole requests.
pub(crate) const MODES: [&str; 3] = ["none", "fetches", "requests"];
const WARM_UP: Duration = Duration::from_secs(2);

/// A gateway that runs, and what its rounds showed.
pub(crate) struct Gateway {
    name: String,
    process: Measured,
    question: Arc<Question>,
    rounds: Vec<Round>,
    /// Milliseconds on the processor for each answer, a round each.
    processor_ms: Vec<f64>,
}

pub(crate) async fn measure(shop: &Shop, peer: Option<&str>, rounds: Rounds) {
    let expected = in_process::answer(shop).await;
    row("answer of the query, bytes", expected.len());
    let mut pairs = Vec::new();
    for mode in MODES {
        let peer = match peer {
            Some(command) => Some(peer_of(shop, command, mode, &expected).await),
            None => None,
        };
        pairs.push((ours(shop, mode, &expected).await, peer));
    }
    for _ in 0..rounds.count {
        let during = Duration::from_secs(rounds.seconds);
        for (ours, peer) in &mut pairs {
            ours.run(during).await;
            if let Some(peer) = peer {
                peer.run(during).await;
            }
        }
    }
    for (ours, peer) in &pairs {
        ours.print();
        if let Some(peer) = peer {
            peer.print();
            ours.compare(peer);
        }
    }
}

/// `portico router`; `mode` says what identical work in flight is shared.
pub(crate) async fn ours(shop: &Shop, mode: &str, expected: &Bytes) -> Gateway {
    let address = free_address().await;
    let mut command = testkit::command().into_std();
    command
        .args(["router", "--share", mode, "--supergraph"])
        .arg(shop.file())
        .args(["--listen", &address.to_string()])
        .env("PORTICO_LOG_FILTER", "warn");
    let name = format!("portico, shares {mode}");
    Gateway::start(&name, &mut command, address, expected).await
}

async fn peer_of(shop: &Shop, command: &str, mode: &str, expected: &Bytes) -> Gateway {
    let address = free_address().await;
    let mut shell = Command::new("sh");
    shell
        .args(["-c", &format!("exec {command}")])
        .env("SUPERGRAPH", shop.file())
        .env("PORT", address.port().to_string())
        .env("SHARE", mode);
    Gateway::start(
        &format!("peer, shares {mode}"),
        &mut shell,
        address,
        expected,
    )
    .await
}

impl Gateway {
    async fn start(
        name: &str,
        command: &mut Command,
        address: SocketAddr,
        expected: &Bytes,
    ) -> Self {
        let process = Measured::start(command, address).await;
        let mut question = Shop::question(address, "/graphql", QUERY);
        question.answer = load::once(&question).await;
        let json = |bytes: &Bytes| serde_json::from_slice::<Value>(bytes).ok();
        assert!(
            json(&question.answer) == json(expected),
            "{name} answers something else: {}",
            String::from_utf8_lossy(&question.answer[..question.answer.len().min(500)])
        );
        let question = Arc::new(question);
        load::round(&question, CONNECTIONS, WARM_UP).await;
        Self {
            name: name.to_owned(),
            process,
            question,
            rounds: Vec::new(),
            processor_ms: Vec::new(),
        }
    }

    pub(crate) fn question(&self) -> &Arc<Question> {
        &self.question
    }

    pub(crate) fn process(&self) -> &Measured {
        &self.process
    }

    async fn run(&mut self, during: Duration) {
        let before = self.process.processor_time();
        let round = load::round(&self.question, CONNECTIONS, during).await;
        let used = self.process.processor_time() - before;
        let ms = used.as_secs_f64() * 1000.0 / round.answers.max(1) as f64;
        self.processor_ms.push(ms);
        self.rounds.push(round);
    }

    fn processor_ms(&self) -> f64 {
        median(self.processor_ms.clone())
    }

    fn of_rounds(&self, figure: impl Fn(&Round) -> f64) -> f64 {
        median(self.rounds.iter().map(figure).collect())
    }

    fn print(&self) {
        let name = &self.name;
        let ms = |duration: Duration| duration.as_secs_f64() * 1000.0;
        row(
            &format!("{name}: processor, ms an answer"),
            format!("{:.3}", self.processor_ms()),
        );
        let per_second = self.of_rounds(|round| round.per_second);
        row(
            &format!("{name}: answers a second"),
            format!("{per_second:.0}"),
        );
        let p50 = self.of_rounds(|round| ms(round.p50));
        row(&format!("{name}: p50, ms"), format!("{p50:.1}"));
        let p99 = self.of_rounds(|round| ms(round.p99));
        row(&format!("{name}: p99, ms"), format!("{p99:.1}"));
        row(
            &format!("{name}: memory, MB"),
            format!("{:.0}", self.process.memory_mb()),
        );
    }

    /// Ratios to a peer, below one where we are better.
    fn compare(&self, peer: &Self) {
        let name = &self.name;
        let ratio = self.processor_ms() / peer.processor_ms();
        row(
            &format!("{name}: processor, to the peer"),
            format!("{ratio:.2}"),
        );
        let p99 = |gateway: &Self| gateway.of_rounds(|round| round.p99.as_secs_f64());
        row(
            &format!("{name}: p99, to the peer"),
            format!("{:.2}", p99(self) / p99(peer)),
        );
        let memory = self.process.memory_mb() / peer.process.memory_mb();
        row(
            &format!("{name}: memory, to the peer"),
            format!("{memory:.2}"),
        );
    }
}
