//! A server that reads a request and then does exactly what a test wants.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What is done with one request.
#[derive(Clone)]
pub(crate) enum Reply {
    /// These bytes, and the connection is closed.
    Bytes(Vec<u8>),
    /// These bytes again and again.
    Endless(&'static str, &'static str),
    /// These bytes, then a space from time to time.
    Trickle(&'static str),
    /// Nothing, for ever.
    Silence,
}

/// A well-formed answer with a body.
pub(crate) fn respond(status: &str, body: &str) -> Reply {
    let length = body.len();
    respond_with(&format!("{status}\r\ncontent-length: {length}"), body)
}

/// An answer whose status line and headers need not fit its body.
pub(crate) fn respond_with(head: &str, body: &str) -> Reply {
    let text = format!("HTTP/1.1 {head}\r\nconnection: close\r\n\r\n{body}");
    Reply::Bytes(text.into_bytes())
}

/// The requests that arrived, head and body as they were.
#[derive(Clone, Default)]
pub(crate) struct Requests(Arc<Mutex<Vec<String>>>);

impl Requests {
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().expect("nobody panicked"))
    }

    pub(crate) fn count(&self) -> usize {
        self.0.lock().expect("nobody panicked").len()
    }
}

/// Serves `reply`, which is told how many requests came before and what this one says.
pub(crate) async fn serve(
    reply: impl Fn(usize, &str) -> Reply + Send + Sync + 'static,
) -> (String, Requests) {
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .expect("loopback is free");
    let address = listener.local_addr().expect("a bound socket has one");
    let requests = Requests::default();
    let (log, reply) = (requests.clone(), Arc::new(reply));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(converse(stream, log.clone(), Arc::clone(&reply)));
        }
    });
    (format!("http://{address}/graphql"), requests)
}

async fn converse(
    mut stream: TcpStream,
    log: Requests,
    reply: Arc<impl Fn(usize, &str) -> Reply>,
) -> std::io::Result<()> {
    let Some(request) = read(&mut stream).await? else {
        return Ok(());
    };
    let reply = {
        let mut log = log.0.lock().expect("nobody panicked");
        log.push(request.clone());
        reply(log.len() - 1, &request)
    };
    match reply {
        Reply::Bytes(bytes) => stream.write_all(&bytes).await,
        Reply::Endless(first, again) => {
            stream.write_all(first.as_bytes()).await?;
            loop {
                stream.write_all(again.as_bytes()).await?;
                tokio::task::yield_now().await;
            }
        }
        Reply::Trickle(first) => {
            stream.write_all(first.as_bytes()).await?;
            let mut ticks = tokio::time::interval(Duration::from_millis(20));
            loop {
                ticks.tick().await;
                stream.write_all(b" ").await?;
            }
        }
        Reply::Silence => std::future::pending().await,
    }
}

/// One request, or `None` when the client says nothing.
async fn read(stream: &mut TcpStream) -> std::io::Result<Option<String>> {
    let mut bytes = Vec::new();
    while stream.read_buf(&mut bytes).await? > 0 {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .and_then(|length| length.parse().ok());
        if body.len() >= length.unwrap_or(0) {
            return Ok(Some(text));
        }
    }
    Ok(None)
}
