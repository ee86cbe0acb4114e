//! Accounts in the hands of administrators.

use diesel::QueryableByName;
use diesel::sql_types::BigInt;
use diesel_async::RunQueryDsl as _;
use futures::future::join_all;
use kit::{Viewer, on};
use serde_json::{Value, json};
use testkit::{Backend, on_both};

use super::letters::{INVALID_PROOF, RESET, VERIFY, code, required, token};
use super::{Fixture, PASSWORD, api_keys};
use crate::AuthError;

on_both![
    an_administrator_makes_an_account,
    an_address_that_waits_for_its_proof_can_be_given,
    only_administrators_decide_about_accounts,
    a_closed_account_opens_nothing,
    nobody_signs_in_while_an_account_is_closed,
    an_account_that_opens_again_is_as_it_was,
];

const ADA: &str = "ada@example.com";
const NEW_PASSWORD: &str = "copper-Lantern-42-walks";
const CREATE: &str =
    "mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }";
const DEACTIVATE: &str =
    "mutation ($id: ID!) { deactivateUser(input: { userId: $id }) { user { id } } }";
const REACTIVATE: &str =
    "mutation ($id: ID!) { reactivateUser(input: { userId: $id }) { user { id } } }";
pub(super) const DELETE: &str =
    "mutation ($id: ID!) { deleteUser(input: { userId: $id }) { deletedUserId } }";
const CLOSED: &str = "FORBIDDEN: this account is deactivated; ask an administrator";

