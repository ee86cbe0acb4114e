//! A federated shop: four subgraphs in this process, and a log of what each was asked.

pub(crate) mod accounts;
pub(crate) mod inventory;
pub(crate) mod log;
pub(crate) mod monolith;
pub(crate) mod products;
pub(crate) mod reviews;

use std::sync::Arc;

use async_graphql::{ObjectType, SDLExportOptions, Schema, SubscriptionType};
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use futures::{FutureExt, StreamExt};
use router::compose::{SubgraphSdl, Supergraph, compose};
use router::{
    Code, Context, Engine, GraphQLError, InProcess, Options, Request, Response, Subgraph,
    SubgraphRequest, SubgraphResponse,
};
use serde_json::{Value, json};

pub(crate) use self::log::Log;
use self::log::Logged;

/// The shop behind an engine.
pub(crate) struct Shop {
    pub(crate) engine: Arc<Engine>,
    pub(crate) log: Log,
    pub(crate) stopped: products::Stopped,
}

impl Shop {
    pub(crate) fn open() -> Self {
        Self::with(Options::default())
    }

    pub(crate) fn with(options: Options) -> Self {
        Self::build(options, None)
    }

    /// The shop, one of whose subgraphs does not answer.
    pub(crate) fn without(down: &'static str) -> Self {
        Self::build(Options::default(), Some(down))
    }

    fn build(options: Options, down: Option<&str>) -> Self {
        let log = Log::default();
        let stopped = products::Stopped::default();
        let accounts = accounts::schema();
        let products = products::schema(stopped.clone());
        let reviews = reviews::schema();
        let inventory = inventory::schema();
        let supergraph = compose_all(&[
            sdl("accounts", &accounts),
            sdl("inventory", &inventory),
            sdl("products", &products),
            sdl("reviews", &reviews),
        ]);
        let parts: [(&str, Arc<dyn Subgraph>); 4] = [
            (
                "accounts",
                Logged::shared("accounts", &log, in_process(accounts)),
            ),
            (
                "inventory",
                Logged::shared("inventory", &log, in_process(inventory)),
            ),
            (
                "products",
                Logged::shared("products", &log, in_process(products)),
            ),
            (
                "reviews",
                Logged::shared("reviews", &log, in_process(reviews)),
            ),
        ];
        let mut builder = Engine::builder(supergraph).options(options);
        for (name, subgraph) in parts {
            let subgraph = if down == Some(name) {
                Arc::new(Down(name.to_owned()))
            } else {
                subgraph
            };
            builder = builder.subgraph(name, subgraph);
        }
        Self {
            engine: Arc::new(builder.build().expect("the shop fits together")),
            log,
            stopped,
        }
    }

    pub(crate) async fn respond(&self, query: &str, variables: Value) -> Response {
        let request = Request {
            query: query.to_owned(),
            variables: variables.as_object().cloned().unwrap_or_default(),
            ..Request::default()
        };
        self.engine.execute(request, Context::default()).await
    }

    /// The answer as JSON.
    pub(crate) async fn run(&self, query: &str, variables: Value) -> Value {
        let response = self.respond(query, variables).await;
        serde_json::from_slice(response.body()).expect("an answer is JSON")
    }

    /// The data of an answer without errors.
    pub(crate) async fn data(&self, query: &str) -> Value {
        let answer = self.run(query, json!({})).await;
        assert_eq!(answer.get("errors"), None, "{answer:#}");
        answer["data"].clone()
    }
}

/// A subgraph that can not be reached.
struct Down(String);

impl Subgraph for Down {
    fn execute(&self, _: SubgraphRequest) -> BoxFuture<'_, SubgraphResponse> {
        let error = GraphQLError::new(Code::SubrequestFailed, "connection refused")
            .with_extension("service", self.0.as_str());
        std::future::ready(SubgraphResponse::failed(error)).boxed()
    }

    fn subscribe(&self, request: SubgraphRequest) -> BoxStream<'static, SubgraphResponse> {
        let failed = self.execute(request).now_or_never();
        futures::stream::iter(failed).boxed()
    }
}

pub(crate) fn in_process<Q, M, S>(schema: Schema<Q, M, S>) -> InProcess<Q, M, S> {
    InProcess::new(schema, |request, extensions| {
        request.data(extensions.clone())
    })
}

pub(crate) fn sdl<Q, M, S>(name: &str, schema: &Schema<Q, M, S>) -> SubgraphSdl
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    SubgraphSdl {
        name: name.to_owned(),
        url: None,
        sdl: schema.sdl_with_options(SDLExportOptions::new().federation().compose_directive()),
    }
}

pub(crate) fn compose_all(subgraphs: &[SubgraphSdl]) -> Supergraph {
    let composition = compose(subgraphs);
    composition
        .supergraph
        .unwrap_or_else(|| panic!("{:#?}", composition.diagnostics))
}
