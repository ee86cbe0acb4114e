//! Registering where addresses must be proven.

use kit::viewer::Client;
use serde_json::{Value, json};
use testkit::{Backend, on_both};

use super::letters::{INVALID_PROOF, REGISTER, RESET, VERIFY, code, other_code, required, token};
use super::{Fixture, PASSWORD};
use crate::AuthConfig;

on_both![
    a_link_proves_an_address,
    a_code_proves_an_address,
    wrong_codes_leave_the_link_good,
    a_proof_is_good_for_a_day,
    nobody_learns_who_has_an_account,
    nobody_has_an_address_that_several_register_but_its_reader,
    another_letter_makes_the_first_one_void,
    nobodys_inbox_is_flooded,
    whoever_tries_many_proofs_is_stopped,
    letters_come_in_the_language_of_the_user,
    links_lead_where_the_operator_says,
    what_is_no_proof_is_named,
    an_operator_may_come_to_do_without_proof,
    an_address_that_is_never_proven_is_free_again,
];

const ADA: &str = "ada@example.com";

async fn a_link_proves_an_address(backend: Backend) {
    let fixture = Fixture::start_with(backend, required()).await;

    let answer = fixture.ask("Ada@Example.com").await;

    let expected =
        json!({ "email": "Ada@Example.com", "verificationRequired": true, "user": null });
    assert_eq!(answer, json!({ "register": expected }));
    assert_eq!(fixture.test.recorded("user.registered").await.len(), 0);
    assert_eq!(fixture.entering(ADA, PASSWORD).await, "EmailUnverified");
    assert_eq!(
        fixture.entering(ADA, "another-Tractor-7").await,
        "UNAUTHENTICATED: wrong e-mail address or password"
    );

    let token = token(&fixture.last_letter("Ada@example.com").await);
    let verified = fixture.input(VERIFY, json!({ "token": token })).await;

    let id = &verified["verifyEmail"]["user"]["id"];
    assert_eq!(
        fixture.test.recorded("user.registered").await,
        [json!({ "user_id": id, "name": "Ada", "email": "Ada@example.com" })]
    );
    assert_eq!(fixture.entering(ADA, PASSWORD).await, "LoginSuccess");
    let again = fixture.input(VERIFY, json!({ "token": token })).await;
    assert_eq!(again, INVALID_PROOF);
    assert_eq!(
        fixture.activities().await,
        [
            "register",
            "login: unverified_email",
            "login: wrong_password",
            "verify_email",
            "login",
            "verify_email: invalid_proof",
        ]
    );
}

async fn a_code_proves_an_address(backend: Backend) {
    let fixture = Fixture::start_with(backend, required()).await;
    fixture.ask(ADA).await;
    let letter = fixture.last_letter(ADA).await;
    let input = json!({ "email": "ADA@example.com", "code": format!(" {} ", code(&letter)) });
    let verified = fixture.input(VERIFY, input.clone()).await;
    assert!(
        verified["verifyEmail"]["user"]["id"].is_string(),
        "{verified}"
    );
    assert_eq!(fixture.entering(ADA, PASSWORD).await, "LoginSuccess");
    assert_eq!(fixture.input(VERIFY, input).await, INVALID_PROOF);
    let token = json!({ "token": token(&letter) });
    assert_eq!(fixture.input(VERIFY, token).await, INVALID_PROOF);
}

async fn wrong_codes_leave_the_link_good(backend: Backend) {
    let fixture = Fixture::start_with(backend, required()).await;
    fixture.ask(ADA).await;
    let letter = fixture.last_letter(ADA).await;
    let guess = async |code: String| {
        let input = json!({ "email": ADA, "code": code });
        fixture.input(VERIFY, input).await
    };
    for step in 0..5 {
        assert_eq!(guess(other_code(&letter, step)).await, INVALID_PROOF);
    }
    assert_eq!(guess(code(&letter)).await, INVALID_PROOF);
    let verified = fixture
        .input(VERIFY, json!({ "token": token(&letter) }))
        .await;
    assert!(verified.is_object(), "{verified}");
}

async fn a_proof_is_good_for_a_day(backend: Backend) {
    let fixture = Fixture::start_with(backend, required()).await;
    fixture.ask(ADA).await;
    let input = json!({ "token": token(&fixture.last_letter(ADA).await) });
    fixture.advance(24 * 60 * 60);
    assert_eq!(fixture.input(VERIFY, input).await, INVALID_PROOF);
}

