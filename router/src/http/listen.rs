//! Accepting connections: bounded in number, and each in the time that it may take to ask and
//! to be answered.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::sleep;
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// A pause after the system has refused a connection, most likely for want of files.
const PAUSE: Duration = Duration::from_millis(100);

/// Bounds of a listener.
#[derive(Clone, Copy, Debug)]
pub struct ListenOptions {
    /// Open connections: 10,000. More wait to be accepted.
    pub connections_max: usize,
    /// How long a client may take to send the head of a request, and how long a connection
    /// may be idle: 30 s.
    pub head_timeout: Duration,
    /// How long a client may take nothing of what it is sent: 30 s.
    pub write_timeout: Duration,
}

impl Default for ListenOptions {
    fn default() -> Self {
        Self {
            connections_max: 10_000,
            head_timeout: Duration::from_secs(30),
            write_timeout: Duration::from_secs(30),
        }
    }
}

/// Serves routes until the shutdown, and then until every open request has been answered.
pub async fn serve(
    listener: TcpListener,
    routes: Router,
    options: ListenOptions,
    shutdown: CancellationToken,
) -> io::Result<()> {
    let places = Arc::new(Semaphore::new(
        options.connections_max.clamp(1, Semaphore::MAX_PERMITS),
    ));
    let graceful = GracefulShutdown::new();
    let builder = builder(options);
    loop {
        let place = Arc::clone(&places).acquire_owned();
        let accepted = async {
            let place = place.await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            () = shutdown.cancelled() => break,
            accepted = accepted => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(err) => {
                tracing::warn!(
                    error = &err as &dyn std::error::Error,
                    "a connection could not be accepted"
                );
                sleep(PAUSE).await;
                continue;
            }
        };
        let service = service(routes.clone(), peer);
        let connection = builder
            .serve_connection_with_upgrades(timed(stream, options), service)
            .into_owned();
        let watched = graceful.watch(connection);
        tokio::spawn(async move {
            // A client that goes is not worth a word.
            let _ = watched.await;
            drop(place);
        });
    }
    drop(listener);
    graceful.shutdown().await;
    Ok(())
}

fn builder(options: ListenOptions) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(options.head_timeout);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(options.head_timeout)
        .keep_alive_timeout(options.head_timeout)
        .max_concurrent_streams(256);
    builder
}

/// A stream that breaks when the client takes nothing for too long.
fn timed(
    stream: TcpStream,
    options: ListenOptions,
) -> TokioIo<std::pin::Pin<Box<TimeoutStream<TcpStream>>>> {
    // Small answers must not wait for more; that it fails only means that they do.
    let _ = stream.set_nodelay(true);
    let mut timed = TimeoutStream::new(stream);
    timed.set_write_timeout(Some(options.write_timeout));
    TokioIo::new(Box::pin(timed))
}

type Answer = Result<axum::response::Response, std::convert::Infallible>;

fn service(
    routes: Router,
    peer: SocketAddr,
) -> impl hyper::service::Service<
    Request<Incoming>,
    Response = axum::response::Response,
    Error = std::convert::Infallible,
    Future: Future<Output = Answer> + Send,
> + Clone {
    hyper::service::service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        routes.clone().oneshot(request)
    })
}
