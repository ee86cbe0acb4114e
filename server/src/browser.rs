//! Browsers that want their refresh token kept in a cookie, where no script can read it.
//!
//! A browser sends cookies along whoever makes it send a request. So a cookie counts only in a
//! request that asks for it by a header, which a page of another origin cannot add unless that
//! origin is allowed to call us, and only if the origin, where the browser names one, is ours or
//! one of those.

use http::{HeaderMap, HeaderName, header};
use kit::viewer::Cookies;
use kit::{ApiError, Code};

use crate::config::Config;

/// What a browser asks for cookies by, with the value `cookie`.
pub const SESSION: HeaderName = HeaderName::from_static("x-portico-session");
const COOKIE: &str = "cookie";
/// An operation whose answer goes to an event stream that is open already.
const STREAM: HeaderName = HeaderName::from_static("x-graphql-event-stream-token");

/// Tells which browsers may use cookies.
pub(crate) struct Browsers {
    /// Origins of pages that may, besides that of the request itself.
    origins: Vec<String>,
}

impl Browsers {
    pub(crate) fn new(config: &Config) -> Self {
        let mut origins = vec![config.public_url().origin().ascii_serialization()];
        if config.http.cors_credentials {
            origins.extend(config.http.cors_origins.iter().cloned());
        }
        Self { origins }
    }

    /// The cookies of a request that asks for them.
    pub(crate) fn cookies(&self, headers: &HeaderMap) -> Result<Option<Cookies>, ApiError> {
        match headers.get(SESSION) {
            None => return Ok(None),
            Some(asked) if asked == COOKIE => {}
            Some(_) => {
                let message = "the header `X-Portico-Session` must be `cookie`, or absent";
                return Err(ApiError::new(Code::Unauthenticated, message));
            }
        }
        if cannot_be_set(headers) {
            let message = "cookies cannot be set by an event stream or a web socket: \
                           send `X-Portico-Session` with ordinary requests only";
            return Err(ApiError::new(Code::Unauthenticated, message));
        }
        if !self.may(headers) {
            let message = "pages of this origin may not use cookies; the operator can allow it \
                           by `http.cors_origins` and `http.cors_credentials`";
            return Err(ApiError::new(Code::Unauthenticated, message));
        }
        let sent = headers.get_all(header::COOKIE).iter();
        let pairs = sent.filter_map(|value| value.to_str().ok());
        let pairs = pairs.flat_map(|value| value.split(';'));
        let refresh = pairs
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(name, _)| *name == auth::REFRESH_COOKIE);
        Ok(Some(Cookies::new(refresh.map(|(_, value)| value))))
    }

    fn may(&self, headers: &HeaderMap) -> bool {
        let Some(origin) = headers.get(header::ORIGIN) else {
            // A browser names the origin of every request that is not a plain link.
            return true;
        };
        let Ok(origin) = origin.to_str() else {
            return false;
        };
        let host = headers
            .get(header::HOST)
            .and_then(|host| host.to_str().ok());
        let own = origin.split_once("://").map(|(_, host)| host);
        (own.is_some() && own == host) || self.origins.iter().any(|known| known == origin)
    }
}

/// Whether the answer's headers are sent before the operation is executed.
fn cannot_be_set(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT);
    let accept = accept.and_then(|accept| accept.to_str().ok());
    // Whoever accepts JSON too gets a stream for subscriptions only.
    let only_streams = accept.is_some_and(|accept| {
        accept.contains("text/event-stream") && !accept.contains("json") && !accept.contains("*/*")
    });
    only_streams || headers.contains_key(header::UPGRADE) || headers.contains_key(STREAM)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn browsers() -> Browsers {
        let mut config = Config {
            public_url: Some("https://portico.example/api".parse().expect("a URL")),
            ..Config::default()
        };
        config.http.cors_origins = vec!["https://app.example".to_owned()];
        config.http.cors_credentials = true;
        Browsers::new(&config)
    }

    fn asked(headers: &[(&'static str, &'static str)]) -> Result<Option<Cookies>, ApiError> {
        let headers = headers.iter().map(|&(name, value)| {
            let name = HeaderName::from_static(name);
            (name, HeaderValue::from_static(value))
        });
        browsers().cookies(&headers.collect())
    }

    #[test]
    fn a_cookie_counts_only_if_it_is_asked_for() {
        let cookie = ("cookie", "a=b; __Host-portico_refresh=prt_x; c=d");
        assert!(asked(&[cookie]).expect("fine").is_none());
        let cookies = asked(&[cookie, ("x-portico-session", "cookie")]);
        let cookies = cookies.expect("fine").expect("asked for");
        assert_eq!(cookies.refresh_token(), Some("prt_x"));
        assert!(asked(&[cookie, ("x-portico-session", "yes")]).is_err());
    }

    #[test]
    fn only_pages_that_may_use_cookies() {
        let with = |origin| {
            asked(&[
                ("x-portico-session", "cookie"),
                ("host", "127.0.0.1:4000"),
                ("origin", origin),
            ])
        };
        for origin in [
            "https://portico.example",
            "https://app.example",
            "http://127.0.0.1:4000",
        ] {
            assert!(with(origin).is_ok(), "{origin}");
        }
        for origin in ["https://evil.example", "http://127.0.0.1:4001", "null"] {
            assert!(with(origin).is_err(), "{origin}");
        }
    }

    #[test]
    fn a_stream_has_sent_its_headers() {
        let session = ("x-portico-session", "cookie");
        assert!(asked(&[session, ("accept", "text/event-stream")]).is_err());
        assert!(asked(&[session, ("upgrade", "websocket")]).is_err());
        assert!(asked(&[session, ("x-graphql-event-stream-token", "t")]).is_err());
        let either = ("accept", "application/json, text/event-stream");
        assert!(asked(&[session, either]).is_ok());
    }
}
