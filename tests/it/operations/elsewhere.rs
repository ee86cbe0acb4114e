//! Signing in at another provider.

use std::collections::HashMap;

use serde_json::{Value, json};
use testkit::{Client, OpenIdProvider, Portico};
use url::Url;

use super::account::{SIGNED_IN, with_token};
use super::ledger::Ledger;

/// What a provider's callback is called with.
fn parameters(back: &Url) -> HashMap<String, String> {
    back.query_pairs().into_owned().collect()
}

fn ada() -> Value {
    json!({ "sub": "1815", "email": "ada@example.com", "email_verified": true, "name": "Ada" })
}

async fn begin(client: &Client, ledger: &mut Ledger, more: Value) -> Value {
    let mut input = json!({ "provider": "rs256" });
    for (name, value) in more.as_object().expect("an object") {
        input[name] = value.clone();
    }
    let begun = "{ authorizationUrl flowToken }";
    ledger
        .mutate(client, "oauthAuthorization", input, begun)
        .await
}

async fn come_back(provider: &OpenIdProvider, flow: &Value) -> HashMap<String, String> {
    let url = flow["authorizationUrl"].as_str().expect("a URL");
    parameters(&provider.sign_in(url, &ada()).await)
}

/// Signs in both ways, and goes only with a way in that is left.
pub(super) async fn signed_in(provider: &OpenIdProvider, portico: &Portico, ledger: &mut Ledger) {
    let client = portico.client();
    let providers = "{ oauthProviders { name } }";
    let providers = ledger
        .run(client, "oauthProviders", providers, json!({}))
        .await;
    assert_eq!(providers, json!([{ "name": "rs256" }]));

    let flow = begin(client, ledger, json!({})).await;
    let back = come_back(provider, &flow).await;
    let input = json!({
        "code": back["code"], "state": back["state"], "issuer": back.get("iss"),
        "flowToken": flow["flowToken"],
    });
    let signed_in = ledger
        .mutate(client, "completeOAuth", input, SIGNED_IN)
        .await;
    let ada = with_token(client, &signed_in);

    let flow = begin(
        client,
        ledger,
        json!({ "handOver": true, "returnTo": "/welcome" }),
    )
    .await;
    let back = come_back(provider, &flow).await;
    let input = json!({
        "provider": "rs256", "code": back["code"], "state": back["state"],
        "issuer": back.get("iss"), "flowToken": flow["flowToken"],
    });
    let returned = "{ url handOverToken }";
    let returned = ledger
        .mutate(client, "returnFromOAuth", input, returned)
        .await;
    let url = returned["url"].as_str().expect("a URL");
    let base = Url::parse(super::PUBLIC_URL).expect("a URL");
    let url = base.join(url).expect("a URL");
    let input = json!({
        "code": parameters(&url)["code"], "handOverToken": returned["handOverToken"],
    });
    ledger
        .mutate(client, "redeemSignIn", input, SIGNED_IN)
        .await;
    unlinked(portico, &ada, ledger).await;
}

/// Chooses a password by letter, so that another way in is left, and unlinks the provider.
async fn unlinked(portico: &Portico, ada: &Client, ledger: &mut Ledger) {
    let client = portico.client();
    let input = json!({ "email": "ada@example.com" });
    ledger
        .mutate(client, "requestPasswordReset", input, "{ email }")
        .await;
    let dir = portico.database().dir();
    let letter = crate::letters::letter_to(dir, "ada@example.com").await;
    let input = json!({
        "email": "ada@example.com", "code": letter.code(), "newPassword": testkit::PASSWORD,
    });
    let user = "{ user { id } }";
    ledger.mutate(client, "resetPassword", input, user).await;
    let input = json!({ "email": "ada@example.com", "password": testkit::PASSWORD });
    let signed_in = ledger.mutate(client, "login", input, SIGNED_IN).await;
    let ada = with_token(ada, &signed_in);
    let identities = "{ viewer { identities { id } } }";
    let viewer = ledger.run(&ada, "viewer", identities, json!({})).await;
    let input = json!({ "identityId": viewer["identities"][0]["id"] });
    let unlinked = "{ identity { provider } }";
    ledger.mutate(&ada, "unlinkIdentity", input, unlinked).await;
}
