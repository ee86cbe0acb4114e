//! The second factor.

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, Mac as _};
use serde_json::{Value, json};
use sha1::Sha1;
use testkit::{Client, PASSWORD, Portico};

use super::account::{KIM, with_token};
use super::ledger::Ledger;

/// Seconds for which a code is good (RFC 6238, section 5.2).
const STEP: i64 = 30;

/// What an authenticator app shows (RFC 6238 with RFC 4226, section 5.3), this many steps from now.
fn code(secret: &str, steps: i64) -> String {
    let key = BASE32_NOPAD.decode(secret.as_bytes()).expect("base32");
    let step = kit::clock::Clock::default().now().timestamp() / STEP + steps;
    let mut mac = Hmac::<Sha1>::new_from_slice(&key).expect("a key may have any length");
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let at = usize::from(hash[19] & 0xf);
    let number = u32::from_be_bytes(hash[at..at + 4].try_into().expect("four bytes"));
    format!("{:06}", (number & 0x7fff_ffff) % 1_000_000)
}

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
