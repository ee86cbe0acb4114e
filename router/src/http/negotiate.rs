//! Media types and statuses, by the GraphQL-over-HTTP specification.

use axum::body::Body;
use axum::response::Response as HttpResponse;
use http::header::{ACCEPT, ALLOW, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::engine::Response;
use crate::error::{Code, GraphQLError};

/// The two media types of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Media {
    /// `application/json`: the status says only whether the request was understood.
    Json,
    /// `application/graphql-response+json`: the status says whether it was executed.
    GraphQl,
}

impl Media {
    fn as_str(self) -> &'static str {
        match self {
            Self::Json => "application/json; charset=utf-8",
            Self::GraphQl => "application/graphql-response+json; charset=utf-8",
        }
    }
}

/// What the client accepts; `None` when it is nothing that we have.
pub(crate) fn accepted(headers: &HeaderMap) -> Option<Media> {
    let mut ranges = headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter(|range| !range.trim().is_empty())
        .peekable();
    if ranges.peek().is_none() {
        return Some(Media::Json);
    }
    let mut best: Option<(u32, u8, Media)> = None;
    for (media, quality, rank) in ranges.filter_map(range) {
        let better = best.is_none_or(|(found, known, _)| (quality, rank) > (found, known));
        if quality > 0 && better {
            best = Some((quality, rank, media));
        }
    }
    best.map(|(.., media)| media)
}

/// A media range that we can serve, its quality in thousandths, and how exactly it names us.
fn range(text: &str) -> Option<(Media, u32, u8)> {
    let mut parts = text.split(';').map(str::trim);
    let (media, rank) = match parts.next()?.to_ascii_lowercase().as_str() {
        "application/graphql-response+json" => (Media::GraphQl, 3),
        "application/json" => (Media::Json, 2),
        "application/*" => (Media::Json, 1),
        "*/*" => (Media::Json, 0),
        _ => return None,
    };
    let quality = parts
        .filter_map(|parameter| parameter.strip_prefix("q="))
        .find_map(|quality| quality.parse::<f32>().ok())
        .unwrap_or(1.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to 0..=1 first"
    )]
    let thousandths = (quality.clamp(0.0, 1.0) * 1000.0) as u32;
    Some((media, thousandths, rank))
}

/// An answer over HTTP.
pub(crate) fn answer(media: Media, response: &Response) -> HttpResponse {
    let status = match media {
        _ if response.is_executed() => StatusCode::OK,
        Media::Json if !refused_as(response).is_server_error() => StatusCode::OK,
        Media::Json | Media::GraphQl => refused_as(response),
    };
    write(media, status, response)
}

fn refused_as(response: &Response) -> StatusCode {
    let first = response.errors().first();
    first.map_or(StatusCode::INTERNAL_SERVER_ERROR, status_of)
}

/// A refusal before there was a GraphQL request to answer.
pub(crate) fn refusal(media: Media, status: StatusCode, error: GraphQLError) -> HttpResponse {
    let mut answer = write(media, status, &Response::refused(vec![error]));
    if status == StatusCode::METHOD_NOT_ALLOWED {
        let allowed = HeaderValue::from_static("POST");
        answer.headers_mut().insert(ALLOW, allowed);
    }
    answer
}

fn write(media: Media, status: StatusCode, response: &Response) -> HttpResponse {
    let mut answer = HttpResponse::new(Body::from(response.body().clone()));
    *answer.status_mut() = status;
    let media = HeaderValue::from_static(media.as_str());
    answer.headers_mut().insert(CONTENT_TYPE, media);
    answer
}

/// The status that stands for an error's code.
pub(crate) fn status_of(error: &GraphQLError) -> StatusCode {
    const UNAUTHENTICATED: &str = Code::Unauthenticated.as_str();
    const TIMEOUT: &str = Code::GatewayTimeout.as_str();
    const LIMITED: &str = Code::RateLimited.as_str();
    const INTERNAL: &str = Code::Internal.as_str();
    match error.code() {
        Some(UNAUTHENTICATED) => StatusCode::UNAUTHORIZED,
        Some("FORBIDDEN") => StatusCode::FORBIDDEN,
        Some(LIMITED) => StatusCode::TOO_MANY_REQUESTS,
        Some(TIMEOUT) => StatusCode::GATEWAY_TIMEOUT,
        Some(INTERNAL) | None => StatusCode::INTERNAL_SERVER_ERROR,
        Some(_) => StatusCode::BAD_REQUEST,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(accept: &'static str) -> Option<Media> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static(accept));
        accepted(&headers)
    }

    #[test]
    fn the_client_chooses() {
        assert_eq!(accepted(&HeaderMap::new()), Some(Media::Json));
        assert_eq!(chosen("*/*"), Some(Media::Json));
        assert_eq!(chosen("application/json"), Some(Media::Json));
        assert_eq!(
            chosen("application/json, application/graphql-response+json"),
            Some(Media::GraphQl)
        );
        assert_eq!(
            chosen("application/json, application/graphql-response+json;q=0.9"),
            Some(Media::Json)
        );
        assert_eq!(chosen("text/html"), None);
        assert_eq!(chosen("application/json;q=0"), None);
    }
}
