//! What stands between the browser and the rest of the world.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use anyhow::{Context, Result, ensure};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

const LINE_BYTES_MAX: u64 = 8 * 1024;

const REFUSAL: &[u8] = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// Where Chromium turns on business of its own, whatever the flags say.
const ERRANDS: [&str; 5] = [
    "accounts.google.com",
    "clients2.google.com",
    "content-autofill.googleapis.com",
    "optimizationguide-pa.googleapis.com",
    "update.googleapis.com",
];

/// A proxy that lets nothing through.
pub(super) struct Wall {
    pub(super) address: SocketAddr,
    refused: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Wall {
    pub(super) async fn build() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .context("no port for the proxy")?;
        let address = listener.local_addr()?;
        let refused = Arc::default();
        let task = tokio::spawn(stand(listener, Arc::clone(&refused)));
        Ok(Self {
            address,
            refused,
            task,
        })
    }

    /// The first line of each request, which names the host; Chromium's own left out.
    pub(super) fn refused(&self) -> Vec<String> {
        let refused = self.refused.lock().expect("no holder of the lock panics");
        let is_errand = |line: &&String| ERRANDS.iter().any(|host| line.contains(host));
        refused
            .iter()
            .filter(|line| !is_errand(line))
            .cloned()
            .collect()
    }
}

impl Drop for Wall {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Chromium opens connections ahead of need, so a silent one must not hold up the rest.
async fn stand(listener: TcpListener, refused: Arc<Mutex<Vec<String>>>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let refused = Arc::clone(&refused);
        connections.spawn(async move {
            if let Ok(line) = refuse(stream).await {
                let mut refused = refused.lock().expect("no holder of the lock panics");
                refused.push(line);
            }
        });
        while connections.try_join_next().is_some() {}
    }
}

async fn refuse(stream: TcpStream) -> Result<String> {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    (&mut stream)
        .take(LINE_BYTES_MAX)
        .read_line(&mut line)
        .await?;
    ensure!(!line.is_empty(), "the browser asked for nothing");
    stream.write_all(REFUSAL).await?;
    Ok(line.trim().to_owned())
}
