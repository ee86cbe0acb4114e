//! The stock: an async-graphql schema, served by axum as any subgraph would be.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_graphql::http::ALL_WEBSOCKET_PROTOCOLS;
use async_graphql::{Context, Data, ID, Object, Schema, SimpleObject};
use async_graphql_axum::{GraphQLProtocol, GraphQLRequest, GraphQLResponse, GraphQLWebSocket};
use axum::extract::{State, WebSocketUpgrade};
use axum::response::Response;
use axum::routing::{get, post};
use futures::Stream;
use http::{HeaderMap, Version};
use tokio::net::TcpListener;
use tokio::sync::{Notify, Semaphore};

pub(crate) type StockSchema = Schema<StockQuery, StockMutation, Subscription>;

/// What a test sees of the stock, and how it holds it.
#[derive(Clone, Default)]
pub(crate) struct Stock(Arc<Watched>);

#[derive(Default)]
struct Watched {
    seen: Mutex<Vec<(Version, HeaderMap)>>,
    held: AtomicUsize,
    gate: Gate,
    stopped: Notify,
}

/// Shut until a test opens it.
struct Gate(Semaphore);

impl Default for Gate {
    fn default() -> Self {
        Self(Semaphore::new(0))
    }
}

impl Stock {
    pub(crate) fn schema(&self) -> StockSchema {
        Schema::build(StockQuery, StockMutation, Subscription)
            .data(self.clone())
            .enable_subscription_in_federation()
            .finish()
    }

    pub(crate) fn app(&self) -> axum::Router {
        axum::Router::new()
            .route("/graphql", post(answer))
            .route("/ws", get(subscribe))
            .with_state(self.clone())
    }

    /// Serves it on a free port of loopback.
    pub(crate) async fn listen(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("loopback is free");
        let address = listener.local_addr().expect("a bound socket has one");
        let app = self.app();
        tokio::spawn(async move { axum::serve(listener, app).await });
        address.to_string()
    }

    pub(crate) fn versions(&self) -> Vec<Version> {
        let seen = self.0.seen.lock().expect("nobody panicked");
        seen.iter().map(|(version, _)| *version).collect()
    }

    pub(crate) fn headers(&self) -> Vec<HeaderMap> {
        let seen = self.0.seen.lock().expect("nobody panicked");
        seen.iter().map(|(_, headers)| headers.clone()).collect()
    }

    fn see(&self, version: Version, headers: HeaderMap) {
        let mut seen = self.0.seen.lock().expect("nobody panicked");
        seen.push((version, headers));
    }

    /// Queries of `held` that have arrived.
    pub(crate) fn held(&self) -> usize {
        self.0.held.load(Ordering::SeqCst)
    }

    pub(crate) fn open_gate(&self) {
        self.0.gate.0.add_permits(1_000);
    }

    /// Waits until a subscription was dropped here.
    pub(crate) async fn stopped(&self) {
        self.0.stopped.notified().await;
    }
}

async fn answer(
    State(stock): State<Stock>,
    version: Version,
    headers: HeaderMap,
    request: GraphQLRequest,
) -> GraphQLResponse {
    stock.see(version, headers);
    stock.schema().execute(request.into_inner()).await.into()
}

async fn subscribe(
    State(stock): State<Stock>,
    protocol: GraphQLProtocol,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let mut data = Data::default();
    data.insert(headers);
    let schema = stock.schema();
    upgrade
        .protocols(ALL_WEBSOCKET_PROTOCOLS)
        .on_upgrade(move |stream| {
            GraphQLWebSocket::new(stream, schema, protocol)
                .with_data(data)
                .serve()
        })
}

#[derive(SimpleObject)]
struct Item {
    sku: ID,
    count: Option<i32>,
}

pub(crate) struct StockQuery;

#[Object(name = "Query")]
impl StockQuery {
    async fn warehouse(&self) -> Option<&str> {
        Some("Rotterdam")
    }

    /// Comes back in the answer, whatever is in it.
    async fn echo(&self, text: String) -> Option<String> {
        Some(text)
    }

    async fn failing(&self) -> async_graphql::Result<Option<i32>> {
        use async_graphql::ErrorExtensions;
        let error = async_graphql::Error::new("the stock is counted");
        Err(error.extend_with(|_, extensions| extensions.set("code", "CONFLICT")))
    }

    /// Waits for the gate.
    async fn held(&self, ctx: &Context<'_>) -> Option<usize> {
        let state = &ctx.data_unchecked::<Stock>().0;
        let number = state.held.fetch_add(1, Ordering::SeqCst);
        let _place = state.gate.0.acquire().await;
        Some(number)
    }

    #[graphql(entity)]
    async fn item(&self, sku: ID) -> Item {
        let count = match sku.as_str() {
            "a" => Some(1),
            "b" => Some(2),
            _ => None,
        };
        Item { sku, count }
    }
}

pub(crate) struct StockMutation;

#[Object(name = "Mutation")]
impl StockMutation {
    async fn restock(&self, count: i32) -> Option<i32> {
        Some(count)
    }
}

pub(crate) struct Subscription;

/// Tells that its subscription was dropped.
struct Stop(Stock);

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.0.stopped.notify_one();
    }
}

#[async_graphql::Subscription]
impl Subscription {
    /// The numbers from 0; they end before `until`, or never.
    async fn counted(&self, ctx: &Context<'_>, until: Option<i32>) -> impl Stream<Item = i32> {
        let stop = Stop(ctx.data_unchecked::<Stock>().clone());
        async_stream::stream! {
            let _stop = stop;
            for number in 0..until.unwrap_or(2) {
                yield number;
            }
            if until.is_none() {
                std::future::pending::<()>().await;
            }
        }
    }

    async fn header(&self, ctx: &Context<'_>, name: String) -> impl Stream<Item = Option<String>> {
        let headers = ctx.data_unchecked::<HeaderMap>();
        let value = headers.get(&name).and_then(|value| value.to_str().ok());
        let value = value.map(str::to_owned);
        futures::stream::iter([value])
    }
}
