//! Media types and statuses, by the GraphQL-over-HTTP specification.

use axum::body::Body;
use axum::response::Response as HttpResponse;
use http::header::{ACCEPT, CONTENT_TYPE, VARY};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::engine::Response;
use crate::error::{Code, GraphQLError};
use crate::http::decode::Unservable;

/// What event streams are.
pub(crate) const EVENT_STREAM: &str = "text/event-stream";

/// The two media types of a single answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Media {
    /// `application/json`: the status says only whether the request was understood.
    #[default]
    Json,
    /// `application/graphql-response+json`: the status says whether it was executed.
    GraphQl,
}

/// What is answered by an event stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Streams {
    Nothing,
    Subscriptions,
    Everything,
}

/// What the client accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Accepted {
    pub(crate) media: Media,
    pub(crate) streams: Streams,
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
pub(crate) fn accepted(headers: &HeaderMap) -> Option<Accepted> {
    let ranges: Vec<Range> = headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter(|range| !range.trim().is_empty())
        .map(Range::parse)
        .collect();
    if ranges.is_empty() {
        return Some(Accepted {
            media: Media::Json,
            streams: Streams::Nothing,
        });
    }
    let json = wish(&ranges, "application/json");
    let graphql = wish(&ranges, "application/graphql-response+json");
    // Only who names event streams can read them.
    let stream = wish(&ranges, EVENT_STREAM).filter(|wish| wish.is_exact);
    let media = match (json, graphql) {
        (Some(json), Some(graphql)) if graphql.is_exact && graphql >= json => Some(Media::GraphQl),
        (Some(json), Some(graphql)) if graphql.quality > json.quality => Some(Media::GraphQl),
        (Some(_), _) => Some(Media::Json),
        (None, Some(_)) => Some(Media::GraphQl),
        (None, None) => None,
    };
    let single = json.max(graphql);
    let streams = match stream {
        None => Streams::Nothing,
        Some(stream) if single.is_none_or(|single| stream > single) => Streams::Everything,
        Some(_) => Streams::Subscriptions,
    };
    (media.is_some() || stream.is_some()).then(|| Accepted {
        media: media.unwrap_or_default(),
        streams,
    })
}

/// A media range, with its quality in thousandths.
struct Range {
    media: String,
    quality: u32,
}

/// How much a client wants a media type.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Wish {
    quality: u32,
    is_exact: bool,
}

impl Range {
    fn parse(text: &str) -> Self {
        let mut parts = text.split(';').map(str::trim);
        let media = parts.next().unwrap_or_default().to_ascii_lowercase();
        let quality = parts
            .filter_map(|parameter| parameter.split_once('='))
            .filter(|(name, _)| name.trim().eq_ignore_ascii_case("q"))
            .find_map(|(_, quality)| quality.trim().parse::<f32>().ok())
            .unwrap_or(1.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped to 0..=1 first"
        )]
        let quality = (quality.clamp(0.0, 1.0) * 1000.0) as u32;
        Self { media, quality }
    }
}

/// RFC 9110, section 12.5.1: the most specific range that matches decides.
fn wish(ranges: &[Range], media: &str) -> Option<Wish> {
    let kind = media.split('/').next().unwrap_or_default();
    let of = |wanted: &str| ranges.iter().find(|range| range.media == wanted);
    let exact = of(media);
    let range = exact
        .or_else(|| of(&format!("{kind}/*")))
        .or_else(|| of("*/*"))?;
    (range.quality > 0).then_some(Wish {
        quality: range.quality,
        is_exact: exact.is_some(),
    })
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

/// A refusal where 2xx would mean that the request goes on, whatever the media type.
pub(crate) fn rejection(media: Media, response: &Response) -> HttpResponse {
    write(media, refused_as(response), response)
}

/// A refusal before there was a GraphQL request to answer.
pub(crate) fn refusal(media: Media, unservable: Unservable) -> HttpResponse {
    let refused = Response::refused(vec![unservable.error]);
    let mut answer = write(media, unservable.status, &refused);
    if let Some((name, value)) = unservable.header {
        let value = HeaderValue::from_static(value);
        answer.headers_mut().insert(name, value);
    }
    answer
}

fn write(media: Media, status: StatusCode, response: &Response) -> HttpResponse {
    body(media, status, Body::from(response.body().clone()))
}

/// An answer whose body is written already.
pub(crate) fn body(media: Media, status: StatusCode, body: Body) -> HttpResponse {
    let mut answer = HttpResponse::new(body);
    *answer.status_mut() = status;
    let content_type = HeaderValue::from_static(media.as_str());
    let accept = HeaderValue::from_static("accept");
    answer.headers_mut().insert(CONTENT_TYPE, content_type);
    answer.headers_mut().insert(VARY, accept);
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

    fn chosen(accept: &'static str) -> Option<(Media, Streams)> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static(accept));
        accepted(&headers).map(|accepted| (accepted.media, accepted.streams))
    }

    #[test]
    fn the_client_chooses() {
        use Media::{GraphQl, Json};
        use Streams::{Everything, Nothing, Subscriptions};

        for (accept, expected) in [
            ("", Some((Json, Nothing))),
            ("*/*", Some((Json, Nothing))),
            ("application/*", Some((Json, Nothing))),
            ("application/json", Some((Json, Nothing))),
            ("APPLICATION/JSON; charset=utf-8", Some((Json, Nothing))),
            (
                "application/graphql-response+json",
                Some((GraphQl, Nothing)),
            ),
            (
                "application/json, application/graphql-response+json",
                Some((GraphQl, Nothing)),
            ),
            (
                "application/json, application/graphql-response+json;q=0.9",
                Some((Json, Nothing)),
            ),
            (
                "application/graphql-response+json; q=1.0, application/json; Q=0.9",
                Some((GraphQl, Nothing)),
            ),
            ("application/json;q=0, */*", Some((GraphQl, Nothing))),
            ("application/json;q=0.1, */*", Some((GraphQl, Nothing))),
            ("text/html, */*;q=0.1", Some((Json, Nothing))),
            ("text/html", None),
            ("application/json;q=0", None),
            ("text/*", None),
            ("text/event-stream", Some((Json, Everything))),
            ("text/event-stream, */*", Some((Json, Everything))),
            ("text/event-stream;q=0", None),
            (
                "application/graphql-response+json, application/json, text/event-stream",
                Some((GraphQl, Subscriptions)),
            ),
        ] {
            assert_eq!(chosen(accept), expected, "{accept}");
        }
        assert_eq!(
            accepted(&HeaderMap::new()).map(|accepted| accepted.media),
            Some(Json)
        );
    }
}
