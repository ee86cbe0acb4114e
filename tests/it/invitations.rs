//! Inviting somebody by a letter, through the real binary: to the API, and on our page.

use serde_json::{Value, json};
use std::path::Path;

use testkit::{Backend, Client, PASSWORD, Portico, on_both};

use crate::letters::{Letter, letter_to};
use crate::tour::operation;

on_both![
    a_stranger_becomes_a_member_by_a_letter,
    an_invitation_is_accepted_without_a_front_end,
    a_second_factor_is_asked_for_on_the_page,
];

const PAGE: &str = "/auth/invitation";
const OFFER: &str = "query ($token: String!) { invitation(token: $token) {
    tenantName tenantSlug roles email } }";

struct Acme {
    owner: Client,
    tenant: String,
}

impl Acme {
    async fn found(client: &Client) -> Self {
        let owner = client.register("owner@example.com").await;
        let tenant = owner.create_tenant("Acme").await;
        let owner = owner.switch_tenant(&tenant).await;
        Self { owner, tenant }
    }

    async fn invite(&self, data_dir: &Path, email: &str) -> Letter {
        let input = json!({ "tenantId": self.tenant, "email": email, "roles": ["member"] });
        let input = json!({ "input": input });
        let data = self.owner.data(&operation("Invite"), input).await;
        assert_eq!(
            data["inviteTenantMember"]["invitation"]["state"], "PENDING",
            "{data}"
        );
        letter_to(data_dir, email).await
    }

    async fn members(&self) -> Value {
        let query = "query ($id: ID!) { tenant(id: $id) { members { totalCount } } }";
        let data = self.owner.data(query, json!({ "id": self.tenant })).await;
        data["tenant"]["members"]["totalCount"].clone()
    }
}

async fn a_stranger_becomes_a_member_by_a_letter(backend: Backend) {
    let portico = Portico::start(backend).await;
    let (client, data_dir) = (portico.client(), portico.database().dir());
    let acme = Acme::found(client).await;
    let token = acme.invite(data_dir, "kim@example.org").await.token();
    assert!(token.starts_with("pti_"), "{token}");

    let offer = client.data(OFFER, json!({ "token": token })).await;
    let expected = json!({ "tenantName": "Acme", "tenantSlug": "acme", "roles": ["member"],
        "email": "kim@example.org" });
    assert_eq!(offer["invitation"], expected);
    let kim = client.register("kim@example.com").await;
    let input = json!({ "input": { "token": token } });
    let accepted = kim.data(&operation("Accept"), input.clone()).await;
    let membership = &accepted["acceptInvitation"]["membership"];
    assert_eq!(membership["tenant"]["name"], "Acme", "{accepted}");
    assert_eq!(membership["roles"], json!([{ "name": "Member" }]));
    assert_eq!(acme.members().await, 2);

    let kim = kim.switch_tenant(&acme.tenant).await;
    let people = kim.data("{ users { totalCount } }", json!({})).await;
    assert_eq!(people["users"]["totalCount"], 2);
    assert_eq!(
        kim.code(&operation("Accept"), input).await,
        "BAD_USER_INPUT"
    );
    let offer = client.data(OFFER, json!({ "token": token })).await;
    assert_eq!(offer["invitation"], Value::Null);
    let events = "{ events(first: 100) { nodes { type data } } }";
    let events = kim.data(events, json!({})).await.to_string();
    assert!(events.contains("tenant.member_invited"), "{events}");
    assert!(!events.contains("kim@example.org"), "{events}");
}

