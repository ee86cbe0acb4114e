//! The graph: items of a shop in this process, and what a remote stock knows of them.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::{EmptyMutation, EmptySubscription, ID, Object, Schema, SimpleObject};
use async_graphql::{ObjectType, SDLExportOptions, SubscriptionType};
use http::{Extensions, HeaderMap};
use router::compose::{SubgraphSdl, compose};
use router::{ClientHeaders, Context, Engine, InProcess, Remote, RemoteOptions, Request};
use serde_json::{Value, json};

use crate::served;

/// Both subgraphs are asked, one after the other and side by side.
pub(crate) const EVERYTHING: &str = "{ items { name count } warehouse }";

#[derive(SimpleObject)]
struct Item {
    sku: ID,
    name: &'static str,
}

struct ShopQuery;

#[Object(name = "Query")]
impl ShopQuery {
    async fn items(&self) -> Vec<Item> {
        let item = |(sku, name): (&str, &'static str)| Item {
            sku: sku.into(),
            name,
        };
        [("a", "Axe"), ("b", "Bow")].map(item).into()
    }

    #[graphql(entity)]
    async fn item(&self, sku: ID) -> Item {
        Item { sku, name: "Item" }
    }
}

/// An engine over the shop and a stock at `url`.
pub(crate) fn engine(url: &str, options: RemoteOptions) -> Arc<Engine> {
    let shop = Schema::new(ShopQuery, EmptyMutation, EmptySubscription);
    let stock = served::Stock::default();
    let composition = compose(&[sdl("shop", &shop), sdl("stock", &stock.schema())]);
    let supergraph = composition
        .supergraph
        .unwrap_or_else(|| panic!("{:#?}", composition.diagnostics));
    let remote = Remote::new(url, options).expect("the options are good");
    let engine = Engine::builder(supergraph)
        .subgraph("shop", Arc::new(InProcess::new(shop, |request, _| request)))
        .subgraph("stock", Arc::new(remote))
        .build();
    Arc::new(engine.expect("the graph fits together"))
}

fn sdl<Q, M, S>(name: &str, schema: &Schema<Q, M, S>) -> SubgraphSdl
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    SubgraphSdl {
        name: name.to_owned(),
        url: None,
        sdl: schema.sdl_with_options(SDLExportOptions::new().federation()),
    }
}

/// What everything is when nothing is wrong.
pub(crate) fn everything() -> Value {
    json!({ "data": {
        "items": [{ "name": "Axe", "count": 1 }, { "name": "Bow", "count": 2 }],
        "warehouse": "Rotterdam",
    } })
}

pub(crate) async fn run(engine: &Arc<Engine>, query: &str) -> Value {
    run_as(engine, query, Extensions::new()).await
}

pub(crate) async fn run_as(engine: &Arc<Engine>, query: &str, extensions: Extensions) -> Value {
    let context = Context {
        extensions,
        deadline: None,
    };
    let response = engine.execute(request(query), context).await;
    serde_json::from_slice(response.body()).expect("an answer is JSON")
}

pub(crate) fn request(query: &str) -> Request {
    Request {
        query: query.to_owned(),
        ..Request::default()
    }
}

/// Extensions as the HTTP front makes them of a client's headers.
pub(crate) fn client(headers: &[(&'static str, &'static str)]) -> Extensions {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(*name, value.parse().expect("it is a value"));
    }
    let mut extensions = Extensions::new();
    extensions.insert(ClientHeaders(Arc::new(map)));
    extensions
}

/// The codes of an answer's errors with their paths.
pub(crate) fn failures(answer: &Value) -> Vec<String> {
    let errors = answer["errors"].as_array().map_or(&[][..], Vec::as_slice);
    let shown = errors.iter().map(|error| {
        let extensions = &error["extensions"];
        let part = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let (code, service) = (part(&extensions["code"]), part(&extensions["service"]));
        format!("{code} {service} {}", error["path"])
    });
    let mut shown: Vec<_> = shown.collect();
    shown.sort();
    shown
}

/// Tries until something holds; a test that waits in vain fails.
pub(crate) async fn until<F: Future<Output = bool>>(mut holds: impl FnMut() -> F) {
    let tried = async {
        while !holds().await {
            tokio::task::yield_now().await;
        }
    };
    within(tried).await;
}

/// What comes of waiting, in a time that is long enough.
pub(crate) async fn within<T>(waiting: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), waiting)
        .await
        .expect("it happens in time")
}
