//! Who asks, told between processes: the router signs it for one subgraph and one minute, and the
//! subgraph believes nothing else.
//!
//! The key is derived from the master key, which every process of a platform has: nothing to hand
//! out, nothing to keep. A passport protects a subgraph from whoever reaches its port without that
//! key; it does not protect subgraphs from each other.

use std::net::IpAddr;
use std::time::Duration;

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::EncodePrivateKey as _;
use http::{Extensions, HeaderMap, HeaderName, HeaderValue};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use kit::Viewer;
use kit::clock::Clock;
use kit::id::{TenantId, UserId};
use kit::permission::Grants;
use kit::secret::MasterKey;
use kit::viewer::{Client, Cookies, Credential, Revealed};
use router::{Admit, Code, GraphQLError};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::role::Role;

/// The header that carries a passport to a subgraph. A client's own never gets past the router.
pub const PASSPORT: HeaderName = HeaderName::from_static("x-portico-passport");
/// The header that tells the router what an operation has left: whom it revealed, which cookies the
/// client is to keep.
pub const LEFT: HeaderName = HeaderName::from_static("x-portico-left");

/// How long a passport is valid. It is shown at the beginning of a request or of a stream.
pub const LIFE: Duration = Duration::from_secs(60);
/// How far the clocks of two hosts may be apart.
const SKEW_S: i64 = 30;
/// Longer texts are no passports of ours: ten roles with all the patterns that they can have fit in.
const BYTES_MAX: usize = 192 << 10;
const PURPOSE: &str = "portico/passport/v1";
const ISSUER: &str = "portico";

/// What signs and reads passports. Clones share the clock.
#[derive(Clone)]
pub struct Passports {
    signing: EncodingKey,
    verifying: DecodingKey,
    clock: Clock,
}

/// Something that is told, and what its tokens' headers say that they are.
trait Told: Serialize + DeserializeOwned {
    const TYPE: &'static str;
}

#[derive(Serialize, Deserialize)]
struct Claims<T> {
    iss: String,
    aud: String,
    iat: i64,
    exp: i64,
    told: T,
}

/// Who asks, and from where.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Caller {
    viewer: Option<SignedIn>,
    address: Option<IpAddr>,
    agent: Option<String>,
    revealed: Vec<UserId>,
    cookies: Option<Sent>,
}

/// The cookies of a browser.
#[derive(Serialize, Deserialize)]
struct Sent {
    /// For the subgraph alone that reads it.
    refresh_token: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct SignedIn {
    user: UserId,
    credential: Credential,
    tenant: Option<TenantId>,
    grants: Vec<String>,
    scopes: Option<Vec<String>>,
}

/// What the client may see or is to keep from now on.
#[derive(Serialize, Deserialize)]
struct Left {
    revealed: Vec<UserId>,
    cookies: Vec<String>,
}

impl Told for Caller {
    const TYPE: &'static str = "portico-passport+jwt";
}

impl Told for Left {
    const TYPE: &'static str = "portico-left+jwt";
}

impl Passports {
    /// Passports under the platform's master key.
    pub fn new(master: &MasterKey, clock: &Clock) -> anyhow::Result<Self> {
        let key = SigningKey::from_bytes(&master.derive(PURPOSE));
        let public = URL_SAFE_NO_PAD.encode(key.verifying_key().as_bytes());
        let private = key
            .to_pkcs8_der()
            .context("cannot encode the passport key")?;
        Ok(Self {
            signing: EncodingKey::from_ed_der(private.as_bytes()),
            verifying: DecodingKey::from_ed_components(&public)?,
            clock: clock.clone(),
        })
    }

    fn sign<T: Told>(&self, audience: Role, told: T) -> Option<HeaderValue> {
        let now = self.clock.now().timestamp();
        let header = Header {
            typ: Some(T::TYPE.to_owned()),
            ..Header::new(Algorithm::EdDSA)
        };
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: audience.name().to_owned(),
            iat: now,
            exp: now + LIFE.as_secs().cast_signed(),
            told,
        };
        let signed = jsonwebtoken::encode(&header, &claims, &self.signing);
        let signed = signed.inspect_err(|err| tracing::error!(error = %err, "cannot sign"));
        HeaderValue::try_from(signed.ok()?).ok()
    }

    /// What the one header of this name tells, if it is signed by us for this audience, and in time.
    fn read<T: Told>(&self, audience: Role, name: &HeaderName, headers: &HeaderMap) -> Option<T> {
        let mut values = headers.get_all(name).iter();
        let token = values.next()?.to_str().ok()?;
        if values.next().is_some() || token.len() > BYTES_MAX {
            return None;
        }
        let header = jsonwebtoken::decode_header(token).ok()?;
        if header.typ.as_deref() != Some(T::TYPE) || header.crit.is_some() {
            return None;
        }
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[audience.name()]);
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        // The library reads the system's clock; ours is compared below.
        validation.validate_exp = false;
        let decoded = jsonwebtoken::decode::<Claims<T>>(token, &self.verifying, &validation);
        let claims = decoded.ok()?.claims;
        let now = self.clock.now().timestamp();
        let is_in_time = now < claims.exp && claims.iat <= now + SKEW_S;
        is_in_time.then_some(claims.told)
    }
}

