//! The only way to a foreign host: probes, imports and deliveries all go through this client.
//!
//! A tenant's URL is the platform's largest hole. The check of [`guard`] sits in the resolver of
//! the connector, so the address connected to is the address checked and a name cannot be rebound;
//! IP literals are checked too. There are no redirects, no proxies of the environment, and the body
//! and the time are capped. What the network says is never repeated to a tenant.

pub mod guard;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use http::{HeaderMap, Method, StatusCode};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::{Host, Url};

use crate::error::chain;
use crate::network::Network;
use crate::{Code, Coded};
use guard::Guard;

/// Settings of the outbound client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OutboundConfig {
    /// Networks in private ranges that services may be in, in CIDR form, for example `127.0.0.0/8`
    /// or `10.1.0.0/16`; a plain address is a network of one. Private, loopback, link-local and other special ranges are blocked unless
    /// listed here.
    #[schemars(with = "Vec<String>")]
    pub allow: Vec<Network>,
    /// Time for a whole request, in milliseconds.
    #[schemars(range(min = 1, max = 600_000))]
    pub timeout_ms: u64,
    /// Largest body that is read, in bytes.
    #[schemars(range(min = 1))]
    pub body_bytes_max: usize,
}

impl Default for OutboundConfig {
    fn default() -> Self {
        Self {
            allow: Vec::new(),
            timeout_ms: 10_000,
            body_bytes_max: 32 * 1024 * 1024,
        }
    }
}

/// The outbound client. Clones share its connections.
#[derive(Debug, Clone)]
pub struct Outbound {
    client: reqwest::Client,
    guard: Arc<Guard>,
    timeout: Duration,
    body_bytes_max: usize,
}

/// A request to a foreign host.
#[derive(Debug, Clone)]
pub struct Request {
    /// Its method.
    pub method: Method,
    /// Where to; only `http` and `https`, without user information.
    pub url: Url,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body; empty for none.
    pub body: Vec<u8>,
    /// A shorter time or a smaller body than the client's own limits.
    pub limits: Limits,
}

/// Limits of one request, where they are tighter than the client's.
#[derive(Debug, Clone, Copy, Default)]
pub struct Limits {
    /// Time for the whole request.
    pub timeout: Option<Duration>,
    /// Largest body that is read, in bytes.
    pub body_bytes_max: Option<usize>,
    /// Whether a larger body is cut instead of refused.
    pub cut: bool,
}

/// What a foreign host answered, whatever its status.
#[derive(Debug, Clone)]
pub struct Response {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, within the limits.
    pub body: Vec<u8>,
    /// Time from the request to the end of the body.
    pub latency: Duration,
}

/// Why there is no answer. Safe to show: it names our own rule or a kind of failure, never what a
/// resolver, a socket or a TLS library said.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutboundError {
    /// The URL is not one that we follow.
    #[error("the URL {0}")]
    InvalidUrl(&'static str),
    /// The address itself, and no name, is in a range that is blocked.
    #[error(
        "the host `{host}` is in a private or reserved network; \
         an operator can allow it with the setting `outbound.allow`"
    )]
    Blocked {
        /// The host of the URL.
        host: String,
    },
    /// It took too long.
    #[error("the host did not answer in time")]
    Timeout,
    /// No connection, or it broke, or the name leads only to addresses that are blocked.
    #[error(
        "the host cannot be reached; if it is in a private network, an operator has to allow that \
         with the setting `outbound.allow`"
    )]
    Unreachable,
    /// More than the limit.
    #[error("the answer is larger than {0} bytes")]
    TooLarge(usize),
}

impl Coded for OutboundError {
    fn code(&self) -> Code {
        Code::BadUserInput
    }
}

