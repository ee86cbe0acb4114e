//! Requests to providers: few bytes, little time, JSON. What a provider says when it refuses is
//! for the log, in part; a client never reads it.

use std::time::Duration;

use chrono::TimeDelta;
use http::{HeaderMap, HeaderValue, Method, header};
use kit::outbound::{Limits, Outbound, OutboundError, Request, Response};
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;
use url::form_urlencoded::Serializer;

const BYTES_MAX: usize = 256 * 1024;
const TIMEOUT: Duration = Duration::from_secs(10);
/// Characters of a provider's error code that are logged.
const CODE_MAX: usize = 40;

/// A provider that gave nothing is not asked again for so long: everybody else would wait for it too.
pub(super) const PAUSE: TimeDelta = TimeDelta::seconds(5);

/// Why a provider did not give what it was asked for.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    #[error("the provider cannot be reached")]
    Outbound(#[from] OutboundError),
    #[error("the provider answered {status} with the error `{code}`")]
    Refused {
        status: u16,
        /// What OAuth calls `error`, as far as it is one.
        code: String,
    },
    #[error("the provider has failed a moment ago")]
    JustFailed,
    #[error("the provider's answer is not what was asked for: {0}")]
    Malformed(&'static str),
}

/// Reads JSON.
pub(super) async fn get<T: DeserializeOwned>(
    outbound: &Outbound,
    url: Url,
    headers: HeaderMap,
) -> Result<T, FetchError> {
    let request = Request {
        headers,
        limits: limits(),
        ..Request::get(url)
    };
    read(&outbound.send(request).await?)
}

/// Sends a form, as OAuth's endpoints take it, and reads JSON.
pub(super) async fn post<T: DeserializeOwned>(
    outbound: &Outbound,
    url: Url,
    mut headers: HeaderMap,
    fields: &[(&str, &str)],
) -> Result<T, FetchError> {
    let form = HeaderValue::from_static("application/x-www-form-urlencoded");
    headers.insert(header::CONTENT_TYPE, form);
    let body = Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = Request {
        method: Method::POST,
        url,
        headers,
        body: body.into_bytes(),
        limits: limits(),
    };
    read(&outbound.send(request).await?)
}

/// The headers of a request for this media type, with a bearer token if there is one.
pub(super) fn headers(accept: &'static str, token: Option<&str>) -> Result<HeaderMap, FetchError> {
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
    if let Some(token) = token {
        headers.insert(
            header::AUTHORIZATION,
            sensitive(&format!("Bearer {token}"))?,
        );
    }
    Ok(headers)
}

/// A header's value that is not to be logged.
pub(super) fn sensitive(text: &str) -> Result<HeaderValue, FetchError> {
    let value = HeaderValue::from_str(text);
    let mut value = value.map_err(|_| FetchError::Malformed("a token with odd characters"))?;
    value.set_sensitive(true);
    Ok(value)
}

fn limits() -> Limits {
    Limits {
        timeout: Some(TIMEOUT),
        body_bytes_max: Some(BYTES_MAX),
        cut: false,
    }
}

fn read<T: DeserializeOwned>(response: &Response) -> Result<T, FetchError> {
    let body = serde_json::from_slice::<Value>(&response.body);
    let refusal = body.as_ref().ok().and_then(|body| body["error"].as_str());
    // GitHub refuses with 200.
    if !response.status.is_success() || refusal.is_some() {
        return Err(FetchError::Refused {
            status: response.status.as_u16(),
            code: sanitised(refusal.unwrap_or_default()),
        });
    }
    let body = body.map_err(|_| FetchError::Malformed("no JSON"))?;
    serde_json::from_value(body).map_err(|_| FetchError::Malformed("other members"))
}

/// An error code as OAuth spells them; whatever else stands there is left out.
fn sanitised(code: &str) -> String {
    let is_code = |c: &char| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '_';
    code.chars().filter(is_code).take(CODE_MAX).collect()
}

#[cfg(test)]
mod tests {
    use http::StatusCode;
    use serde_json::json;

    use super::*;

    fn answer(status: u16, body: &str) -> Result<Value, FetchError> {
        read(&Response {
            status: StatusCode::from_u16(status).expect("a status"),
            headers: HeaderMap::new(),
            body: body.as_bytes().to_vec(),
            latency: Duration::ZERO,
        })
    }

    #[test]
    fn a_refusal_keeps_its_code_and_nothing_else() {
        assert_eq!(answer(200, r#"{"a": 1}"#).expect("read"), json!({ "a": 1 }));
        for (status, body, expected) in [
            (
                200,
                r#"{"error": "bad_verification_code"}"#,
                "200 with the error `bad_verification_code`",
            ),
            (
                400,
                r#"{"error": "<b>invalid_grant\n"}"#,
                "400 with the error `binvalid_grant`",
            ),
            (502, "<html>secret</html>", "502 with the error ``"),
        ] {
            let said = answer(status, body).expect_err("refused").to_string();
            assert_eq!(said, format!("the provider answered {expected}"));
        }
        let said = answer(200, "hush").expect_err("no JSON").to_string();
        assert!(!said.contains("hush"), "{said}");
    }
}
