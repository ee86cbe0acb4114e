//! Scalars of this subgraph.

use async_graphql::{Context, InputValueError, InputValueResult, Scalar, ScalarType, Value};
use url::Url;

/// An absolute address, such as `https://api.example.com/v1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WebUrl(pub(crate) Url);

/// An absolute address, such as `https://api.example.com/v1`.
#[Scalar(name = "URL", specified_by_url = "https://url.spec.whatwg.org/")]
impl ScalarType for WebUrl {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            // Never `expected_type`: its message holds the value, which may be anybody's secret.
            return Err(InputValueError::custom("a URL is a text"));
        };
        Url::parse(text).map(Self).map_err(|_| {
            InputValueError::custom("not an absolute URL such as https://api.example.com/v1")
        })
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.as_str().trim_end_matches('/').to_owned())
    }
}

impl WebUrl {
    /// An address that is kept as text.
    pub(crate) fn of_text(text: &str) -> Option<Self> {
        Url::parse(text).ok().map(Self)
    }
}

const FILE_PREFIX: &str = "#__graphql_file__:";

/// A file that was sent along with the request. async-graphql's own type trusts the number in the
/// variable, which a client can write as well as a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Upload(usize);

/// A file, sent along with the request as of the GraphQL multipart request specification.
#[Scalar(
    name = "Upload",
    specified_by_url = "https://github.com/jaydenseric/graphql-multipart-request-spec"
)]
impl ScalarType for Upload {
    fn parse(value: Value) -> InputValueResult<Self> {
        let number = match &value {
            Value::String(text) => text
                .strip_prefix(FILE_PREFIX)
                .and_then(|number| number.parse().ok()),
            _ => None,
        };
        number.map(Self).ok_or_else(|| {
            InputValueError::custom("send the file as of the multipart request specification")
        })
    }

    fn to_value(&self) -> Value {
        Value::Null
    }
}

impl Upload {
    /// The file's content; `None` when the request came without that file.
    pub(crate) fn open(self, ctx: &Context<'_>) -> Option<std::fs::File> {
        ctx.query_env
            .uploads
            .get(self.0)?
            .try_clone()
            .ok()
            .map(|upload| upload.content)
    }
}