fn lacks(action: &str) -> String {
    format!(
        "FORBIDDEN: this needs the permission `platform.account:{action}`, which none of your roles \
         grants"
    )
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

impl Fixture {
    pub(super) fn administrator(&self) -> Viewer {
        self.test.viewer(&["platform:*", "platform.*:*"])
    }

    pub(super) async fn about(
        &self,
        viewer: &Viewer,
        operation: &str,
        user: impl ToString,
    ) -> Value {
        let variables = json!({ "id": user.to_string() });
        self.run(Some(viewer), operation, variables).await
    }

    pub(super) async fn newcomers_viewer(&self, email: &str) -> Viewer {
        let tokens = self.newcomer(email).await;
        self.viewer(&tokens.access).await
    }

    pub(super) async fn count(&self, query: &str) -> i64 {
        let mut conn = self.test.app.db.read().await.expect("connects");
        let query = diesel::sql_query(format!("SELECT COUNT(*) AS n FROM {query}"));
        let counted: Counted = on!(&mut conn, |c| query.get_result(c).await).expect("a count");
        counted.n
    }
}

async fn an_administrator_makes_an_account(backend: Backend) {
    let fixture = Fixture::start_with(backend, required()).await;
    let input = json!({ "name": "Ada", "email": "Ada@example.com", "locale": "id" });
    let input = json!({ "input": input });

    let answer = fixture
        .run(Some(&fixture.administrator()), CREATE, input.clone())
        .await;

    let id = &answer["createUser"]["user"]["id"];
    assert_eq!(
        fixture.test.recorded("user.registered").await,
        [json!({ "user_id": id, "name": "Ada", "email": "Ada@example.com", "locale": "id" })]
    );
    assert!(
        fixture
            .revealed
            .contains(id.as_str().expect("an id").parse().expect("a user"))
    );
    let letter = fixture.last_letter("Ada@example.com").await;
    assert_eq!(letter.subject, "Sebuah akun telah dibuat untuk Anda");
    let wrong = "UNAUTHENTICATED: wrong e-mail address or password";
    assert_eq!(fixture.entering(ADA, PASSWORD).await, wrong);

    let again = fixture
        .run(Some(&fixture.administrator()), CREATE, input)
        .await;
    let taken = "CONFLICT at /email: there is an account with this e-mail address; \
                 `users(filter: { everywhere: true })` finds it";
    assert_eq!(again, taken);

    fixture.advance(6 * 24 * 3_600);
    let input = json!({ "token": token(&letter), "newPassword": NEW_PASSWORD });
    let reset = fixture.input(RESET, input).await;
    assert_eq!(&reset["resetPassword"]["user"]["id"], id, "{reset}");
    assert_eq!(fixture.entering(ADA, NEW_PASSWORD).await, "LoginSuccess");
    assert_eq!(fixture.test.recorded("user.registered").await.len(), 1);
}

async fn an_address_that_waits_for_its_proof_can_be_given(backend: Backend) {
    let fixture = Fixture::start_with(backend, required()).await;
    fixture.ask(ADA).await;
    let trap = token(&fixture.last_letter(ADA).await);
    let input = json!({ "input": { "name": "Ada L.", "email": ADA } });

    let answer = fixture
        .run(Some(&fixture.administrator()), CREATE, input)
        .await;

    assert!(answer["createUser"]["user"]["id"].is_string(), "{answer}");
    let announced = fixture.test.recorded("user.registered").await;
    assert_eq!(announced.len(), 1);
    assert_eq!(announced[0]["name"], "Ada L.");
    let wrong = "UNAUTHENTICATED: wrong e-mail address or password";
    assert_eq!(fixture.entering(ADA, PASSWORD).await, wrong);
    assert_eq!(
        fixture.input(VERIFY, json!({ "token": trap })).await,
        INVALID_PROOF
    );
    let letter = fixture.last_letter(ADA).await;
    let input = json!({ "email": ADA, "code": code(&letter), "newPassword": NEW_PASSWORD });
    fixture.input(RESET, input).await;
    assert_eq!(fixture.entering(ADA, NEW_PASSWORD).await, "LoginSuccess");
}

async fn only_administrators_decide_about_accounts(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let ada = fixture.newcomers_viewer(ADA).await;
    // An owner may do everything in a tenant, and the platform is not in it.
    let owner = fixture
        .test
        .viewer(&["*:*", "!platform:*", "!platform.*:*"]);
    let input = json!({ "input": { "name": "Bob", "email": "bob@example.com" } });
    let refused = fixture.run(Some(&owner), CREATE, input.clone()).await;
    assert_eq!(refused, lacks("create"));
    for (operation, permission) in [
        (DEACTIVATE, "deactivate"),
        (REACTIVATE, "deactivate"),
        (DELETE, "delete"),
    ] {
        let refused = fixture.about(&owner, operation, ada.user).await;
        let expected = lacks(permission);
        assert_eq!(refused, expected);
        let nobody = kit::id::UserId::new();
        assert_eq!(fixture.about(&owner, operation, nobody).await, expected);
        let unknown = fixture
            .about(&fixture.administrator(), operation, nobody)
            .await;
        assert_eq!(
            unknown,
            format!("NOT_FOUND at /userId: user {nobody} does not exist")
        );
    }
    let refused = fixture.run(None, CREATE, input).await;
    assert!(
        refused
            .as_str()
            .is_some_and(|it| it.starts_with("UNAUTHENTICATED"))
    );
    assert_eq!(fixture.entering(ADA, PASSWORD).await, "LoginSuccess");
    let record = fixture.activities().await;
    assert!(
        record.contains(&"delete_user: denied".to_owned()),
        "{record:?}"
    );
}

async fn a_closed_account_opens_nothing(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let tokens = fixture.newcomer(ADA).await;
    let ada = fixture.viewer(&tokens.access).await;
    let key = api_keys::create(&fixture, &ada, "USER", &["service:read"]).await;
    fixture.request_reset(ADA).await;
    let letter = fixture.last_letter(ADA).await;
    let administrator = fixture.administrator();

    let answer = fixture.about(&administrator, DEACTIVATE, ada.user).await;

    assert_eq!(answer["deactivateUser"]["user"]["id"], json!(ada.user));
    assert!(matches!(
        fixture.refusal(&tokens.access).await,
        AuthError::SessionEnded
    ));
    let refused = fixture.refresh(&tokens.refresh).await;
    assert!(
        refused
            .as_str()
            .is_some_and(|it| it.starts_with("UNAUTHENTICATED")),
        "{refused}"
    );
    assert_eq!(fixture.entering(ADA, PASSWORD).await, CLOSED);
    assert!(api_keys::authenticate(&fixture, &key).await.is_err());
    let input = json!({ "token": token(&letter), "newPassword": NEW_PASSWORD });
    assert_eq!(fixture.input(RESET, input).await, INVALID_PROOF);

    fixture.about(&administrator, DEACTIVATE, ada.user).await;
    assert_eq!(
        fixture.test.recorded("user.deactivated").await,
        [json!({ "user_id": ada.user, "deactivated_by": administrator.user })]
    );
    let own = fixture
        .about(&administrator, DEACTIVATE, administrator.user)
        .await;
    assert_eq!(
        own,
        "CONFLICT at /userId: this is your own account; have another administrator deactivate it, \
         or delete it with `deleteUser`"
    );
}

async fn nobody_signs_in_while_an_account_is_closed(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let ada = fixture.newcomers_viewer(ADA).await;
    let administrator = fixture.administrator();

    let logins = join_all((0..6).map(|_| fixture.try_login(ADA, PASSWORD)));
    let closing = fixture.about(&administrator, DEACTIVATE, ada.user);
    futures::join!(logins, closing);

    let alive = "sessions WHERE revoked_at IS NULL";
    assert_eq!(fixture.count(alive).await, 0);
}

async fn an_account_that_opens_again_is_as_it_was(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let tokens = fixture.newcomer(ADA).await;
    let ada = fixture.viewer(&tokens.access).await;
    let key = api_keys::create(&fixture, &ada, "USER", &["service:read"]).await;
    let administrator = fixture.administrator();
    fixture.about(&administrator, DEACTIVATE, ada.user).await;

    for _ in 0..2 {
        let answer = fixture.about(&administrator, REACTIVATE, ada.user).await;
        assert_eq!(answer["reactivateUser"]["user"]["id"], json!(ada.user));
    }

    assert_eq!(fixture.test.recorded("user.reactivated").await.len(), 1);
    assert!(matches!(
        fixture.refusal(&tokens.access).await,
        AuthError::SessionEnded
    ));
    assert!(api_keys::authenticate(&fixture, &key).await.is_ok());
    assert_eq!(fixture.entering(ADA, PASSWORD).await, "LoginSuccess");
    let record = fixture.activities().await;
    let closed = record.iter().filter(|it| it.ends_with("activate_user"));
    assert_eq!(
        closed.collect::<Vec<_>>(),
        ["deactivate_user", "reactivate_user"]
    );
}