async fn nobody_learns_who_has_an_account(backend: Backend) {
    let fixture = Fixture::start_with(backend, required()).await;
    fixture.verified(ADA).await;
    fixture.ask("waiting@example.com").await;

    let mut written = Vec::new();
    for email in [ADA, "waiting@example.com", "nobody@example.com"] {
        let expected = json!({ "email": email });
        let answer = fixture.request_reset(email).await;
        assert_eq!(answer, json!({ "requestPasswordReset": expected }));
        let answer = fixture.resend(email).await;
        assert_eq!(answer, json!({ "resendVerification": expected }));
        let expected = json!({ "email": email, "verificationRequired": true, "user": null });
        let before = fixture.written().await;
        assert_eq!(fixture.ask(email).await, json!({ "register": expected }));
        written.push(fixture.written().await - before);
    }

    // Every answer has queued one letter and issued one ticket, whoever was asked about.
    assert_eq!(written, [2, 2, 2]);
    let known = [
        "Confirm your e-mail address",
        "Choose a new password",
        "You already have an account",
    ];
    assert_eq!(fixture.subjects(ADA).await, known);
    let waiting = [
        "Confirm your e-mail address",
        "Choose a new password",
        "Confirm your e-mail address",
        "Confirm your e-mail address and choose a password",
    ];
    assert_eq!(fixture.subjects("waiting@example.com").await, waiting);
    let new = ["Confirm your e-mail address"];
    assert_eq!(fixture.subjects("nobody@example.com").await, new);
    let nobodys = fixture.letters_to("").await.len();
    assert_eq!(nobodys, 3, "two about nobody, one about a proven address");
    assert_eq!(fixture.entering(ADA, PASSWORD).await, "LoginSuccess");
}

/// Somebody registers the address of somebody else first, with a password of their own.
async fn nobody_has_an_address_that_several_register_but_its_reader(backend: Backend) {
    let fixture = Fixture::start_with(backend, required()).await;
    fixture.ask(ADA).await;
    let first = token(&fixture.last_letter(ADA).await);
    let input = json!({ "name": "Eve", "email": ADA, "password": "violet-Anchor-Mint-77" });
    fixture.input(REGISTER, input).await;
    let second = fixture.last_letter(ADA).await;

    let refused = fixture.input(VERIFY, json!({ "token": first })).await;
    assert_eq!(refused, INVALID_PROOF);
    let refused = fixture
        .input(VERIFY, json!({ "token": token(&second) }))
        .await;
    assert_eq!(refused, INVALID_PROOF, "it takes a password");
    let wrong = "UNAUTHENTICATED: wrong e-mail address or password";
    for password in [PASSWORD, "violet-Anchor-Mint-77"] {
        assert_eq!(fixture.entering(ADA, password).await, wrong);
    }
    fixture.resend(ADA).await;
    let third = fixture.last_letter(ADA).await;
    assert_eq!(third.subject, second.subject);
    let input = json!({ "token": token(&third), "newPassword": "heron-Ladder-Quill-8" });
    let chosen = fixture.input(RESET, input).await;
    assert!(chosen.is_object(), "{chosen}");
    assert_eq!(
        fixture.entering(ADA, "heron-Ladder-Quill-8").await,
        "LoginSuccess"
    );
    for password in [PASSWORD, "violet-Anchor-Mint-77"] {
        assert_eq!(fixture.entering(ADA, password).await, wrong);
    }
    assert_eq!(fixture.test.recorded("user.registered").await.len(), 1);
}

async fn another_letter_makes_the_first_one_void(backend: Backend) {
    let fixture = Fixture::start_with(backend, required()).await;
    fixture.ask(ADA).await;
    let first = token(&fixture.last_letter(ADA).await);
    fixture.resend(ADA).await;
    let second = token(&fixture.last_letter(ADA).await);
    assert_eq!(
        fixture.input(VERIFY, json!({ "token": first })).await,
        INVALID_PROOF
    );
    let verified = fixture.input(VERIFY, json!({ "token": second })).await;
    assert!(verified.is_object(), "{verified}");
}

async fn nobodys_inbox_is_flooded(backend: Backend) {
    let fixture = Fixture::start_with(backend, required()).await;
    fixture.ask(ADA).await;
    for _ in 0..10 {
        let answer = fixture.resend(ADA).await;
        assert_eq!(answer, json!({ "resendVerification": { "email": ADA } }));
    }
    assert_eq!(fixture.letters_to(ADA).await.len(), 5);
    let last = token(&fixture.last_letter(ADA).await);
    fixture.advance(60 * 60);
    fixture.resend("somebody@example.com").await;
    let verified = fixture.input(VERIFY, json!({ "token": last })).await;
    assert!(
        verified.is_object(),
        "what asked in vain made nothing void: {verified}"
    );
}

async fn whoever_tries_many_proofs_is_stopped(backend: Backend) {
    let fixture = Fixture::start_with(backend, required()).await;
    fixture.ask(ADA).await;
    let good = json!({ "token": token(&fixture.last_letter(ADA).await) });
    for _ in 0..50 {
        let answer = fixture.input(VERIFY, json!({ "token": "ptt_no" })).await;
        assert_eq!(answer, INVALID_PROOF);
    }
    let answer = fixture.input(VERIFY, good.clone()).await;
    let said = answer.as_str().unwrap_or_default();
    assert!(
        said.starts_with("REQUEST_RATE_LIMITED: too many failed"),
        "{answer}"
    );
    let elsewhere = Client {
        address: Some([192, 0, 2, 8].into()),
        agent: None,
    };
    let variables = json!({ "input": good });
    let answer = fixture.run_from(elsewhere, None, VERIFY, variables).await;
    assert!(answer.is_object(), "{answer}");
}

