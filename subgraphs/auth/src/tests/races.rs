//! What is good for one use, used by many at once.

use futures::future::{join, join_all};
use kit::Viewer;
use kit::mail::Mail;
use kit::viewer::Client;
use serde_json::{Value, json};
use testkit::{Backend, on_both};

use super::letters::{INVALID_PROOF, REGISTER, RESET, VERIFY, code, other_code, required, token};
use super::{Fixture, PASSWORD};

on_both![
    of_many_who_follow_a_link_one_proves_the_address,
    of_many_who_type_a_code_one_proves_the_address,
    of_many_who_guess_at_once_five_are_heard,
    of_many_resets_one_counts,
    of_many_resets_by_code_one_counts,
    of_many_who_confirm_an_address_one_does,
    of_many_who_confirm_an_address_by_code_one_does,
    of_two_who_register_an_address_one_has_it,
    whoever_knows_the_old_password_is_shut_out_by_a_reset,
    many_register_an_address_and_one_has_it,
];

const ADA: &str = "ada@example.com";
const MANY: u8 = 50;
const CONFIRM: &str = "mutation ($input: ConfirmEmailChangeInput!) {
    confirmEmailChange(input: $input) { user { id } }
}";

impl Fixture {
    /// Sends an operation fifty times at once, each from a network of its own.
    async fn many(&self, query: &str, input: impl Fn(u8) -> Value) -> Vec<Value> {
        self.many_of(None, query, input).await
    }

    /// The same as somebody.
    async fn many_of(
        &self,
        viewer: Option<&Viewer>,
        query: &str,
        input: impl Fn(u8) -> Value,
    ) -> Vec<Value> {
        let send = |place: u8| {
            let client = Client {
                address: Some([198, 51, 100, place].into()),
                agent: None,
            };
            self.run_from(client, viewer, query, json!({ "input": input(place) }))
        };
        join_all((0..MANY).map(send)).await
    }
}

/// One succeeds and the others are told that the proof is used.
fn one_of(answers: &[Value]) {
    let good = answers.iter().filter(|answer| answer.is_object()).count();
    let refused = answers.iter().filter(|answer| **answer == INVALID_PROOF);
    assert_eq!(
        (good, refused.count()),
        (1, answers.len() - 1),
        "{answers:?}"
    );
}

async fn of_many_who_follow_a_link_one_proves_the_address(backend: Backend) {
    let fixture = Fixture::start_with(backend, required()).await;
    fixture.ask(ADA).await;
    let token = token(&fixture.last_letter(ADA).await);
    one_of(&fixture.many(VERIFY, |_| json!({ "token": token })).await);
    assert_eq!(fixture.test.recorded("user.registered").await.len(), 1);
}

async fn of_many_who_type_a_code_one_proves_the_address(backend: Backend) {
    let fixture = Fixture::start_with(backend, required()).await;
    fixture.ask(ADA).await;
    let code = code(&fixture.last_letter(ADA).await);
    one_of(
        &fixture
            .many(VERIFY, |_| json!({ "email": ADA, "code": code }))
            .await,
    );
    assert_eq!(fixture.test.recorded("user.registered").await.len(), 1);
}

async fn of_many_who_guess_at_once_five_are_heard(backend: Backend) {
    let fixture = Fixture::start_with(backend, required()).await;
    fixture.ask(ADA).await;
    let letter = fixture.last_letter(ADA).await;
    let guess = |place: u8| json!({ "email": ADA, "code": other_code(&letter, place.into()) });
    let answers = fixture.many(VERIFY, guess).await;
    assert!(answers.iter().all(|answer| *answer == INVALID_PROOF));
    assert_eq!(fixture.attempts().await, 5);
    let input = json!({ "email": ADA, "code": code(&letter) });
    assert_eq!(fixture.input(VERIFY, input).await, INVALID_PROOF);
}

async fn of_many_resets_one_counts(backend: Backend) {
    let fixture = Fixture::start_with(backend, required()).await;
    fixture.verified(ADA).await;
    fixture.request_reset(ADA).await;
    let token = token(&fixture.last_letter(ADA).await);
    let new = |place: u8| format!("copper-Lantern-Drift-{place}");
    let input = |place: u8| json!({ "token": token, "newPassword": new(place) });
    let answers = fixture.many(RESET, input).await;
    one_of(&answers);
    let won = answers.iter().position(Value::is_object);
    let won = u8::try_from(won.expect("one has won")).expect("one of fifty");
    assert_eq!(fixture.entering(ADA, &new(won)).await, "LoginSuccess");
}

async fn of_many_resets_by_code_one_counts(backend: Backend) {
    let fixture = Fixture::start_with(backend, required()).await;
    fixture.verified(ADA).await;
    fixture.request_reset(ADA).await;
    let code = code(&fixture.last_letter(ADA).await);
    let new = |place: u8| format!("copper-Lantern-Drift-{place}");
    let input = |place: u8| json!({ "email": ADA, "code": code, "newPassword": new(place) });
    let answers = fixture.many(RESET, input).await;
    one_of(&answers);
    let won = answers.iter().position(Value::is_object);
    let won = u8::try_from(won.expect("one has won")).expect("one of fifty");
    assert_eq!(fixture.entering(ADA, &new(won)).await, "LoginSuccess");
}

