//! What a browser shows when a sign-in ends in a refusal: there is no page of a client to tell it.

use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use kit::mail::escaped;
use serde_json::Value;

/// A refusal of the API.
pub(super) struct Refusal {
    status: StatusCode,
    message: String,
}

impl Refusal {
    /// From an error of an answer.
    pub(super) fn of(error: &Value) -> Self {
        let status = match error["extensions"]["code"].as_str().unwrap_or_default() {
            "BAD_USER_INPUT" => StatusCode::BAD_REQUEST,
            "UNAUTHENTICATED" => StatusCode::UNAUTHORIZED,
            "FORBIDDEN" => StatusCode::FORBIDDEN,
            "NOT_FOUND" => StatusCode::NOT_FOUND,
            "CONFLICT" => StatusCode::CONFLICT,
            "REQUEST_RATE_LIMITED" => StatusCode::TOO_MANY_REQUESTS,
            _ => return Self::internal(),
        };
        let message = error["message"].as_str().unwrap_or_default().to_owned();
        Self { status, message }
    }

    /// Something of ours is broken; the log knows what.
    pub(super) fn internal() -> Self {
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            message: "internal server error".to_owned(),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let page = format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
             <title>You are not signed in</title></head>\n<body><h1>You are not signed in</h1>\n\
             <p>{}</p>\n<p><a href=\"/\">Go on</a></p></body></html>\n",
            escaped(&self.message)
        );
        let unstored = [(header::CACHE_CONTROL, "no-store")];
        (self.status, unstored, Html(page)).into_response()
    }
}
