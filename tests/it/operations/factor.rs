//! The second factor.

use serde_json::{Value, json};
use testkit::{Client, PASSWORD, Portico};

use super::account::{KIM, with_token};
use super::ledger::Ledger;
use crate::totp::code;

fn first(codes: &Value) -> &Value {
    &codes["recoveryCodes"][0]
}

/// Turns it on, signs in with it, makes new recovery codes and turns it off.
pub(super) async fn turned_on_and_off(portico: &Portico, kim: &Client, ledger: &mut Ledger) {
    let client = portico.client();
    let setup = "mutation { setupTwoFactor { secret otpauthUri qrSvg } }";
    let setup = ledger.run(kim, "setupTwoFactor", setup, json!({})).await;
    let secret = setup["secret"].as_str().expect("a secret");
    let uri = setup["otpauthUri"].as_str().expect("a link");
    assert!(uri.contains(secret), "{uri}");
    assert!(
        setup["qrSvg"]
            .as_str()
            .is_some_and(|it| it.contains("<svg"))
    );
    let codes = "{ recoveryCodes }";
    let input = json!({ "code": code(secret, 0) });
    let recovery = ledger.mutate(kim, "confirmTwoFactor", input, codes).await;

    let input = json!({ "email": KIM, "password": PASSWORD });
    let challenge = "{ ... on TwoFactorChallenge { challengeToken } }";
    let challenge = ledger.mutate(client, "login", input, challenge).await;
    let input = json!({
        "challengeToken": challenge["challengeToken"], "recoveryCode": first(&recovery)
    });
    let tokens = "{ accessToken session { assurance } }";
    let completed = ledger
        .mutate(client, "completeTwoFactor", input, tokens)
        .await;
    assert_eq!(completed["session"]["assurance"], "TWO_FACTOR");
    let kim = with_token(client, &completed);

    let input = json!({ "code": code(secret, 1) });
    let recovery = ledger
        .mutate(&kim, "regenerateRecoveryCodes", input, codes)
        .await;
    let input = json!({ "recoveryCode": first(&recovery) });
    let off = "{ session { id } }";
    ledger.mutate(&kim, "disableTwoFactor", input, off).await;
}
