//! Why a text is not taken as an OpenAPI description at all.
//!
//! A fault inside one operation is no reason: it becomes a [`Warning`](super::Warning) there.

use std::fmt;

/// The notation that a text was read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notation {
    /// Text that begins with `{` or `[`.
    Json,
    /// Everything else.
    Yaml,
}

impl fmt::Display for Notation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Json => "json",
            Self::Yaml => "yaml",
        })
    }
}

/// A place in the text, counted from one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Line.
    pub line: usize,
    /// Column.
    pub column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// Everything that makes a document unreadable as a whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenApiError {
    /// The text is longer than the limit.
    #[error("the document has {bytes} bytes; at most {max} are read")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        max: usize,
    },
    /// The text is empty or white space.
    #[error("the document is empty")]
    Empty,
    /// The text is not UTF-8.
    #[error("the document is not utf-8 text from byte {offset} (line {line}) on")]
    NotUtf8 {
        /// First byte that is wrong.
        offset: usize,
        /// Its line.
        line: usize,
    },
    /// The text breaks the rules of its notation.
    #[error("malformed {notation} at {position}: {message}")]
    Syntax {
        /// What it was read as.
        notation: Notation,
        /// Where it went wrong.
        position: Position,
        /// What went wrong.
        message: String,
    },
    /// Objects and lists are nested too deeply.
    #[error("the document nests deeper than {max} levels at {position}")]
    TooDeep {
        /// Where the limit was passed.
        position: Position,
        /// The limit.
        max: usize,
    },
    /// The text holds too many values.
    #[error("the document holds more than {max} values at {position}, aliases expanded")]
    TooManyValues {
        /// Where the limit was passed.
        position: Position,
        /// The limit.
        max: usize,
    },
    /// YAML anchors and aliases that grow out of proportion.
    #[error("the document's yaml anchors and aliases expand too far at {position}")]
    Aliases {
        /// Where the limit was passed.
        position: Position,
    },
    /// The system has no thread to read YAML on.
    #[error("no thread is free to read the document on; try again later")]
    NoThread,
    /// A part that every description has is absent or of another kind.
    #[error("not an openapi description: {pointer} must be {expected}")]
    NotOpenApi {
        /// The part as a JSON pointer.
        pointer: String,
        /// What belongs there.
        expected: &'static str,
    },
    /// A version that is not read.
    #[error(
        "openapi version {version} at {pointer} is not supported; versions 3.0 and 3.1 are, so convert the document first"
    )]
    Version {
        /// `/openapi` or `/swagger`.
        pointer: &'static str,
        /// The version found there.
        version: String,
    },
    /// More operations than the limit.
    #[error("the description has more than {max} operations, reached at {pointer}")]
    TooManyOperations {
        /// The first operation too many.
        pointer: String,
        /// The limit.
        max: usize,
    },
    /// A path that is too long to be kept.
    #[error("the path at {pointer} has more than {max} characters")]
    PathTooLong {
        /// The path item.
        pointer: String,
        /// The limit.
        max: usize,
    },
    /// The request schemas grow out of proportion together.
    #[error(
        "the request schemas of the description exceed {max} bytes together, reached at {pointer}"
    )]
    SchemasTooLarge {
        /// The operation that passed the limit.
        pointer: String,
        /// The limit.
        max: usize,
    },
    /// Shared parts are shared by too many.
    #[error("the parts of the description refer to each other too often, reached at {pointer}")]
    TooEntangled {
        /// The operation that passed the limit.
        pointer: String,
    },
}