impl Outbound {
    /// Builds the client.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the client that the others go through"
    )]
    pub fn new(config: &OutboundConfig) -> Self {
        // A second call, from another client in this process, finds the provider installed.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let guard = Arc::new(Guard::new(config.allow.clone()));
        let client = reqwest::Client::builder()
            .dns_resolver(Arc::new(GuardedResolver(guard.clone())))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .user_agent(concat!("portico/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(Duration::from_millis(config.timeout_ms.min(5_000)))
            .pool_max_idle_per_host(4)
            .build()
            .expect("a client with these settings can always be built");
        Self {
            client,
            guard,
            timeout: Duration::from_millis(config.timeout_ms),
            body_bytes_max: config.body_bytes_max,
        }
    }

    /// Refuses a URL that would never be followed, without any traffic; a name is checked again
    /// when it is resolved.
    pub fn check(&self, url: &Url) -> Result<(), OutboundError> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(OutboundError::InvalidUrl(
                "must begin with http:// or https://",
            ));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(OutboundError::InvalidUrl(
                "must not contain a user name or a password",
            ));
        }
        let blocked = match url.host() {
            None => return Err(OutboundError::InvalidUrl("has no host")),
            Some(Host::Domain(_)) => false,
            Some(Host::Ipv4(address)) => !self.guard.allows(address.into()),
            Some(Host::Ipv6(address)) => !self.guard.allows(address.into()),
        };
        match blocked {
            true => Err(OutboundError::Blocked { host: host_of(url) }),
            false => Ok(()),
        }
    }

    /// Time that a request has unless it asks for less.
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Sends a request and reads the whole answer.
    pub async fn send(&self, request: Request) -> Result<Response, OutboundError> {
        self.check(&request.url)?;
        let limit = request
            .limits
            .timeout
            .map_or(self.timeout, |limit| limit.min(self.timeout));
        tokio::time::timeout(limit, self.exchange(request))
            .await
            .unwrap_or(Err(OutboundError::Timeout))
    }

    async fn exchange(&self, request: Request) -> Result<Response, OutboundError> {
        let Request {
            method,
            url,
            headers,
            body,
            limits,
        } = request;
        let body_bytes_max = limits
            .body_bytes_max
            .map_or(self.body_bytes_max, |max| max.min(self.body_bytes_max));
        let host = host_of(&url);
        let started = Instant::now();
        let sent = self
            .client
            .request(method, url)
            .headers(headers)
            .body(body)
            .send()
            .await;
        let response = sent.map_err(|err| classify(err, host))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = read(response, body_bytes_max, limits.cut).await?;
        Ok(Response {
            status,
            headers,
            body,
            latency: started.elapsed(),
        })
    }
}

impl Request {
    /// A plain `GET`.
    pub fn get(url: Url) -> Self {
        Self {
            method: Method::GET,
            url,
            headers: HeaderMap::new(),
            body: Vec::new(),
            limits: Limits::default(),
        }
    }
}

async fn read(
    response: reqwest::Response,
    bytes_max: usize,
    cut: bool,
) -> Result<Vec<u8>, OutboundError> {
    let mut body = Vec::new();
    let mut chunks = response.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| OutboundError::Unreachable)?;
        let room = bytes_max - body.len();
        if chunk.len() > room {
            if !cut {
                return Err(OutboundError::TooLarge(bytes_max));
            }
            body.extend_from_slice(&chunk[..room]);
            break;
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn classify(err: reqwest::Error, host: String) -> OutboundError {
    // The query of a URL may hold a token, and the error would repeat it.
    let err = err.without_url();
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(&err);
    while let Some(cause) = source {
        if cause.is::<BlockedAddress>() {
            // Told like a name that does not exist, or anybody could list the names of our network.
            tracing::debug!(host, "every address of a host is blocked");
            return OutboundError::Unreachable;
        }
        source = cause.source();
    }
    tracing::debug!(error = %chain(&err), host, "an outbound request failed");
    if err.is_timeout() {
        OutboundError::Timeout
    } else {
        OutboundError::Unreachable
    }
}

fn host_of(url: &Url) -> String {
    url.host_str().unwrap_or_default().to_owned()
}

#[derive(Debug, thiserror::Error)]
#[error("every address of the host is blocked")]
struct BlockedAddress;

/// Resolves names by the system and passes on only the addresses that may be connected to.
struct GuardedResolver(Arc<Guard>);

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.0.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed = found
                .filter(|found| guard.allows(found.ip()))
                .collect::<Vec<SocketAddr>>();
            if allowed.is_empty() {
                return Err(BlockedAddress.into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::Mutex;

    use super::*;

    /// What was logged.
    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().expect("no panic").write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn the_query_of_a_url_is_never_logged() {
        let lines = Lines::default();
        let writer = lines.clone();
        let log = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_writer(move || writer.clone())
            .finish();
        let _logging = tracing::subscriber::set_default(log);
        let outbound = Outbound::new(&OutboundConfig {
            allow: vec!["127.0.0.1".parse().expect("a network")],
            ..OutboundConfig::default()
        });
        // Nothing listens on a port that has just been given back.
        let closed = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = closed.local_addr().expect("it has an address");
        drop(closed);

        let url = format!("http://{address}/path?token=hush");
        let refused = outbound
            .send(Request::get(url.parse().expect("a URL")))
            .await;

        assert_eq!(refused.expect_err("closed"), OutboundError::Unreachable);
        let logged = lines.0.lock().expect("no panic").clone();
        let logged = String::from_utf8(logged).expect("text");
        assert!(logged.contains("an outbound request failed"), "{logged}");
        assert!(!logged.contains("hush"), "{logged}");
    }
}
