//! Many connections that ask the same again and again.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use futures::future::join_all;
use http::{Method, Request, header};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// A question, and the answer that it must get.
pub(crate) struct Question {
    pub(crate) address: SocketAddr,
    pub(crate) path: &'static str,
    pub(crate) body: Bytes,
    pub(crate) answer: Bytes,
}

/// What one round showed.
pub(crate) struct Round {
    pub(crate) answers: usize,
    pub(crate) per_second: f64,
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
}

/// Asks on as many connections as `connections` says, for some time.
pub(crate) async fn round(question: &Arc<Question>, connections: usize, during: Duration) -> Round {
    let started = Instant::now();
    let end = started + during;
    let loops = (0..connections).map(|_| tokio::spawn(repeat(Arc::clone(question), end)));
    let taken = join_all(loops).await;
    let elapsed = started.elapsed();
    let mut taken: Vec<Duration> = taken
        .into_iter()
        .flat_map(|taken| taken.expect("every answer is right"))
        .collect();
    taken.sort_unstable();
    let quantile = |part: f64| {
        let last = taken.len().saturating_sub(1) as f64;
        taken
            .get((last * part).round() as usize)
            .copied()
            .unwrap_or_default()
    };
    Round {
        answers: taken.len(),
        per_second: taken.len() as f64 / elapsed.as_secs_f64(),
        p50: quantile(0.5),
        p99: quantile(0.99),
    }
}

async fn repeat(question: Arc<Question>, end: Instant) -> Vec<Duration> {
    let mut sender = connect(question.address).await;
    let mut taken = Vec::new();
    while Instant::now() < end {
        let started = Instant::now();
        let answer = ask(&mut sender, &question).await;
        assert!(
            answer == question.answer,
            "an answer differs from the stored one"
        );
        taken.push(started.elapsed());
    }
    taken
}

/// One answer to a question, whatever it is.
pub(crate) async fn once(question: &Question) -> Bytes {
    let mut sender = connect(question.address).await;
    ask(&mut sender, question).await
}

async fn connect(address: SocketAddr) -> http1::SendRequest<Full<Bytes>> {
    let stream = TcpStream::connect(address).await.expect("somebody listens");
    stream.set_nodelay(true).expect("it is TCP");
    let connected = http1::handshake(TokioIo::new(stream)).await;
    let (sender, connection) = connected.expect("it speaks HTTP");
    tokio::spawn(connection);
    sender
}

async fn ask(sender: &mut http1::SendRequest<Full<Bytes>>, question: &Question) -> Bytes {
    let request = Request::builder()
        .method(Method::POST)
        .uri(question.path)
        .header(header::HOST, "127.0.0.1")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "application/json")
        .body(Full::new(question.body.clone()))
        .expect("this is a request");
    sender.ready().await.expect("the connection stays open");
    let response = sender.send_request(request).await.expect("it answers");
    let body = response.into_body().collect().await;
    body.expect("the answer is whole").to_bytes()
}
