//! A small query of one subgraph: through the router, and asked directly.

use std::sync::Arc;
use std::time::Duration;

use crate::load;
use crate::shop::{SMALL, Shop};
use crate::{Rounds, gateway, in_process, median, row};

const CONNECTIONS: usize = 50;

pub(crate) async fn measure(shop: &Shop, rounds: Rounds) {
    let expected = in_process::answer(shop).await;
    let gateway = gateway::ours(shop, "none", &expected).await;
    let mut through = Shop::question(gateway.question().address, "/graphql", SMALL);
    through.answer = load::once(&through).await;
    let mut direct = Shop::question(shop.subgraphs_at, "/products", SMALL);
    direct.answer = load::once(&direct).await;
    assert_eq!(
        through.answer, direct.answer,
        "the router changes the answer"
    );

    let (through, direct) = (Arc::new(through), Arc::new(direct));
    let during = Duration::from_secs(rounds.seconds);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let (mut router_us, mut subgraph_us) = (Vec::new(), Vec::new());
    for _ in 0..rounds.count {
        let before = gateway.process().processor_time();
        let round = load::round(&through, CONNECTIONS, during).await;
        let used = gateway.process().processor_time() - before;
        router_us.push(used.as_secs_f64() * 1e6 / round.answers.max(1) as f64);
        ours.push(round.per_second);

        let before = shop.subgraphs.processor_time();
        let round = load::round(&direct, CONNECTIONS, during).await;
        let used = shop.subgraphs.processor_time() - before;
        subgraph_us.push(used.as_secs_f64() * 1e6 / round.answers.max(1) as f64);
        theirs.push(round.per_second);
    }
    let (ours, theirs) = (median(ours), median(theirs));
    row(
        "one subgraph, through the router: answers a second",
        format!("{ours:.0}"),
    );
    row(
        "one subgraph, asked directly: answers a second",
        format!("{theirs:.0}"),
    );
    row(
        "through the router, to asked directly",
        format!("{:.2}", ours / theirs),
    );
    row(
        "router: processor, µs an answer",
        format!("{:.0}", median(router_us)),
    );
    row(
        "subgraph: processor, µs an answer",
        format!("{:.0}", median(subgraph_us)),
    );
}
