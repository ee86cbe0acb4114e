//! Four subgraphs of a shop, in async-graphql, with HTTP in front of them.

use std::net::SocketAddr;

use async_graphql::{EmptyMutation, EmptySubscription, ObjectType, SDLExportOptions, Schema};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::post;

mod accounts;
mod inventory;
mod products;
mod reviews;

/// A schema that only reads.
pub(crate) type ReadOnly<Q> = Schema<Q, EmptyMutation, EmptySubscription>;

/// All of them, for one use of each.
pub(crate) struct Subgraphs {
    pub(crate) accounts: ReadOnly<accounts::Query>,
    pub(crate) inventory: ReadOnly<inventory::Query>,
    pub(crate) products: ReadOnly<products::Query>,
    pub(crate) reviews: ReadOnly<reviews::Query>,
}

impl Subgraphs {
    pub(crate) fn new() -> Self {
        Self {
            accounts: schema(accounts::Query),
            inventory: schema(inventory::Query),
            products: schema(products::Query),
            reviews: schema(reviews::Query),
        }
    }

    /// Name and SDL of each.
    pub(crate) fn sdls(&self) -> [(&'static str, String); 4] {
        [
            ("accounts", sdl(&self.accounts)),
            ("inventory", sdl(&self.inventory)),
            ("products", sdl(&self.products)),
            ("reviews", sdl(&self.reviews)),
        ]
    }
}

/// Answers at `/NAME` until the process is ended.
pub(crate) async fn serve(address: SocketAddr) {
    let subgraphs = Subgraphs::new();
    let app = axum::Router::new()
        .route("/accounts", post(answer).with_state(subgraphs.accounts))
        .route("/inventory", post(answer).with_state(subgraphs.inventory))
        .route("/products", post(answer).with_state(subgraphs.products))
        .route("/reviews", post(answer).with_state(subgraphs.reviews));
    let listener = tokio::net::TcpListener::bind(address).await;
    let listener = listener.expect("the address is free");
    axum::serve(listener, app).await.expect("it serves");
}

async fn answer<Q: ObjectType + 'static>(
    State(schema): State<ReadOnly<Q>>,
    body: Bytes,
) -> impl IntoResponse {
    let request: async_graphql::Request =
        serde_json::from_slice(&body).expect("the router sends JSON");
    let response = schema.execute(request).await;
    let body = serde_json::to_vec(&response).expect("an answer is JSON");
    ([(CONTENT_TYPE, "application/json")], body)
}

fn schema<Q: ObjectType + 'static>(query: Q) -> ReadOnly<Q> {
    Schema::build(query, EmptyMutation, EmptySubscription).finish()
}

fn sdl<Q: ObjectType + 'static>(schema: &ReadOnly<Q>) -> String {
    schema.sdl_with_options(SDLExportOptions::new().federation())
}