async fn letters_come_in_the_language_of_the_user(backend: Backend) {
    let fixture = Fixture::start_with(backend, required()).await;
    let input = json!({ "name": "Budi", "email": ADA, "password": PASSWORD, "locale": "id-ID" });
    fixture.input(REGISTER, input).await;
    fixture.resend(ADA).await;
    fixture.request_reset(ADA).await;
    let expected = [
        "Konfirmasikan alamat email Anda",
        "Konfirmasikan alamat email Anda",
        "Buat kata sandi baru",
    ];
    assert_eq!(fixture.subjects(ADA).await, expected);
    let link = &fixture.last_letter(ADA).await.links[0];
    assert!(link.ends_with("&lang=id"), "{link}");
    assert!(
        link.starts_with("https://portico.example/auth/reset-password?token=ptt_"),
        "{link}"
    );
}

async fn links_lead_where_the_operator_says(backend: Backend) {
    let mut config: AuthConfig = required();
    let page = "https://app.example.com/welcome?x=1"
        .parse()
        .expect("a URL");
    config.links.verify_email = Some(page);
    let fixture = Fixture::start_with(backend, config).await;
    fixture.ask(ADA).await;
    let link = &fixture.last_letter(ADA).await.links[0];
    assert!(
        link.starts_with("https://app.example.com/welcome?x=1&token=ptt_"),
        "{link}"
    );
}

async fn what_is_no_proof_is_named(backend: Backend) {
    let fixture = Fixture::start_with(backend, required()).await;
    for input in [
        json!({}),
        json!({ "email": ADA }),
        json!({ "code": "123456" }),
        json!({ "token": "t", "code": "123456" }),
        json!({ "token": "t", "email": ADA, "code": "123456" }),
    ] {
        let answer = fixture.input(VERIFY, input).await;
        assert_eq!(
            answer,
            "BAD_USER_INPUT: send either `token`, or `email` and `code`"
        );
    }
    let input = json!({ "name": "Ada", "email": ADA, "password": PASSWORD, "locale": "a b" });
    let answer = fixture.input(REGISTER, input).await;
    let said = answer.as_str().unwrap_or_default();
    assert!(said.starts_with("BAD_USER_INPUT at /locale"), "{answer}");
    let answer = fixture
        .input(VERIFY, json!({ "email": "ada", "code": "123456" }))
        .await;
    assert_eq!(
        answer,
        "BAD_USER_INPUT at /email: this is no e-mail address"
    );
    for code in ["", "123456", "12345678901234567890"] {
        let input = json!({ "email": "nobody@example.com", "code": code });
        assert_eq!(fixture.input(VERIFY, input).await, INVALID_PROOF);
    }
}

async fn an_operator_may_come_to_do_without_proof(backend: Backend) {
    let mut fixture = Fixture::start_with(backend, required()).await;
    fixture.ask(ADA).await;
    fixture.schema = crate::schema(fixture.test.app.clone(), super::config());
    assert_eq!(fixture.entering(ADA, PASSWORD).await, "LoginSuccess");
    assert_eq!(fixture.test.recorded("user.registered").await.len(), 1);
}

async fn an_address_that_is_never_proven_is_free_again(backend: Backend) {
    const DAY: i64 = 24 * 60 * 60;
    let fixture = Fixture::start_with(backend, required()).await;
    fixture.verified("bob@example.com").await;
    fixture.ask(ADA).await;
    let sweep = async || {
        let swept = crate::sweep::sweep(&fixture.test.app, &fixture.config).await;
        swept.expect("swept");
    };
    fixture.advance(29 * DAY);
    sweep().await;
    assert_eq!(fixture.entering(ADA, PASSWORD).await, "EmailUnverified");
    fixture.ask(ADA).await;
    fixture.advance(29 * DAY);
    sweep().await;
    let kept = "accounts WHERE verified_at IS NULL";
    assert_eq!(fixture.count(kept).await, 1);
    fixture.advance(2 * DAY);
    sweep().await;
    assert_eq!(fixture.count(kept).await, 0);
    assert_eq!(
        fixture.entering("bob@example.com", PASSWORD).await,
        "LoginSuccess"
    );
}

impl Fixture {
    /// Somebody whose address is proven.
    pub(super) async fn verified(&self, email: &str) -> Value {
        self.ask(email).await;
        let token = token(&self.last_letter(email).await);
        let mut answer = self.input(VERIFY, json!({ "token": token })).await;
        answer["verifyEmail"]["user"]["id"].take()
    }

    /// How many letters and tickets were written.
    async fn written(&self) -> i64 {
        use diesel::prelude::*;
        use diesel_async::RunQueryDsl;

        let mut conn = self.test.app.db.read().await.expect("connects");
        let tickets: i64 = kit::on!(&mut conn, |c| {
            crate::tables::auth_tickets::table
                .count()
                .get_result(c)
                .await
        })
        .expect("readable");
        tickets + i64::try_from(self.test.letters().await.len()).expect("a few")
    }
}
