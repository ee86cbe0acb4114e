//! What an operator may set for a remote subgraph, with the defaults.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::remote::headers::{Credentials, HeaderRules};

/// Which HTTP a subgraph is spoken to in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protocol {
    /// HTTP/1.1 in clear text and over Unix sockets; over TLS what the server chooses.
    #[default]
    Negotiated,
    /// HTTP/1.1.
    Http1,
    /// HTTP/2; in clear text without asking first (h2c by prior knowledge).
    Http2,
}

/// How a remote subgraph is reached, and every bound.
#[derive(Clone)]
pub struct RemoteOptions {
    /// The HTTP version. Negotiated.
    pub protocol: Protocol,
    /// Further URLs of the same subgraph, of which only the place matters. Connections go to all
    /// places in turn and pass over those that can not be reached. None.
    pub replicas: Vec<String>,
    /// What becomes of headers. No header of the client passes.
    pub headers: HeaderRules,
    /// Tells the subgraph who is asking. Nothing does.
    pub credentials: Option<Arc<dyn Credentials>>,
    /// PEM of the authorities that `https` and `wss` trust. The system's.
    pub authorities: Option<Vec<u8>>,
    /// How long opening a connection may take, TLS included. 5 seconds.
    pub connect_timeout: Duration,
    /// How long an answer may take altogether, retries and their pauses included; a request's
    /// own deadline may end it sooner. 15 seconds.
    pub timeout: Duration,
    /// Bytes of the files of a request, which are held in memory while it runs. 64 MiB.
    pub files_max: usize,
    /// Bytes of an answer. 32 MiB.
    pub answer_max: usize,
    /// Lists and objects in one another in an answer; 250 at most. 200.
    pub nesting_max: usize,
    /// Connections that are kept open while nobody uses them. 64.
    pub idle_max: usize,
    /// How long they are kept. It should be less than the subgraph keeps its own. 20 seconds.
    pub idle_timeout: Duration,
    /// Requests that run at once. 256.
    pub concurrency_max: usize,
    /// Requests that wait for one of those to end. 1,024.
    pub waiting_max: usize,
    /// How long they wait. 2 seconds.
    pub waiting_timeout: Duration,
    /// Queries under way that identical ones of the same viewer join; 0 turns that off. 1,024.
    pub flights_max: usize,
    /// When a query is sent again.
    pub retries: RetryOptions,
    /// When a subgraph is left alone; `None` never. After half of 20 or more requests failed.
    pub breaker: Option<BreakerOptions>,
    /// Subscriptions.
    pub socket: SocketOptions,
}

/// When a query is sent again: after a connection that could not be opened, or broke before
/// the answer began, and after 502, 503 and 504. Mutations never are.
#[derive(Clone, Copy, Debug)]
pub struct RetryOptions {
    /// How often one query is sent again; 0 turns retries off. 2.
    pub retries_max: u32,
    /// The first pause, at most; each further one may be twice as long. Pauses are random
    /// between half of that and all of it. 50 milliseconds.
    pub pause: Duration,
    /// The longest pause. 1 second.
    pub pause_max: Duration,
    /// Retries that may follow one another at once. They are paid for by requests: 10.
    pub budget_max: u32,
    /// How many requests pay for one retry. 5.
    pub requests_per_retry: u32,
}

/// When a subgraph that fails is left alone.
#[derive(Clone, Copy, Debug)]
pub struct BreakerOptions {
    /// The share of failures that opens the circuit. 0.5.
    pub failure_ratio: f64,
    /// Requests in the window before the share counts. 20.
    pub requests_min: u32,
    /// How far back requests are counted. 10 seconds.
    pub window: Duration,
    /// How long nothing is sent before one request may try. 5 seconds.
    pub pause: Duration,
}

/// Subscriptions, each over a socket of its own.
#[derive(Clone, Debug)]
pub struct SocketOptions {
    /// Where sockets are opened, like `ws://host/graphql/ws`. The URL of the subgraph.
    pub url: Option<String>,
    /// Open subscriptions. 10,000.
    pub subscriptions_max: usize,
    /// Events that wait for a slow client before the socket is read no further. 32.
    pub waiting_max: usize,
    /// Bytes of one message. 4 MiB.
    pub message_max: usize,
    /// How long the handshake may take, from the connection to `connection_ack`. 10 seconds.
    pub init_timeout: Duration,
    /// How often the subgraph is asked whether it is there; a silence twice as long counts as
    /// a broken connection. 20 seconds.
    pub keep_alive: Duration,
    /// How often in a row a broken connection is opened again before an event arrives; 0
    /// turns that off. 8.
    pub reconnects_max: u32,
    /// The first pause before that, at most; each further one may be twice as long. 200
    /// milliseconds.
    pub pause: Duration,
    /// The longest pause. 15 seconds.
    pub pause_max: Duration,
}

impl Default for RemoteOptions {
    fn default() -> Self {
        Self {
            protocol: Protocol::default(),
            replicas: Vec::new(),
            headers: HeaderRules::default(),
            credentials: None,
            authorities: None,
            connect_timeout: Duration::from_secs(5),
            timeout: Duration::from_secs(15),
            files_max: 64 << 20,
            answer_max: 32 << 20,
            nesting_max: 200,
            idle_max: 64,
            idle_timeout: Duration::from_secs(20),
            concurrency_max: 256,
            waiting_max: 1_024,
            waiting_timeout: Duration::from_secs(2),
            flights_max: 1_024,
            retries: RetryOptions::default(),
            breaker: Some(BreakerOptions::default()),
            socket: SocketOptions::default(),
        }
    }
}

impl Default for RetryOptions {
    fn default() -> Self {
        Self {
            retries_max: 2,
            pause: Duration::from_millis(50),
            pause_max: Duration::from_secs(1),
            budget_max: 10,
            requests_per_retry: 5,
        }
    }
}

impl Default for BreakerOptions {
    fn default() -> Self {
        Self {
            failure_ratio: 0.5,
            requests_min: 20,
            window: Duration::from_secs(10),
            pause: Duration::from_secs(5),
        }
    }
}

impl Default for SocketOptions {
    fn default() -> Self {
        Self {
            url: None,
            subscriptions_max: 10_000,
            waiting_max: 32,
            message_max: 4 << 20,
            init_timeout: Duration::from_secs(10),
            keep_alive: Duration::from_secs(20),
            reconnects_max: 8,
            pause: Duration::from_millis(200),
            pause_max: Duration::from_secs(15),
        }
    }
}

impl fmt::Debug for RemoteOptions {
    /// Without what may be secret: the credentials, and the values of headers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let credentials = self.credentials.as_ref().map(|_| "…");
        let authorities = self.authorities.as_ref().map(Vec::len);
        f.debug_struct("RemoteOptions")
            .field("protocol", &self.protocol)
            .field("replicas", &self.replicas)
            .field("headers", &self.headers)
            .field("credentials", &credentials)
            .field("authorities", &authorities)
            .field("connect_timeout", &self.connect_timeout)
            .field("timeout", &self.timeout)
            .field("files_max", &self.files_max)
            .field("answer_max", &self.answer_max)
            .field("nesting_max", &self.nesting_max)
            .field("idle_max", &self.idle_max)
            .field("idle_timeout", &self.idle_timeout)
            .field("concurrency_max", &self.concurrency_max)
            .field("waiting_max", &self.waiting_max)
            .field("waiting_timeout", &self.waiting_timeout)
            .field("flights_max", &self.flights_max)
            .field("retries", &self.retries)
            .field("breaker", &self.breaker)
            .field("socket", &self.socket)
            .finish()
    }
}
