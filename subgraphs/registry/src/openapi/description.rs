//! What a reading yields: a service and its operations, ready to be registered.

use std::fmt;

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::sql_types::Text;
use serde_json::Value;

/// A service as its document describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Description {
    /// The version of the OpenAPI specification, as written.
    pub openapi: String,
    /// `info.title`.
    pub title: String,
    /// `info.version`.
    pub version: String,
    /// `info.description`, or `info.summary`.
    pub description: Option<String>,
    /// Where the service answers, the default first; may be relative to the document's own address.
    pub servers: Vec<Server>,
    /// How callers may identify themselves.
    pub security_schemes: Vec<SecurityScheme>,
    /// Every operation of every path, in the order of the document.
    pub operations: Vec<Operation>,
    /// What could not be taken over and belongs to no single operation.
    pub warnings: Vec<Warning>,
}

/// One address of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// The address, its variables replaced by their defaults.
    pub url: String,
    /// What it is.
    pub description: Option<String>,
}

/// One way to identify a caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityScheme {
    /// Its name in the document.
    pub name: String,
    /// What it is.
    pub description: Option<String>,
    /// What it needs.
    pub kind: SecurityKind,
}

/// The kinds of security scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecurityKind {
    /// A key sent in a header, query parameter or cookie.
    ApiKey {
        /// Where it is sent: `header`, `query` or `cookie`.
        location: String,
        /// The name it is sent under.
        parameter: String,
    },
    /// An HTTP authentication scheme such as `bearer` or `basic`.
    Http {
        /// The scheme in lower case.
        scheme: String,
    },
    /// OAuth 2.
    OAuth2,
    /// OpenID Connect discovery.
    OpenIdConnect,
    /// A client certificate.
    MutualTls,
}

/// HTTP methods that a path item can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Method {
    Get,
    Put,
    Post,
    Delete,
    Options,
    Head,
    Patch,
    Trace,
}

impl Method {
    /// All methods.
    pub const ALL: [Self; 8] = [
        Self::Get,
        Self::Put,
        Self::Post,
        Self::Delete,
        Self::Options,
        Self::Head,
        Self::Patch,
        Self::Trace,
    ];

    /// The method as HTTP spells it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Put => "PUT",
            Self::Post => "POST",
            Self::Delete => "DELETE",
            Self::Options => "OPTIONS",
            Self::Head => "HEAD",
            Self::Patch => "PATCH",
            Self::Trace => "TRACE",
        }
    }

    /// Whether a request only looks.
    #[must_use]
    pub fn is_safe(self) -> bool {
        matches!(self, Self::Get | Self::Options | Self::Head | Self::Trace)
    }

    /// The method of a path item's key, which is in lower case.
    pub(super) fn of_key(key: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|method| method.as_str().to_ascii_lowercase() == key)
    }

    /// Whether a request may carry a body that servers read.
    pub(super) fn takes_body(self) -> bool {
        !matches!(self, Self::Get | Self::Head | Self::Trace)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One operation and everything a caller has to send for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// HTTP method.
    pub method: Method,
    /// Path template below the service's address.
    pub path: String,
    /// `operationId`, where it is present and no earlier operation has it.
    pub operation_id: Option<String>,
    /// The summary, or the best name there is.
    pub title: String,
    /// Longer text.
    pub description: Option<String>,
    /// The first tag.
    pub tag: Option<String>,
    /// Whether the service advises against it.
    pub deprecated: bool,
    /// The operation's own address, where it has one.
    pub server: Option<String>,
    /// JSON Schema 2020-12 of the request, self-contained: an object whose properties `path`,
    /// `query`, `header`, `cookie` and `body` group its parts.
    pub request_schema: Value,
    /// Whether it can only be called with credentials.
    pub needs_credentials: bool,
    /// What could not be taken over.
    pub warnings: Vec<Warning>,
}

/// Something in the document that could not be taken over as it stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Warning {
    /// Where, as a JSON pointer into the document.
    pub pointer: String,
    /// What, naming the keyword, and what was made of it.
    pub message: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.pointer, self.message)
    }
}

/// Gathers warnings up to a limit, and counts the rest.
#[derive(Debug, Default)]
pub(super) struct Warnings {
    kept: Vec<Warning>,
    dropped: usize,
}

impl Warnings {
    pub(super) fn push(
        &mut self,
        max: usize,
        pointer: impl fmt::Display,
        message: impl fmt::Display,
    ) {
        if self.kept.len() < max {
            self.kept.push(Warning {
                pointer: written(pointer),
                message: written(message),
            });
        } else {
            self.dropped += 1;
        }
    }

    pub(super) fn extend(&mut self, max: usize, others: &[Warning]) {
        for other in others {
            if self.kept.len() < max {
                self.kept.push(other.clone());
            } else {
                self.dropped += 1;
            }
        }
    }

    pub(super) fn into_vec(mut self) -> Vec<Warning> {
        if self.dropped > 0 {
            let message = format!("{} more warnings are not listed", self.dropped);
            self.kept.push(Warning {
                pointer: String::new(),
                message,
            });
        }
        self.kept
    }
}

const WRITTEN_BYTES_MAX: usize = 1_000;

/// Writes something out, up to a length: names in a document may be as long as the document.
fn written(value: impl fmt::Display) -> String {
    struct Bounded(String);
    impl fmt::Write for Bounded {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            let room = WRITTEN_BYTES_MAX - self.0.len().min(WRITTEN_BYTES_MAX);
            if text.len() <= room {
                self.0.push_str(text);
                return Ok(());
            }
            self.0.push_str(&text[..text.floor_char_boundary(room)]);
            self.0.push('…');
            Err(fmt::Error)
        }
    }
    let mut bounded = Bounded(String::new());
    // The only error is the one above: the rest is left out.
    let _ = fmt::write(&mut bounded, format_args!("{value}"));
    bounded.0
}
