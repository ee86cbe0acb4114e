//! Where a subgraph listens, read from its URL.

use std::path::PathBuf;

use http::Uri;
use http::uri::{Authority, PathAndQuery, Scheme};

use crate::remote::RemoteError;

/// What to connect to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Tcp { host: String, port: u16, tls: bool },
    Unix(PathBuf),
}

/// An endpoint, and what to ask there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) endpoint: Endpoint,
    pub(crate) authority: Authority,
    pub(crate) path: PathAndQuery,
}

impl Address {
    /// Reads `http://`, `https://`, `ws://`, `wss://` or `unix:///socket?path=/graphql`.
    pub(crate) fn parse(url: &str) -> Result<Self, RemoteError> {
        match url.strip_prefix("unix://") {
            Some(rest) => Self::parse_unix(rest),
            None => Self::parse_tcp(url),
        }
    }

    fn parse_unix(rest: &str) -> Result<Self, RemoteError> {
        let (socket, parameters) = rest.split_once('?').unwrap_or((rest, "path=/"));
        if !socket.starts_with('/') || socket.len() == 1 {
            return Err(invalid("names no absolute path of a socket"));
        }
        let path = parameters
            .strip_prefix("path=")
            .filter(|path| path.starts_with('/'))
            .ok_or_else(|| invalid("has a query string other than ?path=/…"))?;
        Ok(Self {
            endpoint: Endpoint::Unix(socket.into()),
            authority: Authority::from_static("localhost"),
            path: path
                .parse()
                .map_err(|_| invalid("has a path that is none"))?,
        })
    }

    fn parse_tcp(url: &str) -> Result<Self, RemoteError> {
        let uri: Uri = url.parse().map_err(|_| invalid("is no URL"))?;
        let tls = match uri.scheme_str() {
            Some("http" | "ws") => false,
            Some("https" | "wss") => true,
            _ => {
                return Err(invalid(
                    "has a scheme other than http, https, ws, wss or unix",
                ));
            }
        };
        let authority = uri.authority().ok_or_else(|| invalid("names no host"))?;
        if authority.as_str().contains('@') {
            return Err(invalid("contains a user or password"));
        }
        let host = authority.host().trim_matches(['[', ']']).to_owned();
        if host.is_empty() {
            return Err(invalid("names no host"));
        }
        let port = authority.port_u16().unwrap_or(if tls { 443 } else { 80 });
        Ok(Self {
            endpoint: Endpoint::Tcp { host, port, tls },
            authority: authority.clone(),
            path: uri
                .path_and_query()
                .cloned()
                .unwrap_or_else(|| PathAndQuery::from_static("/")),
        })
    }

    pub(crate) fn is_tls(&self) -> bool {
        matches!(self.endpoint, Endpoint::Tcp { tls: true, .. })
    }

    /// As the HTTP client wants it.
    pub(crate) fn uri(&self) -> Result<Uri, RemoteError> {
        let scheme = if self.is_tls() {
            Scheme::HTTPS
        } else {
            Scheme::HTTP
        };
        self.build(scheme.as_str())
    }

    /// As a web socket's handshake wants it.
    pub(crate) fn socket_uri(&self) -> Result<Uri, RemoteError> {
        self.build(if self.is_tls() { "wss" } else { "ws" })
    }

    fn build(&self, scheme: &str) -> Result<Uri, RemoteError> {
        Uri::builder()
            .scheme(scheme)
            .authority(self.authority.clone())
            .path_and_query(self.path.clone())
            .build()
            .map_err(|_| invalid("is no URL"))
    }
}

/// The URL itself is not repeated: it may hold a password, which is why it is refused.
fn invalid(what: &'static str) -> RemoteError {
    RemoteError::Url(what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> (Endpoint, String) {
        let address = Address::parse(url).expect("the URL is good");
        let uri = address.uri().expect("the URL is good");
        (address.endpoint, uri.to_string())
    }

    fn tcp(host: &str, port: u16, tls: bool) -> Endpoint {
        let host = host.to_owned();
        Endpoint::Tcp { host, port, tls }
    }

    #[test]
    fn schemes_choose_the_transport() {
        assert_eq!(
            read("http://one:4001/graphql?a=b"),
            (
                tcp("one", 4001, false),
                "http://one:4001/graphql?a=b".to_owned()
            )
        );
        assert_eq!(
            read("https://[::1]"),
            (tcp("::1", 443, true), "https://[::1]/".to_owned())
        );
        assert_eq!(
            read("unix:///run/x.sock?path=/graphql"),
            (
                Endpoint::Unix("/run/x.sock".into()),
                "http://localhost/graphql".to_owned()
            )
        );
        assert_eq!(read("unix:///run/x.sock").1, "http://localhost/");
        let socket = Address::parse("wss://one/ws").and_then(|address| address.socket_uri());
        assert_eq!(socket.expect("the URL is good"), "wss://one/ws");
    }

    #[test]
    fn what_is_no_address_is_refused_without_repeating_it() {
        for url in [
            "",
            "one",
            "/graphql",
            "ftp://one/",
            "http://",
            "http://me:secret@one/",
            "unix://x.sock",
            "unix:///",
            "unix:///x.sock?path=graphql",
            "unix:///x.sock?mode=1",
        ] {
            let refused = Address::parse(url).expect_err(url).to_string();
            assert!(!refused.contains("secret"), "{refused}");
        }
    }
}
