//! Which headers a subgraph is sent: those of the client that an operator lets through, fixed
//! ones, and the router's own credentials. Nothing else of the client ever arrives.

use std::fmt;
use std::sync::Arc;

use http::header::{CONNECTION, FORWARDED};
use http::{Extensions, HeaderMap, HeaderName, HeaderValue};

use crate::remote::RemoteError;

/// The headers of the client's request. The HTTP front puts them into the extensions of each
/// request; whoever calls the engine without it may do the same.
#[derive(Clone, Debug)]
pub struct ClientHeaders(pub Arc<HeaderMap>);

/// The hook that tells a subgraph who is asking.
pub trait Credentials: Send + Sync {
    /// Adds headers for the caller that `extensions` describe; they are what the
    /// authentication hook attached. It runs last and wins over every rule.
    ///
    /// Identical queries are shared only between requests with identical headers, so a hook
    /// that signs tokens should give a caller the same one for a while.
    fn attach(&self, extensions: &Extensions, headers: &mut HeaderMap);

    /// Hears the headers of an answer, which may say something of the caller that the rest of
    /// the client's request is to know.
    fn answered(&self, extensions: &Extensions, headers: &HeaderMap) {
        let _ = (extensions, headers);
    }
}

/// What becomes of headers, in the order of the fields.
#[derive(Clone, Default)]
pub struct HeaderRules {
    /// Names that are taken over from the client. Headers of the connection and of the body
    /// can not be named, nor can those that claim an identity (`forwarded`, `x-forwarded-*`,
    /// `x-real-ip`, `x-user*`, `x-tenant*`, `x-portico-*`), except for `authorization` and
    /// `cookie`.
    pub propagate: Vec<HeaderName>,
    /// Names that are not sent after all, `accept` of the router itself among them.
    pub remove: Vec<HeaderName>,
    /// Headers that are set, whatever the client sent.
    pub insert: Vec<(HeaderName, HeaderValue)>,
}

impl fmt::Debug for HeaderRules {
    /// Values may be secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inserted: Vec<_> = self.insert.iter().map(|(name, _)| name).collect();
        f.debug_struct("HeaderRules")
            .field("propagate", &self.propagate)
            .field("remove", &self.remove)
            .field("insert", &inserted)
            .finish()
    }
}

impl HeaderRules {
    /// Refuses rules that could forge an identity or break the protocol.
    pub(crate) fn check(&self) -> Result<(), RemoteError> {
        let forbidden = |name: &&HeaderName| is_transport(name) || is_identity(name);
        if let Some(name) = self.propagate.iter().find(forbidden) {
            return Err(RemoteError::Propagated(name.clone()));
        }
        let mut inserted = self.insert.iter().map(|(name, _)| name);
        match inserted.find(|name| is_transport(name)) {
            Some(name) => Err(RemoteError::Inserted(name.clone())),
            None => Ok(()),
        }
    }

    pub(crate) fn apply(&self, client: Option<&HeaderMap>, headers: &mut HeaderMap) {
        if let Some(client) = client {
            for name in &self.propagate {
                if is_nominated(client, name) {
                    continue;
                }
                for value in client.get_all(name) {
                    headers.append(name.clone(), value.clone());
                }
            }
        }
        for name in &self.remove {
            headers.remove(name);
        }
        for (name, value) in &self.insert {
            headers.insert(name.clone(), value.clone());
        }
    }
}

/// Whether the client's `Connection` header says that `name` ends here.
fn is_nominated(client: &HeaderMap, name: &HeaderName) -> bool {
    let values = client.get_all(CONNECTION).into_iter();
    values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|token| token.trim().eq_ignore_ascii_case(name.as_str()))
}

/// Headers that belong to one connection, to one body, or to the transport.
fn is_transport(name: &HeaderName) -> bool {
    const NAMES: [&str; 16] = [
        "accept",
        "accept-encoding",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "expect",
        "host",
        "http2-settings",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "via",
        "range",
    ];
    let name = name.as_str();
    let prefixes = ["proxy-", "sec-websocket-"];
    NAMES.contains(&name) || prefixes.iter().any(|prefix| name.starts_with(prefix))
}

/// Headers that subgraphs may believe. `authorization` and `cookie` are not among them: the
/// client holds those itself, and an operator may name them.
fn is_identity(name: &HeaderName) -> bool {
    let prefixes = ["x-forwarded", "x-portico-", "x-tenant", "x-user"];
    let name = name.as_str();
    name == FORWARDED.as_str()
        || name == "x-real-ip"
        || prefixes.iter().any(|prefix| name.starts_with(prefix))
}
