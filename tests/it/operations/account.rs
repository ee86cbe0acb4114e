//! Accounts, sessions, keys and letters.

use serde_json::{Value, json};
use testkit::{Client, PASSWORD, Portico};

use super::ledger::Ledger;
use crate::letters::letter_to;

pub(super) const KIM: &str = "kim@example.com";
pub(super) const MOVED: &str = "kim@example.org";
pub(super) const SIGNED_IN: &str = "{ ... on LoginSuccess { accessToken refreshToken } }";
const NEW_PASSWORD: &str = "walnut-Harbor-Kite-5";
const NEWEST_PASSWORD: &str = "heron-Ladder-Quill-8";
const USER: &str = "{ user { id } }";

/// The client with the tokens of an answer.
pub(super) fn with_token(client: &Client, answer: &Value) -> Client {
    let token = answer["accessToken"].as_str();
    client.with_token(token.unwrap_or_else(|| panic!("nobody is signed in: {answer}")))
}

pub(super) async fn login(client: &Client, ledger: &mut Ledger, password: &str) -> Value {
    let input = json!({ "email": MOVED, "password": password });
    ledger.mutate(client, "login", input, SIGNED_IN).await
}

/// Registers Kim, who answers the second letter, and signs in.
pub(super) async fn newcomer(portico: &Portico, ledger: &mut Ledger) -> (Client, Value) {
    let (client, data_dir) = (portico.client(), portico.database().dir());
    let input = json!({ "name": "Kim", "email": KIM, "password": PASSWORD, "locale": "id" });
    let registered = ledger
        .mutate(client, "register", input, "{ verificationRequired }")
        .await;
    assert_eq!(registered["verificationRequired"], true);
    let first = letter_to(data_dir, KIM).await.code().to_owned();
    let input = json!({ "email": KIM });
    ledger
        .mutate(client, "resendVerification", input, "{ email }")
        .await;
    let code = testkit::eventually("the second letter is there", async || {
        let code = letter_to(data_dir, KIM).await.code().to_owned();
        (code != first).then_some(code)
    })
    .await;
    let input = json!({ "email": KIM, "code": code });
    ledger.mutate(client, "verifyEmail", input, USER).await;
    let input = json!({ "email": KIM, "password": PASSWORD });
    let signed_in = ledger.mutate(client, "login", input, SIGNED_IN).await;
    (with_token(client, &signed_in), signed_in)
}

/// Looks at the session, names it and goes on with it.
pub(super) async fn session((kim, tokens): &(Client, Value), ledger: &mut Ledger) -> Client {
    let viewer = "{ viewer { id name sessions { totalCount } activity { totalCount } } }";
    let viewer = ledger.run(kim, "viewer", viewer, json!({})).await;
    assert_eq!(viewer["sessions"]["totalCount"], 1);
    let session = "{ session { id current } }";
    let session = ledger.run(kim, "session", session, json!({})).await;
    assert_eq!(session["current"], true);
    let input = json!({ "sessionId": session["id"], "name": "Laptop" });
    let named = "{ session { name } }";
    let named = ledger.mutate(kim, "renameSession", input, named).await;
    assert_eq!(named["session"]["name"], "Laptop");
    let input = json!({ "name": "Kim Lee", "timeZone": "Asia/Jakarta" });
    let updated = "{ user { name timeZone locale } }";
    let updated = ledger.mutate(kim, "updateUser", input, updated).await;
    assert_eq!(updated["user"]["name"], "Kim Lee");
    assert_eq!(updated["user"]["locale"], "id", "as it was at registration");
    let info = "query ($token: String!) { tokenInfo(token: $token) { active kind } }";
    let token = json!({ "token": tokens["refreshToken"] });
    let info = ledger.run(kim, "tokenInfo", info, token).await;
    assert_eq!(info, json!({ "active": true, "kind": "REFRESH" }));
    let input = json!({ "refreshToken": tokens["refreshToken"] });
    let tokens = "{ accessToken refreshToken }";
    let refreshed = ledger.mutate(kim, "refreshSession", input, tokens).await;
    let kim = with_token(kim, &refreshed);
    let tenant = kim.create_tenant("Acme").await;
    let input = json!({ "tenantId": tenant });
    let switched = "{ accessToken session { tenant { id } } }";
    let switched = ledger.mutate(&kim, "switchTenant", input, switched).await;
    assert_eq!(switched["session"]["tenant"]["id"], json!(tenant));
    with_token(&kim, &switched)
}