async fn an_invitation_is_accepted_without_a_front_end(backend: Backend) {
    let portico = Portico::start(backend).await;
    let (client, data_dir) = (portico.client(), portico.database().dir());
    let acme = Acme::found(client).await;
    client.register("kim@example.com").await;
    let letter = acme.invite(data_dir, "kim@example.com").await;
    for _ in 0..2 {
        let (status, headers, text) = client.page(&letter.link(), "en").await;
        assert_eq!(status, 200, "{text}");
        assert!(text.contains("join Acme (acme) as: member"), "{text}");
        assert!(text.contains("register first"), "{text}");
        assert!(!text.contains("<script"), "{text}");
        assert!(headers.contains(&"cache-control: no-store".to_owned()));
    }
    let bare = letter.link().replace("&lang=en", "");
    let (_, _, text) = client.page(&bare, "id-ID,id;q=0.9").await;
    assert!(text.contains("Anda diundang"), "{text}");

    let token = letter.token();
    let fields = |password| {
        let email = ("email", "kim@example.com");
        [
            ("token", &*token),
            ("lang", "en"),
            email,
            ("password", password),
        ]
    };
    let evil = [("origin", "https://evil.example")];
    let (status, _, _) = client.form(PAGE, &evil, &fields(PASSWORD)).await;
    assert_eq!(status, 403);
    let (status, _, text) = client.form(PAGE, &[], &fields("wrong password")).await;
    assert!(
        status == 400 && text.contains("do not belong together"),
        "{text}"
    );
    assert!(!text.contains("wrong password"), "{text}");
    assert_eq!(acme.members().await, 1);

    let ours = [("origin", "null"), ("sec-fetch-site", "same-origin")];
    let (status, headers, text) = client.form(PAGE, &ours, &fields(PASSWORD)).await;
    assert!(
        status == 200 && text.contains("a member of acme now"),
        "{text}"
    );
    assert!(
        !headers.iter().any(|it| it.starts_with("set-cookie")),
        "{headers:?}"
    );
    assert_eq!(acme.members().await, 2);
    let kim = client.login("kim@example.com", PASSWORD).await;
    let sessions = "{ viewer { sessions { totalCount } } }";
    let sessions = kim.data(sessions, json!({})).await;
    let open = &sessions["viewer"]["sessions"]["totalCount"];
    assert_eq!(open, 2, "from registering and just now: {sessions}");
    kim.switch_tenant(&acme.tenant).await;
    let (status, _, text) = client.form(PAGE, &ours, &fields(PASSWORD)).await;
    assert!(
        status == 400 && text.contains("not good any more"),
        "{text}"
    );
    assert!(!portico.log().contains(PASSWORD));
}

async fn a_second_factor_is_asked_for_on_the_page(backend: Backend) {
    let portico = Portico::start(backend).await;
    let (client, data_dir) = (portico.client(), portico.database().dir());
    let acme = Acme::found(client).await;
    let kim = client.register("kim@example.com").await;
    let recovery_code = turn_on_second_factor(&kim).await;
    let token = acme.invite(data_dir, "kim@example.com").await.token();
    let fields = |code| {
        let who = [("email", "kim@example.com"), ("password", PASSWORD)];
        [
            ("token", &*token),
            ("lang", "en"),
            who[0],
            who[1],
            ("code", code),
        ]
    };
    for (code, said) in [("", "second factor"), ("000", "code is not right")] {
        let (status, _, text) = client.form(PAGE, &[], &fields(code)).await;
        assert!(status == 400 && text.contains(said), "{text}");
    }
    assert_eq!(acme.members().await, 1);
    let (status, _, text) = client.form(PAGE, &[], &fields(&recovery_code)).await;
    assert!(status == 200 && text.contains("Welcome"), "{text}");
    assert_eq!(acme.members().await, 2);
}

/// Turns it on, and returns a recovery code.
async fn turn_on_second_factor(client: &Client) -> String {
    let setup = "mutation { setupTwoFactor { secret } }";
    let setup = client.data(setup, json!({})).await;
    let secret = setup["setupTwoFactor"]["secret"]
        .as_str()
        .expect("a secret");
    let confirm =
        "mutation ($code: String!) { confirmTwoFactor(input: { code: $code }) { recoveryCodes } }";
    let code = json!({ "code": crate::totp::code(secret, 0) });
    let confirmed = client.data(confirm, code).await;
    let code = confirmed["confirmTwoFactor"]["recoveryCodes"][0].as_str();
    code.expect("a code").to_owned()
}
