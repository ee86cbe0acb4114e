//! Connections, as the front accepts them.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use router::http::{ListenOptions, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::front::Front;

const PATIENCE: Duration = Duration::from_secs(30);

struct Listening {
    address: SocketAddr,
    shutdown: CancellationToken,
    ended: JoinHandle<std::io::Result<()>>,
}

async fn listen(options: ListenOptions) -> Listening {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await;
    let listener = listener.expect("a port is free");
    let address = listener.local_addr().expect("it has an address");
    let routes = Router::new().route("/", get(async || "here"));
    let shutdown = CancellationToken::new();
    let ended = tokio::spawn(serve(listener, routes, options, shutdown.clone()));
    Listening {
        address,
        shutdown,
        ended,
    }
}

async fn connect(address: SocketAddr) -> TcpStream {
    TcpStream::connect(address).await.expect("it listens")
}

/// Everything until the other side ends the connection.
async fn rest(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    let read = timeout(PATIENCE, stream.read_to_string(&mut text)).await;
    // A reset is an end as well.
    let _ = read.expect("the connection ends");
    text
}

#[tokio::test]
async fn a_head_that_does_not_end_ends_the_connection() {
    let options = ListenOptions {
        head_timeout: Duration::from_millis(50),
        ..ListenOptions::default()
    };
    let listening = listen(options).await;
    let mut stream = connect(listening.address).await;
    let begun = stream
        .write_all(b"GET / HTTP/1.1\r\nHost: x\r\nX-Never: ")
        .await;
    begun.expect("it is taken");
    assert!(!rest(&mut stream).await.contains("here"));
}

#[tokio::test]
async fn connections_beyond_the_bound_wait_their_turn() {
    let options = ListenOptions {
        connections_max: 1,
        ..ListenOptions::default()
    };
    let listening = listen(options).await;
    let first = connect(listening.address).await;
    let mut second = connect(listening.address).await;
    let ask = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    second.write_all(ask).await.expect("it is taken");
    let early = timeout(Duration::from_millis(100), second.readable()).await;
    assert!(early.is_err(), "it was answered out of turn");

    drop(first);
    assert!(rest(&mut second).await.contains("here"));
}

#[tokio::test]
async fn a_shutdown_ends_idle_connections() {
    let listening = listen(ListenOptions::default()).await;
    let mut stream = connect(listening.address).await;
    let ask = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    stream.write_all(ask).await.expect("it is taken");
    let mut answer = [0; 8];
    stream.read_exact(&mut answer).await.expect("it answers");

    listening.shutdown.cancel();
    let ended = timeout(PATIENCE, listening.ended).await;
    ended
        .expect("it ends")
        .expect("no panic")
        .expect("no failure");
}

#[tokio::test]
async fn whoever_is_refused_while_sending_reads_why() {
    const SENT: usize = 64 << 20;
    let address = Front::open().listen().await;
    let mut stream = connect(address).await;
    let head = format!(
        "POST /graphql HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {SENT}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.expect("it reads");
    let chunk = vec![b' '; 1 << 20];
    for _ in 0..SENT / chunk.len() {
        let sent = stream.write_all(&chunk).await;
        sent.expect("it reads on, though it has answered");
    }
    let answer = rest(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
}
