//! Everything that can be set at the HTTP front, a struct per concern, each number with its default.

use std::sync::Arc;
use std::time::Duration;

use http::HeaderName;
use tokio_util::sync::CancellationToken;

use crate::http::cors::Origins;
use crate::http::persisted::TrustedDocuments;

/// Options of the HTTP front.
#[derive(Clone, Debug)]
pub struct HttpOptions {
    /// Bytes of a JSON body after decompression, and of the JSON in a multipart body: 2 MiB.
    pub body_max: usize,
    /// Bytes of a whole multipart body after decompression, and of any body before: 64 MiB.
    pub multipart_max: usize,
    /// Files in one multipart body: 10.
    pub files_max: usize,
    /// How long a client may take to send a body, and the hook to recognise it: 60 s.
    pub read_timeout: Duration,
    /// Several requests in one body.
    pub batch: BatchOptions,
    /// Content encodings.
    pub compression: CompressionOptions,
    /// Other origins whose pages may call us.
    pub cors: CorsOptions,
    /// Requests that a foreign page makes a browser send.
    pub csrf: CsrfOptions,
    /// Documents that clients name instead of sending.
    pub persisted: PersistedOptions,
    /// Event streams.
    pub sse: SseOptions,
    /// Web sockets.
    pub websocket: WebSocketOptions,
    /// Ends open sockets (with 1001) and event streams when cancelled.
    pub shutdown: CancellationToken,
}

/// Several requests in one body, as a JSON array.
#[derive(Clone, Debug)]
pub struct BatchOptions {
    /// Whether batches are answered at all: no.
    pub enabled: bool,
    /// Requests in one batch: 10.
    pub requests_max: usize,
    /// Queries of one batch that run at the same time: 4. A batch with a mutation runs in order.
    pub concurrency_max: usize,
}

/// Content encodings of answers and of bodies: gzip, br and zstd.
#[derive(Clone, Debug)]
pub struct CompressionOptions {
    /// Whether answers are compressed for clients that accept it: yes. Event streams never are.
    pub answers: bool,
    /// Bytes below which an answer stays as it is: 1 KiB.
    pub size_min: u16,
    /// The level of each algorithm: 4.
    pub level: i32,
    /// Whether bodies may be compressed: yes.
    pub bodies: bool,
}

/// Other origins whose pages may call us.
#[derive(Clone, Debug)]
pub struct CorsOptions {
    /// Which: none.
    pub origins: Origins,
    /// How long a browser may remember a preflight: 1 hour.
    pub preflight_max_age: Duration,
}

/// Protection from requests that a foreign page makes a browser send.
#[derive(Clone, Debug)]
pub struct CsrfOptions {
    /// Whether it is on: yes.
    pub enabled: bool,
    /// Headers that show, by being there, that no form sent the request:
    /// `apollo-require-preflight`, `x-apollo-operation-name`, `graphql-require-preflight`,
    /// `x-graphql-event-stream-token`.
    pub headers: Vec<HeaderName>,
}

/// Documents that clients name instead of sending.
#[derive(Clone, Debug)]
pub struct PersistedOptions {
    /// Whether clients may register documents by their hash: yes.
    pub automatic: bool,
    /// Registered documents: 1,000, the most recently used.
    pub entries_max: usize,
    /// Bytes of them: 16 MiB.
    pub bytes_max: usize,
    /// Documents known from a manifest: off.
    pub trusted: Trusted,
}

/// What a manifest of documents means.
#[derive(Clone, Debug, Default)]
pub enum Trusted {
    /// There is none.
    #[default]
    Off,
    /// Clients may name its documents, or send any other.
    Allow(Arc<TrustedDocuments>),
    /// Clients must name one of its documents.
    Required(Arc<TrustedDocuments>),
}

