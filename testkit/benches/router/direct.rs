//! A small query of one subgraph: through the router, and asked directly.

use std::sync::Arc;
use std::time::Duration;

use crate::gateway::{self, Gateway, MODES};
use crate::load::{self, Question};
use crate::process::Measured;
use crate::shop::{SMALL, Shop};
use crate::{Rounds, in_process, median, row};

const CONNECTIONS: usize = 50;

/// Somebody who is asked, and what the rounds showed.
struct Asked {
    question: Arc<Question>,
    per_second: Vec<f64>,
    /// Microseconds on the processor for each answer.
    processor_us: Vec<f64>,
}

pub(crate) async fn measure(shop: &Shop, rounds: Rounds) {
    let expected = in_process::answer(shop).await;
    let mut gateways: Vec<Gateway> = Vec::new();
    for mode in MODES {
        gateways.push(gateway::ours(shop, mode, &expected).await);
    }
    let mut direct = Asked::new(Shop::question(shop.subgraphs_at, "/products", SMALL)).await;
    let mut through = Vec::new();
    for gateway in &gateways {
        let address = gateway.question().address;
        let asked = Asked::new(Shop::question(address, "/graphql", SMALL)).await;
        assert_eq!(
            asked.question.answer, direct.question.answer,
            "the router changes the answer"
        );
        through.push(asked);
    }
    let during = Duration::from_secs(rounds.seconds);
    for _ in 0..rounds.count {
        direct.ask(&shop.subgraphs, during).await;
        for (asked, gateway) in through.iter_mut().zip(&gateways) {
            asked.ask(gateway.process(), during).await;
        }
    }
    direct.print("one subgraph, asked directly");
    for (asked, mode) in through.iter().zip(MODES) {
        let name = format!("one subgraph, router shares {mode}");
        asked.print(&name);
        let ratio = asked.per_second() / direct.per_second();
        row(&format!("{name}: to directly"), format!("{ratio:.2}"));
    }
}

impl Asked {
    async fn new(mut question: Question) -> Self {
        question.answer = load::once(&question).await;
        Self {
            question: Arc::new(question),
            per_second: Vec::new(),
            processor_us: Vec::new(),
        }
    }

    async fn ask(&mut self, process: &Measured, during: Duration) {
        let before = process.processor_time();
        let round = load::round(&self.question, CONNECTIONS, during).await;
        let used = process.processor_time() - before;
        let us = used.as_secs_f64() * 1e6 / round.answers.max(1) as f64;
        self.processor_us.push(us);
        self.per_second.push(round.per_second);
    }

    fn per_second(&self) -> f64 {
        median(self.per_second.clone())
    }

    fn print(&self, name: &str) {
        let per_second = self.per_second();
        row(
            &format!("{name}: answers a second"),
            format!("{per_second:.0}"),
        );
        let processor = median(self.processor_us.clone());
        row(
            &format!("{name}: processor, µs an answer"),
            format!("{processor:.0}"),
        );
    }
}
