use std::num::NonZeroU32;

use futures::future::join_all;
use serde_json::json;
use testkit::{Backend, on_both};

use super::{Fixture, PASSWORD};
use crate::password::Verdict;
use crate::turn::Passwords;
use crate::{AuthConfig, Registration, create_user, has_users};

on_both![
    registering_announces_a_user,
    an_address_is_taken_in_any_case,
    of_many_registrations_of_one_address_one_wins,
    what_is_wrong_with_a_registration_is_named,
    registration_can_be_closed,
    an_administrator_registers_others_when_registration_is_closed,
    registering_keeps_a_pace,
    an_operator_creates_users,
    an_old_hash_is_replaced_when_its_owner_comes,
];

async fn registering_announces_a_user(backend: Backend) {
    let fixture = Fixture::start(backend).await;

    let answer = fixture.register("Ada@Example.COM").await;

    let id = answer["register"]["user"]["id"].clone();
    assert!(
        id.as_str().is_some_and(|id| id.starts_with("user_")),
        "{answer}"
    );
    assert_eq!(
        fixture.test.recorded("user.registered").await,
        [json!({ "user_id": id, "name": "Ada", "email": "Ada@example.com" })]
    );
    assert_eq!(fixture.activities().await, ["register"]);
}

async fn an_address_is_taken_in_any_case(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    fixture.register("ada@example.com").await;

    let answer = fixture.register("ADA@example.com").await;

    assert_eq!(
        answer,
        "CONFLICT at /email: there is an account with this e-mail address; sign in with `login`"
    );
    assert_eq!(fixture.test.recorded("user.registered").await.len(), 1);
    assert_eq!(
        fixture.activities().await,
        ["register", "register: email_taken"]
    );
}

async fn of_many_registrations_of_one_address_one_wins(backend: Backend) {
    let fixture = Fixture::start(backend).await;

    let answers = join_all((0..8).map(|_| fixture.register("ada@example.com"))).await;

    let won = answers.iter().filter(|answer| answer.is_object()).count();
    let lost = answers.iter().filter_map(|answer| answer.as_str());
    assert_eq!(won, 1, "{answers:?}");
    assert!(
        lost.into_iter()
            .all(|text| text.starts_with("CONFLICT at /email"))
    );
    assert_eq!(fixture.test.recorded("user.registered").await.len(), 1);
}

async fn what_is_wrong_with_a_registration_is_named(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let query = "mutation ($input: RegisterInput!) { register(input: $input) { user { id } } }";
    for (name, email, password, expected) in [
        (
            " ",
            "ada@example.com",
            PASSWORD,
            "BAD_USER_INPUT at /name: a name has 1 to 100 characters and no control characters",
        ),
        (
            "Ada",
            "ada",
            PASSWORD,
            "BAD_USER_INPUT at /email: this is no e-mail address",
        ),
        (
            "Ada",
            "ada@example.com",
            "short",
            "BAD_USER_INPUT at /password: a password has 8 to 256 characters, and this one has 5",
        ),
        (
            "Ada",
            "ada@example.com",
            "password",
            "BAD_USER_INPUT at /password: this password is too easy to guess: this is a top-10 \
             common password; add another word or two; uncommon words are better",
        ),
        (
            "Ada Lovelace",
            "countess@example.com",
            "Lovelace1815",
            "BAD_USER_INPUT at /password: this password is too easy to guess: add another word or \
             two; uncommon words are better; capitalization doesn't help very much",
        ),
    ] {
        let input = json!({ "name": name, "email": email, "password": password });
        let answer = fixture.run(None, query, json!({ "input": input })).await;
        assert_eq!(answer, expected);
    }
    assert!(!has_users(&fixture.test.app).await.expect("readable"));
}

async fn registration_can_be_closed(backend: Backend) {
    let config = AuthConfig {
        registration: Registration::Closed,
        ..super::config()
    };
    let fixture = Fixture::start_with(backend, config).await;
    assert_eq!(
        fixture.register("ada@example.com").await,
        "FORBIDDEN: registration is closed; ask an administrator for an account"
    );
    assert!(!has_users(&fixture.test.app).await.expect("readable"));
}