/// Makes a key, finds it, names it and revokes it.
pub(super) async fn keys(kim: &Client, ledger: &mut Ledger) {
    let input = json!({ "name": "Sync", "owner": "TENANT", "scopes": ["user:read"] });
    let made = "{ secret apiKey { id } }";
    let made = ledger.mutate(kim, "createApiKey", input, made).await;
    let secret = made["secret"].as_str().expect("a secret");
    let program = kim.with_token(secret);
    let users = program.data("{ users { totalCount } }", json!({})).await;
    assert_eq!(users["users"]["totalCount"], 1);
    let id = &made["apiKey"]["id"];
    let found = "query ($id: ID!) { apiKey(id: $id) { name } }";
    let found = ledger.run(kim, "apiKey", found, json!({ "id": id })).await;
    assert_eq!(found["name"], "Sync");
    let input = json!({ "apiKeyId": id, "name": "Night sync" });
    let named = "{ apiKey { name } }";
    let named = ledger.mutate(kim, "updateApiKey", input, named).await;
    assert_eq!(named["apiKey"]["name"], "Night sync");
    let input = json!({ "apiKeyId": id });
    let revoked = "{ apiKey { revokedAt } }";
    let revoked = ledger.mutate(kim, "revokeApiKey", input, revoked).await;
    assert!(revoked["apiKey"]["revokedAt"].is_string());
    let refused = program.code("{ users { totalCount } }", json!({})).await;
    assert_eq!(refused, "UNAUTHENTICATED");
}

/// Changes the address and the password, forgets the password and chooses another.
pub(super) async fn letters(portico: &Portico, ledger: &mut Ledger) {
    let (client, data_dir) = (portico.client(), portico.database().dir());
    let input = json!({ "email": KIM, "password": PASSWORD });
    let signed_in = ledger.mutate(client, "login", input, SIGNED_IN).await;
    let kim = with_token(client, &signed_in);
    let input = json!({ "currentPassword": PASSWORD, "newPassword": NEW_PASSWORD });
    ledger.mutate(&kim, "changePassword", input, USER).await;
    let input = json!({ "newEmail": MOVED });
    ledger
        .mutate(&kim, "requestEmailChange", input, "{ email }")
        .await;
    let letter = letter_to(data_dir, MOVED).await;
    let input = json!({ "code": letter.code() });
    let user = "{ user { id email } }";
    ledger.mutate(&kim, "confirmEmailChange", input, user).await;
    login(client, ledger, NEW_PASSWORD).await;
    let first = letter.code().to_owned();
    let input = json!({ "email": MOVED });
    ledger
        .mutate(client, "requestPasswordReset", input, "{ email }")
        .await;
    let code = testkit::eventually("the letter is there", async || {
        let code = letter_to(data_dir, MOVED).await.code().to_owned();
        (code != first).then_some(code)
    })
    .await;
    let input = json!({ "email": MOVED, "code": code, "newPassword": NEWEST_PASSWORD });
    ledger.mutate(client, "resetPassword", input, USER).await;
    let refused = kim.code("{ viewer { id } }", json!({})).await;
    assert_eq!(
        refused, "UNAUTHENTICATED",
        "a new password ends all sessions"
    );
}

/// Ends sessions in every way that there is.
pub(super) async fn ends(portico: &Portico, ledger: &mut Ledger) {
    let client = portico.client();
    let one = login(client, ledger, NEWEST_PASSWORD).await;
    let other = login(client, ledger, NEWEST_PASSWORD).await;
    let kim = with_token(client, &one);
    let id = with_token(client, &other);
    let id = id.data("{ session { id } }", json!({})).await["session"]["id"].take();
    let ended = "{ session { endedAt } }";
    let input = json!({ "sessionId": id });
    let revoked = ledger.mutate(&kim, "revokeSession", input, ended).await;
    assert!(revoked["session"]["endedAt"].is_string());
    let other = login(client, ledger, NEWEST_PASSWORD).await;
    let input = json!({ "token": other["refreshToken"] });
    let revoked = ledger
        .mutate(client, "revokeToken", input, "{ revoked }")
        .await;
    assert_eq!(revoked["revoked"], true);
    let input = json!({ "password": NEWEST_PASSWORD });
    let proven = "{ session { authenticatedAt } }";
    ledger.mutate(&kim, "reauthenticate", input, proven).await;
    let everything = "mutation { exportMyData { data { userId account } } }";
    let taken = ledger
        .run(&kim, "exportMyData", everything, json!({}))
        .await;
    assert_eq!(taken["data"]["account"]["email"], MOVED);
    login(client, ledger, NEWEST_PASSWORD).await;
    let input = json!({ "keepCurrent": true });
    let ended = "{ ended }";
    let ended = ledger.mutate(&kim, "logoutEverywhere", input, ended).await;
    assert_eq!(ended["ended"], 1);
    let logout = "mutation { logout { session { endedAt } } }";
    ledger.run(&kim, "logout", logout, json!({})).await;
}
