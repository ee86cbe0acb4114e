//! Holds composed supergraphs against the planner.

use std::sync::Arc;

use futures::FutureExt;
use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use router::compose::{SubgraphSdl, Supergraph};
use router::{Engine, Request, Rollout, Subgraph, SubgraphRequest, SubgraphResponse};

/// A subgraph that is planned for and never asked.
struct Silent;

impl Subgraph for Silent {
    fn execute(&self, _: SubgraphRequest) -> BoxFuture<'_, SubgraphResponse> {
        std::future::ready(SubgraphResponse::default()).boxed()
    }

    fn subscribe(&self, _: SubgraphRequest) -> BoxStream<'static, SubgraphResponse> {
        futures::stream::empty().boxed()
    }
}

/// Plans are compared, so that chance has no say in them.
struct Last;

impl Rollout for Last {
    fn place(&self, _: &http::Extensions) -> f64 {
        100.0
    }
}

/// Lets an engine read a supergraph.
pub(crate) fn engine(subgraphs: &[SubgraphSdl], supergraph: &Supergraph) -> Engine {
    let builder = Engine::builder(supergraph.clone()).rollout(Arc::new(Last));
    let named = subgraphs.iter().fold(builder, |builder, subgraph| {
        builder.subgraph(&subgraph.name, Arc::new(Silent))
    });
    named.build().unwrap()
}

/// The plan of an operation.
pub(crate) fn plan(engine: &Engine, operation: &str) -> String {
    let request = Request {
        query: operation.to_owned(),
        ..Request::default()
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let explained = runtime.block_on(engine.explain(request));
    explained
        .map_err(|errors| format!("{errors:?}"))
        .unwrap()
        .to_string()
}