/// The router's side: signs for one subgraph, and hears what it reveals.
#[derive(Clone)]
pub struct Issuer {
    passports: Passports,
    audience: Role,
}

impl Issuer {
    /// An issuer of passports for this subgraph.
    pub fn new(passports: Passports, audience: Role) -> Self {
        Self {
            passports,
            audience,
        }
    }

    /// Adds the passport of a client's request.
    pub fn attach(&self, extensions: &Extensions, headers: &mut HeaderMap) {
        let client = extensions.get::<Client>().cloned().unwrap_or_default();
        let caller = Caller {
            viewer: extensions.get::<Viewer>().map(SignedIn::from),
            address: client.address,
            agent: client.agent,
            revealed: extensions
                .get::<Revealed>()
                .map(Revealed::users)
                .unwrap_or_default(),
            cookies: extensions.get::<Cookies>().map(|cookies| Sent {
                refresh_token: cookies
                    .refresh_token()
                    .filter(|_| self.audience == Role::Auth)
                    .map(str::to_owned),
            }),
        };
        headers.remove(PASSPORT);
        if let Some(passport) = self.passports.sign(self.audience, caller) {
            headers.insert(PASSPORT, passport);
        }
    }

    /// Lets the client's request go on with what the subgraph left.
    pub fn hear(&self, extensions: &Extensions, headers: &HeaderMap) {
        let Some(left) = self.passports.read::<Left>(Role::Router, &LEFT, headers) else {
            return;
        };
        if let Some(revealed) = extensions.get::<Revealed>() {
            for user in left.revealed {
                if !revealed.contains(user) {
                    revealed.add(user);
                }
            }
        }
        if let Some(cookies) = extensions.get::<Cookies>() {
            left.cookies
                .into_iter()
                .for_each(|cookie| cookies.set(cookie));
        }
    }
}

/// The subgraph's side: admits who shows a passport that was issued for it.
pub struct Border {
    passports: Passports,
    subgraph: Role,
}

impl Border {
    /// The border of this subgraph.
    pub fn new(passports: Passports, subgraph: Role) -> Self {
        Self {
            passports,
            subgraph,
        }
    }
}

impl Admit for Border {
    fn admit(&self, headers: &HeaderMap) -> Result<Extensions, GraphQLError> {
        let caller = self.passports.read(self.subgraph, &PASSPORT, headers);
        let Some(Caller {
            viewer,
            address,
            agent,
            revealed: users,
            cookies,
        }) = caller
        else {
            let message = "a subgraph answers its router only: ask the router";
            return Err(GraphQLError::new(Code::Unauthenticated, message));
        };
        let revealed = Revealed::default();
        for user in users {
            revealed.add(user);
        }
        let mut extensions = Extensions::new();
        extensions.insert(revealed);
        extensions.insert(Client { address, agent });
        if let Some(sent) = cookies {
            extensions.insert(Cookies::new(sent.refresh_token.as_deref()));
        }
        if let Some(viewer) = viewer {
            extensions.insert(Viewer::from(viewer));
        }
        Ok(extensions)
    }

    fn answered(&self, extensions: &Extensions, headers: &mut HeaderMap) {
        let revealed = extensions.get::<Revealed>();
        let cookies = extensions.get::<Cookies>();
        let left = Left {
            revealed: revealed.map(Revealed::users).unwrap_or_default(),
            cookies: cookies.map(Cookies::to_set).unwrap_or_default(),
        };
        if left.revealed.is_empty() && left.cookies.is_empty() {
            return;
        }
        if let Some(left) = self.passports.sign(Role::Router, left) {
            headers.insert(LEFT, left);
        }
    }
}

impl From<&Viewer> for SignedIn {
    fn from(viewer: &Viewer) -> Self {
        Self {
            user: viewer.user,
            credential: viewer.credential,
            tenant: viewer.tenant,
            grants: viewer.grants.patterns().collect(),
            scopes: viewer.grants.scopes().map(<[String]>::to_vec),
        }
    }
}

impl From<SignedIn> for Viewer {
    fn from(signed_in: SignedIn) -> Self {
        Self {
            user: signed_in.user,
            credential: signed_in.credential,
            tenant: signed_in.tenant,
            grants: Grants::new(signed_in.grants).within(signed_in.scopes),
        }
    }
}

#[cfg(test)]
mod tests;
