//! Which other origins' pages may call us, by request or by web socket.

use std::fmt;
use std::str::FromStr;

use http::header::{HOST, ORIGIN, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Method, Uri};
use tower_http::cors::{AllowHeaders, AllowOrigin, Any, CorsLayer};

use crate::http::CorsOptions;

/// Which other origins' pages may call us. Credentials never go together with any origin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Origins {
    /// Only pages of our own origin.
    #[default]
    None,
    /// Pages of every origin, without credentials that a browser adds by itself.
    Any,
    /// Pages of these.
    Listed {
        /// The origins.
        origins: Vec<Origin>,
        /// Whether browsers may send cookies and the like.
        credentials: bool,
    },
}

/// `scheme://host[:port]`, as a browser writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(HeaderValue);

/// Why a text is no origin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no origin; it looks like https://app.example.com or http://localhost:3000")]
pub struct NoOrigin(String);

impl FromStr for Origin {
    type Err = NoOrigin;

    fn from_str(text: &str) -> Result<Self, NoOrigin> {
        let refused = || NoOrigin(text.to_owned());
        let lower = text.to_ascii_lowercase();
        let (scheme, authority) = parts(&lower).ok_or_else(refused)?;
        let is_host = |c: char| c.is_ascii_alphanumeric() || "-._:[]".contains(c);
        if !authority.chars().all(is_host) || authority.parse::<http::uri::Authority>().is_err() {
            return Err(refused());
        }
        let authority = without_default_port(scheme, authority);
        HeaderValue::try_from(format!("{scheme}://{authority}"))
            .map(Self)
            .map_err(|_| refused())
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.to_str().unwrap_or_default())
    }
}

impl Origins {
    /// Whether pages of an origin may call us. One that is allowed without credentials counts.
    pub(crate) fn admit(&self, origin: &HeaderValue) -> bool {
        match self {
            Self::None => false,
            Self::Any => true,
            Self::Listed { origins, .. } => origins.iter().any(|listed| listed.0 == *origin),
        }
    }

    /// Whether an origin is named, and thus trusted with what its pages make a browser send.
    pub(crate) fn name(&self, origin: &HeaderValue) -> bool {
        matches!(self, Self::Listed { .. }) && self.admit(origin)
    }
}

/// Answers preflights and marks answers; nothing when no other origin may call us.
pub(crate) fn layer(options: &CorsOptions) -> Option<CorsLayer> {
    let layer = CorsLayer::new()
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers([RETRY_AFTER])
        .max_age(options.preflight_max_age);
    match &options.origins {
        Origins::None => None,
        Origins::Any => Some(layer.allow_origin(Any)),
        Origins::Listed {
            origins,
            credentials,
        } => {
            let origins = origins.iter().map(|origin| origin.0.clone());
            let layer = layer.allow_origin(AllowOrigin::list(origins));
            Some(layer.allow_credentials(*credentials))
        }
    }
}

/// Whether a web socket may be opened: browsers let every page try, and say which one it was.
pub(crate) fn may_upgrade(options: &CorsOptions, uri: &Uri, headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(ORIGIN) else {
        return true;
    };
    is_own(origin, uri, headers) || options.origins.admit(origin)
}

/// Whether the origin is the host that the client asked.
fn is_own(origin: &HeaderValue, uri: &Uri, headers: &HeaderMap) -> bool {
    let text = |value: &HeaderValue| value.to_str().ok().map(str::to_ascii_lowercase);
    let host = headers
        .get(HOST)
        .and_then(text)
        .or_else(|| uri.authority().map(|own| own.as_str().to_ascii_lowercase()));
    let (Some(origin), Some(host)) = (text(origin), host) else {
        return false;
    };
    parts(&origin).is_some_and(|(scheme, authority)| {
        without_default_port(scheme, authority) == without_default_port(scheme, &host)
    })
}

fn parts(origin: &str) -> Option<(&str, &str)> {
    let (scheme, authority) = origin.split_once("://")?;
    let is_known = matches!(scheme, "http" | "https");
    (is_known && !authority.is_empty()).then_some((scheme, authority))
}

fn without_default_port<'a>(scheme: &str, authority: &'a str) -> &'a str {
    let port = if scheme == "https" { ":443" } else { ":80" };
    authority.strip_suffix(port).unwrap_or(authority)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_a_scheme_and_a_host() {
        let spelled = |text: &str| text.parse::<Origin>().map(|origin| origin.to_string());
        assert_eq!(
            spelled("https://App.Example.com:443"),
            Ok("https://app.example.com".to_owned())
        );
        assert_eq!(
            spelled("http://[::1]:3000"),
            Ok("http://[::1]:3000".to_owned())
        );
        for wrong in [
            "*",
            "null",
            "example.com",
            "https://",
            "https://a/",
            "https://a/b",
            "ftp://a",
            "https://u@a",
            "https://*.example.com",
        ] {
            assert!(spelled(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn sockets_are_for_pages_of_our_own_and_of_listed_origins() {
        let options = CorsOptions {
            origins: Origins::Listed {
                origins: vec!["https://app.example.com".parse().expect("it is one")],
                credentials: false,
            },
            ..CorsOptions::default()
        };
        let may = |origin: Option<&'static str>, host: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, HeaderValue::from_static(host));
            if let Some(origin) = origin {
                headers.insert(ORIGIN, HeaderValue::from_static(origin));
            }
            may_upgrade(&options, &Uri::from_static("/graphql/ws"), &headers)
        };
        assert!(may(None, "api.example.com"));
        assert!(may(Some("https://api.example.com"), "api.example.com"));
        assert!(may(Some("https://api.example.com"), "api.example.com:443"));
        assert!(may(Some("http://127.0.0.1:4000"), "127.0.0.1:4000"));
        assert!(may(Some("https://app.example.com"), "api.example.com"));
        for foreign in [
            "null",
            "https://evil.example",
            "https://api.example.com.evil.example",
            "https://api.example.com:8443",
            "http://app.example.com",
        ] {
            assert!(!may(Some(foreign), "api.example.com"), "{foreign}");
        }
    }
}
