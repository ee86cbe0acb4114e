//! Changing the e-mail address.

use kit::Viewer;
use serde_json::{Value, json};
use testkit::{Backend, on_both};

use super::letters::{INVALID_PROOF, RESET, VERIFY, code, other_code, required, token};
use super::{Fixture, PASSWORD};

on_both![
    a_link_confirms_another_address,
    a_code_confirms_for_whoever_asked,
    a_change_needs_a_recent_proof,
    an_address_that_has_an_account_is_answered_alike,
    an_address_that_is_taken_meanwhile_is_refused,
    what_went_to_the_old_address_is_void,
    a_password_reset_stops_a_change,
    an_address_that_nobody_has_proven_is_free,
];

const OLD: &str = "ada@example.com";
const NEW: &str = "lovelace@example.com";
const REQUEST: &str = "mutation ($input: RequestEmailChangeInput!) {
    requestEmailChange(input: $input) { email }
}";
const CONFIRM: &str = "mutation ($input: ConfirmEmailChangeInput!) {
    confirmEmailChange(input: $input) { user { id } }
}";

impl Fixture {
    async fn ada(&self) -> Viewer {
        let tokens = self.newcomer(OLD).await;
        self.viewer(&tokens.access).await
    }

    async fn want(&self, viewer: &Viewer, email: &str) -> Value {
        let variables = json!({ "input": { "newEmail": email } });
        self.run(Some(viewer), REQUEST, variables).await
    }
}

async fn a_link_confirms_another_address(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let ada = fixture.ada().await;

    let answer = fixture.want(&ada, NEW).await;
    assert_eq!(answer, json!({ "requestEmailChange": { "email": NEW } }));
    assert_eq!(
        fixture.subjects(OLD).await,
        ["Your e-mail address is about to change"]
    );
    fixture.login(OLD).await;
    assert_ne!(fixture.entering(NEW, PASSWORD).await, "LoginSuccess");

    let token = token(&fixture.last_letter(NEW).await);
    let answer = fixture.input(CONFIRM, json!({ "token": token })).await;
    assert_eq!(
        answer,
        json!({ "confirmEmailChange": { "user": { "id": ada.user } } })
    );
    assert_eq!(
        fixture.test.recorded("user.email_changed").await,
        [json!({ "user_id": ada.user, "email": NEW })]
    );
    fixture.login(NEW).await;
    assert_ne!(fixture.entering(OLD, PASSWORD).await, "LoginSuccess");
    assert_eq!(
        fixture.last_letter(OLD).await.subject,
        "Your e-mail address was changed"
    );
    let again = fixture.input(CONFIRM, json!({ "token": token })).await;
    assert_eq!(again, INVALID_PROOF);
}

async fn a_code_confirms_for_whoever_asked(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let ada = fixture.ada().await;
    let eve = fixture.newcomer("eve@example.com").await;
    let eve = fixture.viewer(&eve.access).await;
    fixture.want(&ada, NEW).await;
    let letter = fixture.last_letter(NEW).await;
    let confirm = async |viewer, code: String| {
        let variables = json!({ "input": { "code": code } });
        fixture.run(viewer, CONFIRM, variables).await
    };

    let nobody = confirm(None, code(&letter)).await;
    assert_eq!(
        nobody,
        "BAD_USER_INPUT: send either `token`, or `code` with an access token"
    );
    assert_eq!(confirm(Some(&eve), code(&letter)).await, INVALID_PROOF);
    assert_eq!(
        confirm(Some(&ada), other_code(&letter, 0)).await,
        INVALID_PROOF
    );
    let answer = confirm(Some(&ada), code(&letter)).await;
    assert!(answer.is_object(), "{answer}");
    fixture.login(NEW).await;
}

async fn a_change_needs_a_recent_proof(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let ada = fixture.ada().await;
    fixture.advance(10 * 60 + 1);
    let answer = fixture.want(&ada, NEW).await;
    let said = answer.as_str().unwrap_or_default();
    assert!(said.starts_with("REAUTHENTICATION_REQUIRED"), "{answer}");
    assert!(fixture.test.letters().await.is_empty());
}

async fn an_address_that_has_an_account_is_answered_alike(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let ada = fixture.ada().await;
    fixture.register(NEW).await;
    let answer = fixture.want(&ada, NEW).await;
    assert_eq!(answer, json!({ "requestEmailChange": { "email": NEW } }));
    let letter = fixture.last_letter(NEW).await;
    assert_eq!(letter.subject, "This e-mail address already has an account");
    assert!(letter.links.is_empty() && letter.codes.is_empty());
    let count = fixture.test.letters().await.len();
    fixture.want(&ada, "free@example.com").await;
    assert_eq!(fixture.test.letters().await.len(), 2 * count);
}

async fn an_address_that_is_taken_meanwhile_is_refused(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let ada = fixture.ada().await;
    fixture.want(&ada, NEW).await;
    let token = token(&fixture.last_letter(NEW).await);
    fixture.register(NEW).await;
    let answer = fixture.input(CONFIRM, json!({ "token": token })).await;
    let said = answer.as_str().unwrap_or_default();
    assert!(said.starts_with("CONFLICT at /token"), "{answer}");
    assert!(fixture.test.recorded("user.email_changed").await.is_empty());
    fixture.login(OLD).await;
}

async fn what_went_to_the_old_address_is_void(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let ada = fixture.ada().await;
    fixture.request_reset(OLD).await;
    let reset = token(&fixture.last_letter(OLD).await);
    fixture.want(&ada, NEW).await;
    let token = token(&fixture.last_letter(NEW).await);
    fixture.input(CONFIRM, json!({ "token": token })).await;
    let input = json!({ "token": reset, "newPassword": "copper-Lantern-Drift-42" });
    assert_eq!(fixture.input(RESET, input).await, INVALID_PROOF);
}

async fn a_password_reset_stops_a_change(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let ada = fixture.ada().await;
    fixture.want(&ada, NEW).await;
    let change = token(&fixture.last_letter(NEW).await);
    fixture.request_reset(OLD).await;
    let reset = token(&fixture.last_letter(OLD).await);
    let input = json!({ "token": reset, "newPassword": "copper-Lantern-Drift-42" });
    let answer = fixture.input(RESET, input).await;
    assert!(answer.is_object(), "{answer}");
    let answer = fixture.input(CONFIRM, json!({ "token": change })).await;
    assert_eq!(answer, INVALID_PROOF);
}

async fn an_address_that_nobody_has_proven_is_free(backend: Backend) {
    let fixture = Fixture::start_with(backend, required()).await;
    fixture.ask(OLD).await;
    let proof = json!({ "token": token(&fixture.last_letter(OLD).await) });
    fixture.input(VERIFY, proof).await;
    let tokens = fixture.login(OLD).await;
    let ada = fixture.viewer(&tokens.access).await;
    fixture.ask(NEW).await;

    fixture.want(&ada, NEW).await;

    let letter = fixture.last_letter(NEW).await;
    let input = json!({ "token": token(&letter) });
    let changed = fixture.input(CONFIRM, input).await;
    assert!(changed.is_object(), "{changed}");
    fixture.login(NEW).await;
    let kept = fixture.count("accounts").await;
    assert_eq!(kept, 1, "whoever had only registered it is forgotten");
}
