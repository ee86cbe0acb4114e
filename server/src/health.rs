//! What a load balancer and an orchestrator ask, and the keys that verify our tokens.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use kit::App;
use kit::event::Log;
use serde_json::json;
use tokio_util::sync::CancellationToken;

#[derive(Clone)]
struct Health {
    app: App,
    shutdown: CancellationToken,
}

/// `/health/live` and `/health/ready`, of every process.
pub fn routes(app: App, shutdown: CancellationToken) -> Router {
    Router::new()
        .route("/health/live", get(live))
        .route("/health/ready", get(ready))
        .with_state(Health { app, shutdown })
}

/// `/.well-known/jwks.json`, beside the router.
pub fn keys(app: App) -> Router {
    Router::new()
        .route("/.well-known/jwks.json", get(jwks))
        .with_state(app)
}

/// The process runs. Nothing else is looked at: a database that is away is no reason to restart.
async fn live() -> Response {
    answer(StatusCode::OK, json!({ "status": "live" }))
}

/// Requests can be served: the database answers and no stop is under way.
async fn ready(State(health): State<Health>) -> Response {
    if health.shutdown.is_cancelled() {
        return answer(
            StatusCode::SERVICE_UNAVAILABLE,
            json!({ "status": "stopping" }),
        );
    }
    let looked = async {
        let mut conn = health.app.db.read().await?;
        Ok::<_, kit::error::StorageError>(Log::head(&mut conn).await?)
    };
    match looked.await {
        Ok(_) => answer(StatusCode::OK, json!({ "status": "ready" })),
        Err(err) => {
            tracing::warn!(error = &err as &dyn std::error::Error, "not ready");
            let body = json!({ "status": "unavailable", "reason": "the database does not answer" });
            answer(StatusCode::SERVICE_UNAVAILABLE, body)
        }
    }
}

/// The public keys of our tokens (RFC 7517).
async fn jwks(State(app): State<App>) -> Response {
    match auth::jwks(&app).await {
        Ok(keys) => Json(keys).into_response(),
        Err(err) => {
            let err = kit::ApiError::from(err);
            answer(
                StatusCode::INTERNAL_SERVER_ERROR,
                json!({ "status": err.message() }),
            )
        }
    }
}

fn answer(status: StatusCode, body: serde_json::Value) -> Response {
    (status, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}
