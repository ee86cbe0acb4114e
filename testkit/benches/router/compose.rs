//! Composition, and plans: made, and found in the cache.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use futures::FutureExt;
use futures::future::BoxFuture;
use futures::stream::{self, BoxStream};
use router::compose::{SubgraphSdl, compose};
use router::{Engine, Request, Subgraph, SubgraphRequest, SubgraphResponse};

use crate::shop::QUERY;
use crate::subgraphs::Subgraphs;
use crate::{median, row, supergraph};

const TIMES: usize = 51;
const CACHED_TIMES: usize = 20_001;

pub(crate) async fn measure() {
    let ours = contract();
    let bytes: usize = ours.iter().map(|subgraph| subgraph.sdl.len()).sum();
    row(
        &format!("composing our 8 subgraphs, {} kB, ms", bytes / 1_000),
        composition(&ours),
    );
    row(
        "composing 8 subgraphs, ms",
        composition(&supergraph::of_many(8)),
    );
    row(
        "composing 100 subgraphs, ms",
        composition(&supergraph::of_many(100)),
    );
    plans("the shop's query", &shop(), QUERY).await;
    plans("Home", &contract(), crate::supergraph::HOME).await;
}

fn composition(subgraphs: &[SubgraphSdl]) -> String {
    let taken = (0..TIMES).map(|_| {
        let started = Instant::now();
        let composition = compose(subgraphs);
        assert!(
            composition.supergraph.is_some(),
            "{:?}",
            composition.diagnostics
        );
        started.elapsed().as_secs_f64() * 1000.0
    });
    format!("{:.2}", median(taken.collect()))
}

async fn plans(what: &str, subgraphs: &[SubgraphSdl], query: &str) {
    let mut cold = Vec::new();
    for _ in 0..TIMES {
        let engine = engine(subgraphs);
        let started = Instant::now();
        plan(&engine, query).await;
        cold.push(started.elapsed().as_secs_f64() * 1e6);
    }
    row(
        &format!("{what}: parsed, validated and planned, µs"),
        format!("{:.0}", median(cold)),
    );

    let engine = engine(subgraphs);
    plan(&engine, query).await;
    let mut cached = Vec::new();
    for _ in 0..CACHED_TIMES {
        let started = Instant::now();
        plan(&engine, query).await;
        cached.push(started.elapsed().as_secs_f64() * 1e6);
    }
    row(
        &format!("{what}: plan found in the cache, µs"),
        format!("{:.1}", median(cached)),
    );
}

async fn plan(engine: &Engine, query: &str) {
    let request = Request {
        query: query.to_owned(),
        ..Request::default()
    };
    let planned = engine.explain(request).await;
    assert!(planned.is_ok(), "{:?}", planned.err());
}

fn engine(subgraphs: &[SubgraphSdl]) -> Engine {
    let supergraph = compose(subgraphs).supergraph.expect("they compose");
    let builder = Engine::builder(supergraph);
    let all = subgraphs.iter().fold(builder, |builder, subgraph| {
        builder.subgraph(&subgraph.name, Arc::new(Silent))
    });
    all.build().expect("they fit together")
}

fn shop() -> Vec<SubgraphSdl> {
    let named = |(name, sdl): (&str, String)| SubgraphSdl {
        name: name.to_owned(),
        url: None,
        sdl,
    };
    Subgraphs::new().sdls().map(named).into()
}

/// The subgraphs of the platform, as they are committed.
fn contract() -> Vec<SubgraphSdl> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/subgraphs");
    let files = fs::read_dir(directory).expect("the contract is committed");
    files
        .map(|file| file.expect("it can be read").path())
        .map(|path| SubgraphSdl {
            name: path
                .file_stem()
                .map_or_else(String::new, |name| name.to_string_lossy().into()),
            url: None,
            sdl: fs::read_to_string(path).expect("it can be read"),
        })
        .collect()
}

/// A subgraph that is planned for and never asked.
struct Silent;

impl Subgraph for Silent {
    fn execute(&self, _: SubgraphRequest) -> BoxFuture<'_, SubgraphResponse> {
        std::future::ready(SubgraphResponse::default()).boxed()
    }

    fn subscribe(&self, _: SubgraphRequest) -> BoxStream<'static, SubgraphResponse> {
        Box::pin(stream::empty())
    }
}