async fn an_administrator_registers_others_when_registration_is_closed(backend: Backend) {
    let config = AuthConfig {
        registration: Registration::Closed,
        ..super::config()
    };
    let fixture = Fixture::start_with(backend, config).await;
    let query = "mutation ($input: RegisterInput!) { register(input: $input) { user { id } } }";
    let input = json!({ "name": "Ada", "email": "ada@example.com", "password": PASSWORD });
    let input = json!({ "input": input });

    // An owner may do everything in a tenant, and the platform is not in it.
    let owner = fixture
        .test
        .viewer(&["*:*", "!platform:*", "!platform.*:*"]);
    let refused = fixture.run(Some(&owner), query, input.clone()).await;
    assert_eq!(
        refused,
        "FORBIDDEN: registration is closed; ask an administrator for an account"
    );

    let administrator = fixture.test.viewer(&["platform:*", "platform.*:*"]);
    let answer = fixture.run(Some(&administrator), query, input).await;
    assert!(answer["register"]["user"]["id"].is_string(), "{answer}");
    fixture.login("ada@example.com").await;
}

async fn registering_keeps_a_pace(backend: Backend) {
    let config = AuthConfig {
        address_registrations_per_minute: NonZeroU32::MIN,
        ..super::config()
    };
    let fixture = Fixture::start_with(backend, config).await;
    fixture.newcomer("ada@example.com").await;
    let refused = fixture.register("bob@example.com").await;
    let text = refused.as_str().unwrap_or_default();
    assert!(
        text.starts_with("REQUEST_RATE_LIMITED: too many requests"),
        "{refused}"
    );
    fixture.advance(60);
    fixture.newcomer("bob@example.com").await;
}

async fn an_operator_creates_users(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let app = &fixture.test.app;
    assert!(!has_users(app).await.expect("readable"));

    let create = || {
        create_user(
            app,
            &fixture.config,
            "Administrator",
            "admin@localhost",
            PASSWORD,
        )
    };
    let id = create().await.expect("created");
    create().await.expect_err("the address is taken");

    assert!(has_users(app).await.expect("readable"));
    let answer = fixture.try_login("admin@localhost", PASSWORD).await;
    assert_eq!(answer["login"]["user"]["id"], json!(id.to_string()));
}

async fn an_old_hash_is_replaced_when_its_owner_comes(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    fixture.register("ada@example.com").await;
    // `PASSWORD`, hashed with less memory and one pass.
    let old = old_hash();
    fixture
        .tamper(&format!("UPDATE accounts SET password = '{old}'"))
        .await;

    fixture.login("ada@example.com").await;

    let hash = stored_hash(&fixture).await;
    assert!(
        hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
        "{hash}"
    );
    let turn = Passwords::new(NonZeroU32::MIN)
        .login_turn(None)
        .await
        .expect("free");
    let checked = turn.verify(PASSWORD.to_owned(), Some(hash)).await;
    let (verdict, _) = checked.expect("readable");
    assert_eq!(verdict, Verdict::Right { rehashed: None });
}

fn old_hash() -> String {
    use argon2::password_hash::{PasswordHasher as _, SaltString};
    use argon2::{Algorithm, Argon2, Params, Version};

    let params = Params::new(8_192, 1, 1, None).expect("in bounds");
    let salt = SaltString::from_b64("c29tZXNhbHRzb21l").expect("base64");
    let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash = hasher.hash_password(PASSWORD.as_bytes(), &salt);
    hash.expect("hashed").to_string()
}

async fn stored_hash(fixture: &Fixture) -> String {
    use diesel::prelude::*;
    use diesel_async::RunQueryDsl;

    let mut conn = fixture.test.app.db.read().await.expect("connects");
    let accounts = crate::tables::accounts::table.select(crate::tables::accounts::password);
    let hash: Option<String> =
        kit::on!(&mut conn, |c| accounts.first(c).await).expect("there is one");
    hash.expect("the account has a password")
}
