//! An issuer whose tokens the test makes: what a provider that is no liar never says.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::EncodePrivateKey as _;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use kit::secret;
use serde_json::{Value, json};
use testkit::{Answer, Outside};

/// The access token that it hands out.
pub(super) const ACCESS_TOKEN: &str = "an access token";
pub(super) const CLIENT_ID: &str = "portico";

/// A host that speaks as an issuer does.
pub(super) struct Issuer {
    pub(super) outside: Outside,
}

/// A key pair with a name.
pub(super) struct Key {
    kid: &'static str,
    pair: SigningKey,
}

impl Key {
    pub(super) fn new(kid: &'static str) -> Self {
        let pair = SigningKey::from_bytes(&secret::random::<32>());
        Self { kid, pair }
    }

    fn public(&self) -> Value {
        let x = URL_SAFE_NO_PAD.encode(self.pair.verifying_key().as_bytes());
        json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "kid": self.kid, "use": "sig" })
    }

    pub(super) fn sign(&self, claims: &Value) -> String {
        let der = self.pair.to_pkcs8_der().expect("a key can be written");
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(self.kid.to_owned());
        let key = EncodingKey::from_ed_der(der.as_bytes());
        jsonwebtoken::encode(&header, claims, &key).expect("signed")
    }
}

impl Issuer {
    pub(super) async fn start() -> Self {
        let outside = Outside::start().await;
        let url = |path: &str| outside.url(path);
        let metadata = json!({
            "issuer": url(""),
            "authorization_endpoint": url("/auth"),
            "token_endpoint": url("/token"),
            "jwks_uri": url("/keys"),
        });
        outside.answer("/.well-known/openid-configuration", Answer::json(&metadata));
        Self { outside }
    }

    pub(super) fn providers(&self) -> Value {
        json!({ "id": {
            "kind": "oidc",
            "client_id": CLIENT_ID,
            "client_secret": "hush",
            "issuer": self.outside.url(""),
        } })
    }

    pub(super) fn publish(&self, keys: &[&Key]) {
        let keys: Vec<_> = keys.iter().map(|key| key.public()).collect();
        // A kind that nobody knows stands in nobody's way.
        let odd = json!({ "kty": "lattice", "kid": "pq" });
        let keys = [keys, vec![odd]].concat();
        self.outside
            .answer("/keys", Answer::json(&json!({ "keys": keys })));
    }

    /// What the token endpoint answers.
    pub(super) fn answer(&self, id_token: &str) {
        let tokens =
            json!({ "access_token": ACCESS_TOKEN, "token_type": "Bearer", "id_token": id_token });
        self.outside.answer("/token", Answer::json(&tokens));
    }
}