/// Bounds of event streams.
#[derive(Clone, Debug)]
pub struct SseOptions {
    /// Streams, open or reserved: 10,000.
    pub streams_max: usize,
    /// Operations that run on one stream: 64.
    pub operations_max: usize,
    /// How long a reservation waits for its stream: 10 s.
    pub reservation_timeout: Duration,
    /// Answers that wait for a slow client before its operations pause: 32.
    pub pending_max: usize,
    /// How often a comment is sent so that the connection stays: 12 s.
    pub keep_alive: Duration,
    /// How often it is checked that the credential of who opened a stream still holds: 5 s.
    pub check_interval: Duration,
    /// How long a client may take to receive one event: 30 s.
    pub send_timeout: Duration,
}

/// Bounds of web sockets.
#[derive(Clone, Debug)]
pub struct WebSocketOptions {
    /// Open sockets: 10,000.
    pub sockets_max: usize,
    /// Operations that run on one socket: 64.
    pub operations_max: usize,
    /// Bytes of one message: 256 KiB.
    pub message_max: usize,
    /// Messages that a client may send in a second: 100.
    pub messages_per_second_max: u32,
    /// Answers that wait for a slow client before its operations pause: 32.
    pub pending_max: usize,
    /// How long a client may take to say `connection_init`: 10 s.
    pub init_timeout: Duration,
    /// How often a silent client is asked whether it is still there: 20 s.
    pub keep_alive: Duration,
    /// How often it is checked that the credential of a caller still holds: 5 s. It is checked
    /// for every operation too.
    pub check_interval: Duration,
    /// How long a caller without a credential may stay without an operation: 30 s.
    pub stranger_timeout: Duration,
    /// How long a client may take to receive one message: 30 s.
    pub send_timeout: Duration,
    /// How long a client may take to answer a close: 2 s.
    pub close_timeout: Duration,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            body_max: 2 << 20,
            multipart_max: 64 << 20,
            files_max: 10,
            read_timeout: Duration::from_secs(60),
            batch: BatchOptions::default(),
            compression: CompressionOptions::default(),
            cors: CorsOptions::default(),
            csrf: CsrfOptions::default(),
            persisted: PersistedOptions::default(),
            sse: SseOptions::default(),
            websocket: WebSocketOptions::default(),
            shutdown: CancellationToken::new(),
        }
    }
}

impl Default for BatchOptions {
    fn default() -> Self {
        Self {
            enabled: false,
            requests_max: 10,
            concurrency_max: 4,
        }
    }
}

impl Default for CompressionOptions {
    fn default() -> Self {
        Self {
            answers: true,
            size_min: 1 << 10,
            level: 4,
            bodies: true,
        }
    }
}

impl Default for CorsOptions {
    fn default() -> Self {
        Self {
            origins: Origins::None,
            preflight_max_age: Duration::from_secs(60 * 60),
        }
    }
}

impl Default for CsrfOptions {
    fn default() -> Self {
        let headers = [
            "apollo-require-preflight",
            "x-apollo-operation-name",
            "graphql-require-preflight",
            "x-graphql-event-stream-token",
        ];
        Self {
            enabled: true,
            headers: headers.map(HeaderName::from_static).to_vec(),
        }
    }
}

impl Default for PersistedOptions {
    fn default() -> Self {
        Self {
            automatic: true,
            entries_max: 1_000,
            bytes_max: 16 << 20,
            trusted: Trusted::Off,
        }
    }
}

impl Default for SseOptions {
    fn default() -> Self {
        Self {
            streams_max: 10_000,
            operations_max: 64,
            reservation_timeout: Duration::from_secs(10),
            pending_max: 32,
            keep_alive: Duration::from_secs(12),
            check_interval: Duration::from_secs(5),
            send_timeout: Duration::from_secs(30),
        }
    }
}

impl Default for WebSocketOptions {
    fn default() -> Self {
        Self {
            sockets_max: 10_000,
            operations_max: 64,
            message_max: 256 << 10,
            messages_per_second_max: 100,
            pending_max: 32,
            init_timeout: Duration::from_secs(10),
            keep_alive: Duration::from_secs(20),
            check_interval: Duration::from_secs(5),
            stranger_timeout: Duration::from_secs(30),
            send_timeout: Duration::from_secs(30),
            close_timeout: Duration::from_secs(2),
        }
    }
}
