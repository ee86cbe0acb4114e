//! The small service of the README's tour: a help desk that keeps its tickets in memory.
//!
//! It stands for a service of somebody else: it knows nothing of the platform, and the platform
//! knows it only by its OpenAPI description.

mod ticket;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use anyhow::Context as _;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;
use tokio::net::TcpListener;

use ticket::{NewTicket, Status, Ticket};

/// The service's description, with the address of the running service for `{address}`.
const DESCRIPTION: &str = include_str!("openapi.yaml");
/// The oldest tickets go when there are more.
const TICKETS_MAX: usize = 1_000;

type Desk = Arc<Mutex<Vec<Ticket>>>;

/// Serves until Ctrl-C.
pub async fn run(listen: SocketAddr) -> anyhow::Result<()> {
    let listener = TcpListener::bind(listen)
        .await
        .with_context(|| format!("cannot listen on {listen}; choose another with --listen"))?;
    let address = listener.local_addr()?;
    println!("The demo service is ready.");
    println!("  Description  http://{address}/openapi.yaml");
    println!("  Health       http://{address}/health");
    let stop = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    axum::serve(listener, routes(address))
        .with_graceful_shutdown(stop)
        .await?;
    Ok(())
}

/// The routes of the service, as the description has them.
fn routes(address: SocketAddr) -> Router {
    let description = DESCRIPTION.replace("{address}", &address.to_string());
    Router::new()
        .route(
            "/openapi.yaml",
            get(|| async { ([(header::CONTENT_TYPE, "application/yaml")], description) }),
        )
        .route("/health", get(|| async { Json(json!({ "status": "ok" })) }))
        .route("/tickets", get(list).post(open))
        .route("/tickets/{id}", get(find).delete(close))
        .with_state(Desk::default())
}

#[derive(Deserialize)]
struct ListQuery {
    status: Option<Status>,
    limit: Option<usize>,
}

async fn list(State(desk): State<Desk>, Query(query): Query<ListQuery>) -> Json<Vec<Ticket>> {
    let tickets = desk.lock().expect("no panic while it is held");
    let wanted = |ticket: &&Ticket| query.status.is_none_or(|status| ticket.status == status);
    let newest = tickets
        .iter()
        .rev()
        .filter(wanted)
        .take(query.limit.unwrap_or(20));
    Json(newest.cloned().collect())
}

async fn open(State(desk): State<Desk>, Json(new): Json<NewTicket>) -> (StatusCode, Json<Ticket>) {
    let mut tickets = desk.lock().expect("no panic while it is held");
    let id = tickets.last().map_or(1, |newest| newest.id + 1);
    let ticket = Ticket {
        id,
        status: Status::Open,
        ticket: new,
    };
    tickets.push(ticket.clone());
    if tickets.len() > TICKETS_MAX {
        tickets.remove(0);
    }
    (StatusCode::CREATED, Json(ticket))
}

async fn find(State(desk): State<Desk>, Path(id): Path<u64>) -> Response {
    let tickets = desk.lock().expect("no panic while it is held");
    match tickets.iter().find(|ticket| ticket.id == id) {
        Some(ticket) => Json(ticket.clone()).into_response(),
        None => missing(id),
    }
}

async fn close(State(desk): State<Desk>, Path(id): Path<u64>) -> Response {
    let mut tickets = desk.lock().expect("no panic while it is held");
    match tickets.iter_mut().find(|ticket| ticket.id == id) {
        Some(ticket) => {
            ticket.status = Status::Closed;
            Json(ticket.clone()).into_response()
        }
        None => missing(id),
    }
}

fn missing(id: u64) -> Response {
    let problem =
        json!({ "title": "no such ticket", "detail": format!("there is no ticket {id}") });
    (StatusCode::NOT_FOUND, Json(problem)).into_response()
}
