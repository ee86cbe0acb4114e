//! The same query over the same subgraphs in this process: no HTTP, no JSON between.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use router::compose::{SubgraphSdl, compose};
use router::{Context, Engine, InProcess, Request};

use crate::load;
use crate::shop::{QUERY, Shop};
use crate::subgraphs::Subgraphs;
use crate::{Rounds, gateway, median, row};

/// As many as the HTTP side has connections would only wait here.
const AT_ONCE: usize = 4;

pub(crate) async fn measure(shop: &Shop, rounds: Rounds) {
    let engine = engine();
    let expected = ask(&engine).await;
    let over_http = gateway::ours(shop, "none", &expected).await;
    let (mut here, mut there) = (Vec::new(), Vec::new());
    let during = Duration::from_secs(rounds.seconds);
    for _ in 0..rounds.count {
        here.push(round(&engine, during).await);
        there.push(
            load::round(over_http.question(), 50, during)
                .await
                .per_second,
        );
    }
    let (here, there) = (median(here), median(there));
    row("in process: answers a second", format!("{here:.0}"));
    row("over HTTP: answers a second", format!("{there:.0}"));
    row("in process, to over HTTP", format!("{:.1}", here / there));
}

/// The answer, as every gateway must give it.
pub(crate) async fn answer(_shop: &Shop) -> Bytes {
    ask(&engine()).await
}

async fn round(engine: &Arc<Engine>, during: Duration) -> f64 {
    let started = Instant::now();
    let loops = (0..AT_ONCE).map(|_| {
        let engine = Arc::clone(engine);
        tokio::spawn(async move {
            let mut answers = 0_usize;
            while started.elapsed() < during {
                ask(&engine).await;
                answers += 1;
            }
            answers
        })
    });
    let answers = futures::future::join_all(loops).await;
    let answers: usize = answers
        .into_iter()
        .map(|answers| answers.expect("it answers"))
        .sum();
    answers as f64 / started.elapsed().as_secs_f64()
}

async fn ask(engine: &Arc<Engine>) -> Bytes {
    let request = Request {
        query: QUERY.to_owned(),
        ..Request::default()
    };
    let response = engine.execute(request, Context::default()).await;
    assert!(response.errors().is_empty(), "{:?}", response.errors());
    response.body().clone()
}

fn engine() -> Arc<Engine> {
    let subgraphs = Subgraphs::new();
    let sdls = subgraphs.sdls().map(|(name, sdl)| SubgraphSdl {
        name: name.to_owned(),
        url: None,
        sdl,
    });
    let supergraph = compose(&sdls).supergraph.expect("the shop composes");
    let builder = Engine::builder(supergraph)
        .subgraph(
            "accounts",
            Arc::new(InProcess::new(subgraphs.accounts, |request, _| request)),
        )
        .subgraph(
            "inventory",
            Arc::new(InProcess::new(subgraphs.inventory, |request, _| request)),
        )
        .subgraph(
            "products",
            Arc::new(InProcess::new(subgraphs.products, |request, _| request)),
        )
        .subgraph(
            "reviews",
            Arc::new(InProcess::new(subgraphs.reviews, |request, _| request)),
        );
    Arc::new(builder.build().expect("the shop fits together"))
}
