//! Every operation of identity and of people, carried out through the router: none of them is only
//! refused somewhere. The list is that of the committed schemas, so a new operation without a step
//! here fails.

mod account;
mod elsewhere;
mod factor;
mod ledger;
mod people;
mod roles;

use serde_json::json;
use testkit::{Backend, OpenIdProvider, Portico, on_both};

use ledger::Ledger;

on_both![every_operation_of_identity_and_people_works];

const PUBLIC_URL: &str = "https://portico.example";

/// An operator's settings: addresses are proven, and there is a provider to sign in at.
async fn start(backend: Backend) -> Option<(OpenIdProvider, Portico)> {
    let provider = OpenIdProvider::start(PUBLIC_URL).await?;
    let providers = json!({ "rs256": {
        "kind": "oidc",
        "client_id": "portico-rs256",
        "client_secret": OpenIdProvider::SECRET,
        "issuer": provider.issuer(),
    } });
    let providers = providers.to_string();
    let settings = [
        ("PORTICO_PUBLIC_URL", PUBLIC_URL),
        ("PORTICO_AUTH_OAUTH_PROVIDERS", &providers),
        ("PORTICO_AUTH_EMAIL_VERIFICATION", "required"),
        ("PORTICO_AUTH_ADDRESS_LETTERS_PER_MINUTE", "100"),
    ];
    let portico = Portico::start_with(backend, &settings).await;
    Some((provider, portico))
}

async fn every_operation_of_identity_and_people_works(backend: Backend) {
    let Some((provider, portico)) = start(backend).await else {
        return;
    };
    let mut ledger = Ledger::default();
    let kim = account::newcomer(&portico, &mut ledger).await;
    let kim = account::session(&kim, &mut ledger).await;
    let kim = roles::defined(&kim, &mut ledger).await;
    account::keys(&kim, &mut ledger).await;
    factor::turned_on_and_off(&portico, &kim, &mut ledger).await;
    account::letters(&portico, &mut ledger).await;
    account::ends(&portico, &mut ledger).await;
    elsewhere::signed_in(&provider, &portico, &mut ledger).await;
    people::managed(&portico, &mut ledger).await;
    ledger.compare(&["auth", "user"]);
}
