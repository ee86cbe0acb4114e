//! The outside world: a real HTTP server whose answers a test decides and whose requests it reads.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, Method, StatusCode, Uri, request};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

const WAIT_MAX: Duration = Duration::from_secs(20);

/// A request that the outside received.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// Its method.
    pub method: Method,
    /// Its path and query.
    pub uri: Uri,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

impl Recorded {
    /// The body as JSON, `null` where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// What the outside answers.
#[derive(Debug, Clone)]
pub struct Answer {
    status: StatusCode,
    content_type: &'static str,
    body: Bytes,
    hangs: bool,
}

impl Answer {
    /// A status without a body.
    pub fn status(status: u16) -> Self {
        let status =
            StatusCode::from_u16(status).expect("a test answers with a status that exists");
        Self {
            status,
            content_type: "text/plain",
            body: Bytes::new(),
            hangs: false,
        }
    }

    /// 200 with a JSON body.
    pub fn json(body: &Value) -> Self {
        Self {
            content_type: "application/json",
            body: body.to_string().into(),
            ..Self::status(200)
        }
    }

    /// 200 with any body.
    pub fn text(body: impl Into<Bytes>) -> Self {
        Self {
            body: body.into(),
            ..Self::status(200)
        }
    }

    /// No answer at all, for as long as the client waits.
    pub fn never() -> Self {
        Self {
            hangs: true,
            ..Self::status(200)
        }
    }

    /// The same with another status.
    pub fn with_status(self, status: u16) -> Self {
        Self {
            status: Self::status(status).status,
            ..self
        }
    }
}

/// A host on loopback. It answers 200 with an empty body until it is told otherwise.
pub struct Outside {
    address: SocketAddr,
    world: Arc<World>,
    up: Up,
}

/// One stretch of time in which the host is reachable.
struct Up {
    end: CancellationToken,
    server: JoinHandle<()>,
}

struct World {
    answers: Mutex<HashMap<String, Answer>>,
    recorded: watch::Sender<Vec<Recorded>>,
}

impl Outside {
    /// Starts a host on a free port.
    pub async fn start() -> Self {
        let world = Arc::new(World {
            answers: Mutex::default(),
            recorded: watch::Sender::default(),
        });
        let (address, up) = serve(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), &world).await;
        Self { address, world, up }
    }

    /// Its URL with this path, which begins with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// From now on it answers so on this path, whatever the method and the query.
    pub fn answer(&self, path: &str, answer: Answer) {
        self.world
            .answers
            .lock()
            .expect("no panic while it is held")
            .insert(path.to_owned(), answer);
    }

    /// Everything that was asked of it so far.
    pub fn requests(&self) -> Vec<Recorded> {
        self.world.recorded.borrow().clone()
    }

    /// Waits until this many requests came to a path, and returns those; panics when they do not.
    pub async fn wait_for(&self, path: &str, count: usize) -> Vec<Recorded> {
        let here = |all: &Vec<Recorded>| {
            all.iter()
                .filter(|one| one.uri.path() == path)
                .cloned()
                .collect::<Vec<_>>()
        };
        let mut recorded = self.world.recorded.subscribe();
        let enough = timeout(WAIT_MAX, recorded.wait_for(|all| here(all).len() >= count)).await;
        match enough {
            Ok(all) => here(&all.expect("the sender lives as long as the host")),
            Err(_) => panic!(
                "{path} was asked {} times in {} s and not {count}; all requests: {:?}",
                here(&self.requests()).len(),
                WAIT_MAX.as_secs(),
                self.requests()
                    .iter()
                    .map(|one| format!("{} {}", one.method, one.uri))
                    .collect::<Vec<_>>()
            ),
        }
    }

    /// Goes down: connections are refused, open ones are closed, those that wait get no answer.
    pub async fn stop(&mut self) {
        self.up.end.cancel();
        (&mut self.up.server).await.expect("serving does not panic");
    }

    /// Comes back at the same address.
    pub async fn resume(&mut self) {
        (_, self.up) = serve(self.address, &self.world).await;
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        self.up.end.cancel();
    }
}

async fn serve(address: SocketAddr, world: &Arc<World>) -> (SocketAddr, Up) {
    let listener = TcpListener::bind(address)
        .await
        .expect("a loopback port can be listened on");
    let address = listener.local_addr().expect("a listener has an address");
    let end = CancellationToken::new();
    let router = Router::new()
        .fallback(answer)
        .with_state((world.clone(), end.clone()));
    let serving =
        axum::serve(listener, router).with_graceful_shutdown(end.clone().cancelled_owned());
    let server = tokio::spawn(async move { serving.await.expect("serving does not fail") });
    (address, Up { end, server })
}

async fn answer(
    State((world, end)): State<(Arc<World>, CancellationToken)>,
    parts: request::Parts,
    body: Bytes,
) -> Response {
    let answer = world
        .answers
        .lock()
        .expect("no panic while it is held")
        .get(parts.uri.path())
        .cloned();
    let request::Parts {
        method,
        uri,
        headers,
        ..
    } = parts;
    world.recorded.send_modify(|all| {
        all.push(Recorded {
            method,
            uri,
            headers,
            body,
        })
    });

    let answer = answer.unwrap_or_else(|| Answer::status(200));
    if answer.hangs {
        end.cancelled().await;
    }
    Response::builder()
        .status(answer.status)
        .header("content-type", answer.content_type)
        .body(Body::from(answer.body))
        .expect("a status and a media type make a response")
}
