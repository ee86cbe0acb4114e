//! Documents that clients name instead of sending: registered by their hash (automatic
//! persisted queries), or known from a manifest (trusted documents).

mod digest;
mod manifest;

use std::convert::Infallible;
use std::sync::Arc;

use self::digest::Digest;
pub use self::manifest::{ManifestError, TrustedDocuments};
use crate::cache::Cache;
use crate::engine::{Engine, Request};
use crate::error::{Code, GraphQLError};
use crate::http::decode::Asked;
use crate::http::{PersistedOptions, Trusted};

/// How a client names a document: hexadecimal digits of a hash, or any other name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum DocumentId {
    /// By `documentId`.
    Named(String),
    /// By `extensions.persistedQuery`.
    Hash(String),
}

impl DocumentId {
    pub(crate) fn named(id: &str) -> Self {
        Self::Named(digest::spelled(id))
    }

    pub(crate) fn hash(hash: &str) -> Self {
        Self::Hash(digest::spelled(hash))
    }

    fn as_str(&self) -> &str {
        match self {
            Self::Named(id) | Self::Hash(id) => id,
        }
    }
}

/// The documents that are known by name.
pub(crate) struct Persisted {
    options: PersistedOptions,
    registered: Cache<Digest, Arc<str>>,
}

impl Persisted {
    pub(crate) fn new(options: PersistedOptions) -> Self {
        Self {
            registered: Cache::new(options.entries_max, options.bytes_max),
            options,
        }
    }

    /// The request with its document.
    pub(crate) async fn resolve(
        &self,
        engine: &Engine,
        mut asked: Asked,
    ) -> Result<Request, GraphQLError> {
        let query = asked.query.take();
        let query = match asked.document.take() {
            Some(id) => self.named(engine, &id, query, &asked).await?,
            None => self.sent(query)?,
        };
        Ok(Request {
            query,
            operation_name: asked.operation_name,
            variables: asked.variables,
            uploads: asked.uploads,
            extensions: asked.extensions,
        })
    }

    /// A document that came without a name.
    fn sent(&self, query: Option<String>) -> Result<String, GraphQLError> {
        match (query, &self.options.trusted) {
            (Some(_), Trusted::Required(_)) => Err(required()),
            (Some(query), _) => Ok(query),
            (None, _) => Err(GraphQLError::new(Code::BadUserInput, "query is missing")),
        }
    }

    async fn named(
        &self,
        engine: &Engine,
        id: &DocumentId,
        query: Option<String>,
        asked: &Asked,
    ) -> Result<String, GraphQLError> {
        if let Some(document) = self.trusted(id) {
            return match query {
                Some(query) if query != document => Err(mismatch()),
                _ => Ok(document.to_owned()),
            };
        }
        match (&self.options.trusted, query) {
            (Trusted::Required(_), Some(_)) => Err(required()),
            (Trusted::Required(_), None) => Err(not_found()),
            (_, query) if self.options.automatic => self.automatic(engine, id, query, asked).await,
            (Trusted::Off, _) => Err(GraphQLError::new(
                Code::PersistedQueryNotSupported,
                "PersistedQueryNotSupported",
            )),
            (Trusted::Allow(_), Some(query)) => match Digest::parse(id.as_str()) {
                Some(digest) if digest == Digest::of(&query) => Ok(query),
                _ => Err(mismatch()),
            },
            (Trusted::Allow(_), None) => Err(not_found()),
        }
    }

    fn trusted(&self, id: &DocumentId) -> Option<&str> {
        match &self.options.trusted {
            Trusted::Off => None,
            Trusted::Allow(documents) | Trusted::Required(documents) => documents.find(id.as_str()),
        }
    }

    async fn automatic(
        &self,
        engine: &Engine,
        id: &DocumentId,
        query: Option<String>,
        asked: &Asked,
    ) -> Result<String, GraphQLError> {
        let digest = Digest::parse(id.as_str());
        let known = digest.and_then(|digest| self.registered.find(&digest));
        match (known, digest, query) {
            (Some(known), _, None) => Ok(known.as_ref().to_owned()),
            (None, _, None) => Err(not_found()),
            (Some(known), _, Some(query)) if *known == *query => Ok(query),
            (_, Some(digest), Some(query)) if digest == Digest::of(&query) => {
                self.register(engine, digest, &query, asked).await;
                Ok(query)
            }
            (_, _, Some(_)) => Err(mismatch()),
        }
    }

    /// Keeps a document that can be executed; others would only push such out.
    async fn register(&self, engine: &Engine, digest: Digest, query: &str, asked: &Asked) {
        let name = asked.operation_name.as_deref();
        if engine.kind(query, name).await.is_err() {
            return;
        }
        let document: Arc<str> = query.into();
        let make = || std::future::ready(Ok::<_, Infallible>(document));
        let kept = self
            .registered
            .find_or_make(digest, |text| text.len(), make);
        let Ok(_) = kept.await;
    }
}

/// The message is the protocol's: clients look for it.
fn not_found() -> GraphQLError {
    GraphQLError::new(Code::PersistedQueryNotFound, "PersistedQueryNotFound")
}

fn required() -> GraphQLError {
    let message = "only documents of the manifest are executed; name one with documentId";
    GraphQLError::new(Code::PersistedQueryRequired, message)
}

fn mismatch() -> GraphQLError {
    let message = "query is not the document that its hash names";
    GraphQLError::new(Code::BadUserInput, message)
}