async fn of_many_who_confirm_an_address_one_does(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let (_, letter) = fixture.changing().await;
    let token = token(&letter);
    one_of(&fixture.many(CONFIRM, |_| json!({ "token": token })).await);
    assert_eq!(fixture.test.recorded("user.email_changed").await.len(), 1);
}

async fn of_many_who_confirm_an_address_by_code_one_does(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let (viewer, letter) = fixture.changing().await;
    let code = code(&letter);
    let input = |_| json!({ "code": code });
    one_of(&fixture.many_of(Some(&viewer), CONFIRM, input).await);
    assert_eq!(fixture.test.recorded("user.email_changed").await.len(), 1);
}

async fn of_two_who_register_an_address_one_has_it(backend: Backend) {
    let fixture = Fixture::start_with(backend, required()).await;
    let passwords = ["copper-Lantern-Drift-1", "copper-Lantern-Drift-2"];
    let register = |password: &str| {
        let input = json!({ "name": "Ada", "email": ADA, "password": password });
        fixture.input(REGISTER, input)
    };
    let [one, other] = passwords.map(register);
    let (one, other) = join(one, other).await;
    assert!(one.is_object(), "{one}");
    assert_eq!(one, other);

    // Both have a letter, and only that of the last one is good: its reader chooses the password.
    let letters = fixture.letters_to(ADA).await;
    assert_eq!(letters.len(), 2);
    let chosen = "heron-Ladder-Quill-8";
    let tokens = letters.iter().map(token);
    let reset = tokens.map(|token| json!({ "token": token, "newPassword": chosen }));
    one_of(&join_all(reset.map(|input| fixture.input(RESET, input))).await);
    for password in passwords {
        let entered = fixture.entering(ADA, password).await;
        assert_ne!(entered, "LoginSuccess");
    }
    assert_eq!(fixture.entering(ADA, chosen).await, "LoginSuccess");
    assert_eq!(fixture.accounts().await, 1);
    assert_eq!(fixture.test.recorded("user.registered").await.len(), 1);
}

async fn many_register_an_address_and_one_has_it(backend: Backend) {
    let fixture = Fixture::start_with(backend, required()).await;
    let name = |place: u8| format!("Ada {place}");
    let input = |place| json!({ "name": name(place), "email": ADA, "password": PASSWORD });
    let answers = fixture.many(REGISTER, input).await;
    let expected = json!({ "email": ADA, "verificationRequired": true, "user": null });
    let expected = json!({ "register": expected });
    assert!(
        answers.iter().all(|answer| *answer == expected),
        "{answers:?}"
    );

    let letters = fixture.letters_to(ADA).await;
    assert_eq!(letters.len(), 5);
    let mut good = 0;
    for letter in &letters {
        let input = json!({ "token": token(letter), "newPassword": "heron-Ladder-Quill-8" });
        let answer = fixture.input(RESET, input).await;
        good += i32::from(answer.is_object());
    }
    assert!(good <= 1, "{good}");
    assert_eq!(fixture.accounts().await, 1);
}

async fn whoever_knows_the_old_password_is_shut_out_by_a_reset(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    fixture.newcomer(ADA).await;
    fixture.request_reset(ADA).await;
    let letter = fixture.last_letter(ADA).await;
    let input = json!({ "token": token(&letter), "newPassword": "heron-Ladder-Quill-8" });

    let logins = join_all((0..6).map(|_| fixture.try_login(ADA, PASSWORD)));
    let (_, reset) = join(logins, fixture.input(RESET, input)).await;

    assert!(reset.is_object(), "{reset}");
    let alive = fixture.count("sessions WHERE revoked_at IS NULL").await;
    assert_eq!(alive, 0, "a session goes on");
    assert_ne!(fixture.entering(ADA, PASSWORD).await, "LoginSuccess");
}

impl Fixture {
    /// Somebody who has asked for another address, and the letter to it.
    async fn changing(&self) -> (Viewer, Mail) {
        let tokens = self.newcomer(ADA).await;
        let viewer = self.viewer(&tokens.access).await;
        let query =
            "mutation { requestEmailChange(input: { newEmail: \"new@example.com\" }) { email } }";
        self.run(Some(&viewer), query, json!({})).await;
        (viewer, self.last_letter("new@example.com").await)
    }

    async fn attempts(&self) -> i32 {
        use diesel::prelude::*;
        use diesel_async::RunQueryDsl;

        let mut conn = self.test.app.db.read().await.expect("connects");
        let tickets = crate::tables::auth_tickets::table;
        let attempts = tickets.select(crate::tables::auth_tickets::attempts);
        kit::on!(&mut conn, |c| attempts.first(c).await).expect("there is one")
    }

    async fn accounts(&self) -> i64 {
        use diesel::prelude::*;
        use diesel_async::RunQueryDsl;

        let mut conn = self.test.app.db.read().await.expect("connects");
        let accounts = crate::tables::accounts::table.count();
        kit::on!(&mut conn, |c| accounts.get_result(c).await).expect("readable")
    }
}
