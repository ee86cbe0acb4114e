//! Somebody with a second factor, for the tests of it.

use data_encoding::BASE32_NOPAD;
use diesel::QueryableByName;
use diesel_async::RunQueryDsl as _;
use kit::Viewer;
use kit::on;
use serde_json::{Value, json};

use super::{Fixture, PASSWORD};
use crate::second_factor::totp;

pub(super) const SETUP: &str = "mutation { setupTwoFactor { secret otpauthUri qrSvg expiresAt } }";
pub(super) const CONFIRM: &str = "mutation ($code: String!) {
    confirmTwoFactor(input: { code: $code }) { recoveryCodes }
}";
const CHALLENGE: &str = "mutation ($email: EmailAddress!, $password: String!) {
    login(input: { email: $email, password: $password }) {
        __typename
        ... on TwoFactorChallenge { challengeToken methods expiresAt }
    }
}";
pub(super) const COMPLETE: &str = "mutation ($input: CompleteTwoFactorInput!) {
    completeTwoFactor(input: $input) {
        accessToken refreshToken session { id assurance authenticatedAt } user { id }
    }
}";

/// Somebody whose second factor is on.
pub(super) struct Enrolled {
    pub(super) email: String,
    pub(super) viewer: Viewer,
    pub(super) secret: Vec<u8>,
    pub(super) recovery: Vec<String>,
}

impl Fixture {
    /// Registers somebody and turns their second factor on. The code of the time is used up by it.
    pub(super) async fn enrolled(&self, email: &str) -> Enrolled {
        let tokens = self.newcomer(email).await;
        let viewer = self.viewer(&tokens.access).await;
        let secret = self.set_up(&viewer).await;
        let confirmed = self.confirm(&viewer, &self.code(&secret)).await;
        let codes = &confirmed["confirmTwoFactor"]["recoveryCodes"];
        let codes = codes.as_array().expect("codes").iter();
        let recovery = codes.map(|code| code.as_str().expect("a text").to_owned());
        Enrolled {
            email: email.to_owned(),
            viewer,
            secret,
            recovery: recovery.collect(),
        }
    }

    pub(super) async fn set_up(&self, viewer: &Viewer) -> Vec<u8> {
        let answer = self.run(Some(viewer), SETUP, json!({})).await;
        let secret = answer["setupTwoFactor"]["secret"].as_str();
        let secret = secret.unwrap_or_else(|| panic!("no secret: {answer}"));
        BASE32_NOPAD.decode(secret.as_bytes()).expect("base32")
    }

    pub(super) async fn confirm(&self, viewer: &Viewer, code: &str) -> Value {
        self.run(Some(viewer), CONFIRM, json!({ "code": code }))
            .await
    }

    /// What the app shows now.
    pub(super) fn code(&self, secret: &[u8]) -> String {
        totp::code_of(secret, totp::step_at(self.test.app.clock.now()))
    }

    /// What the app shows after a while, when no code of now or before is good any more.
    pub(super) fn next_code(&self, secret: &[u8]) -> String {
        self.advance(2 * totp::STEP_S);
        self.code(secret)
    }

    /// A code that is not good now.
    pub(super) fn wrong_code(&self, secret: &[u8]) -> String {
        totp::code_of(secret, totp::step_at(self.test.app.clock.now()) - 1000)
    }

    /// Proves the password and returns the challenge.
    pub(super) async fn challenge(&self, email: &str) -> Value {
        let variables = json!({ "email": email, "password": PASSWORD });
        let mut answer = self.run(None, CHALLENGE, variables).await;
        assert_eq!(
            answer["login"]["__typename"], "TwoFactorChallenge",
            "{answer}"
        );
        answer["login"].take()
    }

    pub(super) async fn challenge_token(&self, email: &str) -> String {
        let challenge = self.challenge(email).await;
        let token = challenge["challengeToken"].as_str();
        token.expect("a token").to_owned()
    }

    pub(super) async fn complete(&self, token: &str, code: &str) -> Value {
        let input = json!({ "challengeToken": token, "code": code });
        self.run(None, COMPLETE, json!({ "input": input })).await
    }

    pub(super) async fn complete_by_recovery(&self, token: &str, code: &str) -> Value {
        let input = json!({ "challengeToken": token, "recoveryCode": code });
        self.run(None, COMPLETE, json!({ "input": input })).await
    }

    pub(super) async fn two_factor(&self, viewer: &Viewer) -> Value {
        let query = "query ($any: [_Any!]!) { _entities(representations: $any) {
            ... on User { twoFactor { enabled since recoveryCodesLeft } }
        } }";
        let any = json!([{ "__typename": "User", "id": viewer.user }]);
        let mut answer = self.run(Some(viewer), query, json!({ "any": any })).await;
        assert!(answer["_entities"].is_array(), "{answer}");
        answer["_entities"][0]["twoFactor"].take()
    }

    /// How many letters wait to be sent.
    pub(super) async fn letters(&self) -> i64 {
        #[derive(QueryableByName)]
        struct Counted {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            count: i64,
        }

        let mut conn = self.test.app.db.read().await.expect("connects");
        let counted: Counted = on!(&mut conn, |c| {
            diesel::sql_query("SELECT COUNT(*) AS count FROM mails")
                .get_result(c)
                .await
        })
        .expect("readable");
        counted.count
    }
}
