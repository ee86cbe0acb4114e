//! The errors a client may see, each with a stable `extensions.code`.
//!
//! What went wrong inside is logged where it happens; only messages that are safe to show
//! travel in a [`GraphQLError`].

use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The stable `extensions.code` values that the router itself raises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// The document is not GraphQL, or exceeds a budget while being read.
    ParseFailed,
    /// The document does not fit the schema, or asks for too much.
    ValidationFailed,
    /// A variable, an argument or the request itself is wrong.
    BadUserInput,
    /// The credential is missing or bad.
    Unauthenticated,
    /// The deadline passed.
    GatewayTimeout,
    /// A subgraph did not answer.
    SubrequestFailed,
    /// A subgraph answered, but not with a GraphQL response.
    SubrequestMalformed,
    /// A subgraph took longer than it may.
    SubrequestTimeout,
    /// Events of a subscription may be missing here; it goes on.
    SubscriptionGap,
    /// Too many requests or subscriptions.
    RateLimited,
    /// Our fault; detail is in the log.
    Internal,
}

impl Code {
    /// The text written to `extensions.code`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ParseFailed => "GRAPHQL_PARSE_FAILED",
            Self::ValidationFailed => "GRAPHQL_VALIDATION_FAILED",
            Self::BadUserInput => "BAD_USER_INPUT",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::GatewayTimeout => "GATEWAY_TIMEOUT",
            Self::SubrequestFailed => "SUBREQUEST_HTTP_ERROR",
            Self::SubrequestMalformed => "SUBREQUEST_MALFORMED_RESPONSE",
            Self::SubrequestTimeout => "SUBREQUEST_TIMEOUT",
            Self::SubscriptionGap => "SUBSCRIPTION_GAP",
            Self::RateLimited => "REQUEST_RATE_LIMITED",
            Self::Internal => "INTERNAL_SERVER_ERROR",
        }
    }
}

/// One step of a response path.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum PathSegment {
    /// A response key.
    Key(String),
    /// A position in a list.
    Index(usize),
}

impl From<&str> for PathSegment {
    fn from(key: &str) -> Self {
        Self::Key(key.to_owned())
    }
}

impl From<usize> for PathSegment {
    fn from(index: usize) -> Self {
        Self::Index(index)
    }
}

/// A place in the client's document, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    /// The line.
    pub line: usize,
    /// The column, in characters.
    pub column: usize,
}

/// One entry of `errors` in an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct GraphQLError {
    /// What is wrong, for a person.
    pub message: String,
    /// Where in the document.
    pub locations: Vec<Location>,
    /// Where in the answer.
    pub path: Vec<PathSegment>,
    /// `code` and whatever the raiser added.
    pub extensions: Box<Map<String, Value>>,
}

impl GraphQLError {
    /// An error of the router.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        let mut extensions = Map::new();
        extensions.insert("code".to_owned(), code.as_str().into());
        Self {
            message: message.into(),
            locations: Vec::new(),
            path: Vec::new(),
            extensions: Box::new(extensions),
        }
    }

    /// The fixed answer for faults of ours.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(Code::Internal, "internal server error")
    }

    /// The same error with one more extension.
    #[must_use]
    pub fn with_extension(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.extensions.insert(name.to_owned(), value.into());
        self
    }

    /// The same error at a place in the document.
    #[must_use]
    pub fn at(mut self, location: Location) -> Self {
        self.locations.push(location);
        self
    }

    /// `extensions.code`, when it is there and text.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.extensions.get("code").and_then(Value::as_str)
    }
}

impl Serialize for GraphQLError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("message", &self.message)?;
        if !self.locations.is_empty() {
            map.serialize_entry("locations", &self.locations)?;
        }
        if !self.path.is_empty() {
            map.serialize_entry("path", &self.path)?;
        }
        map.serialize_entry("extensions", &self.extensions)?;
        map.end()
    }
}
