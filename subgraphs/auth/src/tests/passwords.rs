//! Choosing another password.

use kit::viewer::Credential;
use serde_json::{Value, json};
use testkit::{Backend, on_both};

use super::letters::{INVALID_PROOF, RESET, VERIFY, code, required, token};
use super::{Fixture, PASSWORD, Tokens};
use crate::AuthError;

on_both![
    a_reset_chooses_a_password_and_ends_all_sessions,
    a_code_resets_as_well,
    a_weak_password_costs_no_code,
    a_locked_account_can_reset_its_password,
    a_reset_proves_the_address,
    a_proof_is_good_for_its_purpose_and_an_hour,
    a_deactivated_account_gets_no_letter,
    a_change_needs_the_password_and_ends_other_sessions,
    a_wrong_current_password_counts_as_a_failed_sign_in,
    an_api_key_changes_no_password,
];

const ADA: &str = "ada@example.com";
const NEW: &str = "copper-Lantern-Drift-42";
const CHANGE: &str = "mutation ($input: ChangePasswordInput!) {
    changePassword(input: $input) { user { id } }
}";

async fn a_reset_chooses_a_password_and_ends_all_sessions(backend: Backend) {
    let fixture = Fixture::start_with(backend, required()).await;
    let id = fixture.verified(ADA).await;
    let session = fixture.login(ADA).await;
    fixture.request_reset(ADA).await;
    let first = token(&fixture.last_letter(ADA).await);
    fixture.request_reset(ADA).await;
    let second = token(&fixture.last_letter(ADA).await);

    let input = |token: &str| json!({ "token": token, "newPassword": NEW });
    assert_eq!(fixture.input(RESET, input(&first)).await, INVALID_PROOF);
    let answer = fixture.input(RESET, input(&second)).await;
    assert_eq!(answer, json!({ "resetPassword": { "user": { "id": id } } }));
    assert_eq!(fixture.input(RESET, input(&second)).await, INVALID_PROOF);

    let refusal = fixture.refusal(&session.access).await;
    assert!(matches!(refusal, AuthError::SessionEnded), "{refusal:?}");
    let refreshed = fixture.refresh(&session.refresh).await;
    assert!(refreshed.is_string(), "{refreshed}");
    assert_ne!(fixture.entering(ADA, PASSWORD).await, "LoginSuccess");
    assert_eq!(fixture.entering(ADA, NEW).await, "LoginSuccess");
    let told = fixture.last_letter(ADA).await;
    assert_eq!(told.subject, "Your password was changed");
    assert!(told.links.is_empty() && told.codes.is_empty());
}

async fn a_code_resets_as_well(backend: Backend) {
    let fixture = Fixture::start_with(backend, required()).await;
    fixture.verified(ADA).await;
    fixture.request_reset(ADA).await;
    let code = code(&fixture.last_letter(ADA).await);
    let input = json!({ "email": ADA, "code": code, "newPassword": NEW });
    let answer = fixture.input(RESET, input.clone()).await;
    assert!(answer.is_object(), "{answer}");
    assert_eq!(fixture.entering(ADA, NEW).await, "LoginSuccess");
    assert_eq!(fixture.input(RESET, input).await, INVALID_PROOF);
}

async fn a_weak_password_costs_no_code(backend: Backend) {
    let fixture = Fixture::start_with(backend, required()).await;
    fixture.verified(ADA).await;
    fixture.request_reset(ADA).await;
    let letter = fixture.last_letter(ADA).await;
    for _ in 0..6 {
        let input = json!({ "email": ADA, "code": code(&letter), "newPassword": "password" });
        let answer = fixture.input(RESET, input).await;
        let said = answer.as_str().unwrap_or_default();
        assert!(
            said.starts_with("BAD_USER_INPUT at /newPassword"),
            "{answer}"
        );
        let input = json!({ "token": token(&letter), "newPassword": "ada@example.com" });
        let answer = fixture.input(RESET, input).await;
        let said = answer.as_str().unwrap_or_default();
        assert!(
            said.starts_with("BAD_USER_INPUT at /newPassword"),
            "{answer}"
        );
    }
    let input = json!({ "email": ADA, "code": code(&letter), "newPassword": NEW });
    let answer = fixture.input(RESET, input).await;
    assert!(answer.is_object(), "{answer}");
}

async fn a_locked_account_can_reset_its_password(backend: Backend) {
    let fixture = Fixture::start_with(backend, required()).await;
    fixture.verified(ADA).await;
    for _ in 0..5 {
        fixture.try_login(ADA, "another-Tractor-7").await;
    }
    let said = fixture.entering(ADA, PASSWORD).await;
    assert!(said.starts_with("REQUEST_RATE_LIMITED"), "{said}");

    fixture.request_reset(ADA).await;
    let token = token(&fixture.last_letter(ADA).await);
    let input = json!({ "token": token, "newPassword": NEW });
    let answer = fixture.input(RESET, input).await;
    assert!(answer.is_object(), "{answer}");
    assert_eq!(fixture.entering(ADA, NEW).await, "LoginSuccess");
}

