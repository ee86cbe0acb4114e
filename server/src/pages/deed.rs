//! What the pages do: one mutation each, sent through the engine, so that it does not matter which
//! process answers for accounts.

use std::sync::Arc;

use http::Extensions;
use router::{Context, Engine, Request};
use serde_json::{Map, Value, json};

/// Something that a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    VerifyEmail,
    ResetPassword,
    ConfirmEmail,
}

/// What came of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Done,
    /// The link is unknown, used or too old.
    BadLink,
    /// The password is not good enough, and why.
    BadPassword(String),
    /// Another account has got the address meanwhile.
    Taken,
    /// Too many attempts.
    TooMany,
    /// Something of ours.
    Failed,
}

impl Deed {
    /// The deed of a page, by the last segment of its path.
    pub(super) fn named(name: &str) -> Option<Self> {
        let all = [Self::VerifyEmail, Self::ResetPassword, Self::ConfirmEmail];
        all.into_iter().find(|deed| deed.name() == name)
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify-email",
            Self::ResetPassword => "reset-password",
            Self::ConfirmEmail => "confirm-email",
        }
    }

    fn mutation(self) -> &'static str {
        match self {
            Self::VerifyEmail => {
                "mutation VerifyEmail($input: VerifyEmailInput!) { verifyEmail(input: $input) { __typename } }"
            }
            Self::ResetPassword => {
                "mutation ResetPassword($input: ResetPasswordInput!) { resetPassword(input: $input) { __typename } }"
            }
            Self::ConfirmEmail => {
                "mutation ConfirmEmailChange($input: ConfirmEmailChangeInput!) { confirmEmailChange(input: $input) { __typename } }"
            }
        }
    }

    /// Does it, on behalf of whom the extensions name.
    pub(super) async fn run(
        self,
        engine: &Arc<Engine>,
        extensions: Extensions,
        token: &str,
        password: &str,
    ) -> Outcome {
        let mut input = json!({ "token": token });
        if self == Self::ResetPassword {
            input["newPassword"] = password.into();
        }
        let request = Request {
            query: self.mutation().to_owned(),
            variables: Map::from_iter([("input".to_owned(), input)]),
            ..Request::default()
        };
        let context = Context {
            extensions,
            deadline: None,
        };
        let answer = engine.execute(request, context).await;
        match serde_json::from_slice(answer.body()) {
            Ok(answer) => Outcome::of(&answer),
            Err(_) => Outcome::Failed,
        }
    }
}

impl Outcome {
    fn of(answer: &Value) -> Self {
        let error = &answer["errors"][0];
        if error.is_null() {
            return Self::Done;
        }
        let extensions = &error["extensions"];
        let field = extensions["field"].as_str();
        match extensions["code"].as_str() {
            Some("BAD_USER_INPUT") if field == Some("/newPassword") => {
                Self::BadPassword(error["message"].as_str().unwrap_or_default().to_owned())
            }
            Some("BAD_USER_INPUT") => Self::BadLink,
            Some("CONFLICT") => Self::Taken,
            Some("REQUEST_RATE_LIMITED") => Self::TooMany,
            _ => Self::Failed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_says_what_came_of_it() {
        let refused = |code: &str, field: Option<&str>| {
            let extensions = json!({ "code": code, "field": field });
            Outcome::of(&json!({ "errors": [{ "message": "why", "extensions": extensions }] }))
        };
        assert_eq!(Outcome::of(&json!({ "data": {} })), Outcome::Done);
        assert_eq!(refused("BAD_USER_INPUT", None), Outcome::BadLink);
        let password = refused("BAD_USER_INPUT", Some("/newPassword"));
        assert_eq!(password, Outcome::BadPassword("why".to_owned()));
        assert_eq!(refused("CONFLICT", Some("/token")), Outcome::Taken);
        assert_eq!(refused("REQUEST_RATE_LIMITED", None), Outcome::TooMany);
        assert_eq!(refused("SUBREQUEST_HTTP_ERROR", None), Outcome::Failed);
    }
}