async fn a_reset_proves_the_address(backend: Backend) {
    let fixture = Fixture::start_with(backend, required()).await;
    fixture.ask(ADA).await;
    fixture.request_reset(ADA).await;
    let token = token(&fixture.last_letter(ADA).await);
    let input = json!({ "token": token, "newPassword": NEW });
    let answer = fixture.input(RESET, input).await;
    assert!(answer.is_object(), "{answer}");
    assert_eq!(fixture.entering(ADA, NEW).await, "LoginSuccess");
    assert_eq!(fixture.test.recorded("user.registered").await.len(), 1);
}

async fn a_proof_is_good_for_its_purpose_and_an_hour(backend: Backend) {
    let fixture = Fixture::start_with(backend, required()).await;
    fixture.ask(ADA).await;
    let verification = token(&fixture.last_letter(ADA).await);
    fixture.request_reset(ADA).await;
    let reset = token(&fixture.last_letter(ADA).await);

    let input = json!({ "token": verification, "newPassword": NEW });
    assert_eq!(fixture.input(RESET, input).await, INVALID_PROOF);
    let input = json!({ "token": reset });
    assert_eq!(fixture.input(VERIFY, input).await, INVALID_PROOF);
    fixture.advance(60 * 60);
    let input = json!({ "token": reset, "newPassword": NEW });
    assert_eq!(fixture.input(RESET, input).await, INVALID_PROOF);
}

async fn a_deactivated_account_gets_no_letter(backend: Backend) {
    let fixture = Fixture::start_with(backend, required()).await;
    fixture.verified(ADA).await;
    fixture.request_reset(ADA).await;
    let token = token(&fixture.last_letter(ADA).await);
    fixture
        .tamper("UPDATE accounts SET deactivated_at = created_at")
        .await;
    let count = fixture.letters_to(ADA).await.len();
    fixture.request_reset(ADA).await;
    fixture.ask(ADA).await;
    fixture.resend(ADA).await;
    assert_eq!(fixture.letters_to(ADA).await.len(), count);
    let input = json!({ "token": token, "newPassword": NEW });
    assert_eq!(fixture.input(RESET, input).await, INVALID_PROOF);
}

impl Fixture {
    async fn change(&self, tokens: &Tokens, current: &str, new: &str) -> Value {
        let viewer = self.viewer(&tokens.access).await;
        let input = json!({ "currentPassword": current, "newPassword": new });
        self.run(Some(&viewer), CHANGE, json!({ "input": input }))
            .await
    }
}

async fn a_change_needs_the_password_and_ends_other_sessions(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let own = fixture.newcomer(ADA).await;
    let other = fixture.login(ADA).await;
    fixture.request_reset(ADA).await;
    let reset = token(&fixture.last_letter(ADA).await);

    let answer = fixture.change(&own, "another-Tractor-7", NEW).await;
    assert_eq!(
        answer,
        "BAD_USER_INPUT at /currentPassword: this is not the password of your account"
    );
    let answer = fixture.change(&own, PASSWORD, "password").await;
    let said = answer.as_str().unwrap_or_default();
    assert!(
        said.starts_with("BAD_USER_INPUT at /newPassword"),
        "{answer}"
    );

    let answer = fixture.change(&own, PASSWORD, NEW).await;
    assert!(answer.is_object(), "{answer}");
    fixture.viewer(&own.access).await;
    let refusal = fixture.refusal(&other.access).await;
    assert!(matches!(refusal, AuthError::SessionEnded), "{refusal:?}");
    assert_eq!(fixture.entering(ADA, NEW).await, "LoginSuccess");
    let input = json!({ "token": reset, "newPassword": "walnut-Harbor-Kite-5" });
    assert_eq!(fixture.input(RESET, input).await, INVALID_PROOF);
    assert_eq!(
        fixture.subjects(ADA).await,
        ["Choose a new password", "Your password was changed"]
    );
}

async fn a_wrong_current_password_counts_as_a_failed_sign_in(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let own = fixture.newcomer(ADA).await;
    for _ in 0..5 {
        fixture.change(&own, "another-Tractor-7", NEW).await;
    }
    let answer = fixture.change(&own, PASSWORD, NEW).await;
    let said = answer.as_str().unwrap_or_default();
    assert!(
        said.starts_with("REQUEST_RATE_LIMITED: too many failed"),
        "{answer}"
    );
}

async fn an_api_key_changes_no_password(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let own = fixture.newcomer(ADA).await;
    let mut viewer = fixture.viewer(&own.access).await;
    viewer.credential = Credential::UserKey(kit::id::ApiKeyId::new());
    let input = json!({ "currentPassword": PASSWORD, "newPassword": NEW });
    let answer = fixture
        .run(Some(&viewer), CHANGE, json!({ "input": input }))
        .await;
    let said = answer.as_str().unwrap_or_default();
    assert!(said.starts_with("FORBIDDEN"), "{answer}");
    let signed_out = fixture.input(CHANGE, input).await;
    let said = signed_out.as_str().unwrap_or_default();
    assert!(said.starts_with("UNAUTHENTICATED"), "{signed_out}");
}
