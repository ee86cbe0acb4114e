//! Issuers of OpenID Connect.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header;
use kit::App;
use serde::Deserialize;
use url::form_urlencoded;

use super::discovery::{Discovery, Metadata};
use super::fetch::{self, FetchError};
use super::id_token::{self, Claims, Expected, Person};
use super::keys::Keys;
use super::provider::{Grant, Profile, ProviderError};

/// One issuer.
pub(super) struct Issuer {
    discovery: Discovery,
    keys: Keys,
}

#[derive(Deserialize)]
struct Tokens {
    access_token: String,
    id_token: String,
}

#[derive(Deserialize)]
struct UserInfo {
    sub: String,
    #[serde(flatten)]
    person: Person,
}

impl Issuer {
    pub(super) fn new(issuer: String) -> Self {
        Self {
            discovery: Discovery::new(issuer),
            keys: Keys::default(),
        }
    }

    pub(super) async fn metadata(&self, app: &App) -> Result<Metadata, FetchError> {
        self.discovery.metadata(app).await
    }

    /// Exchanges the code and verifies who came. `issuer` is who the callback says it is of.
    pub(super) async fn profile(
        &self,
        app: &App,
        grant: &Grant<'_>,
        issuer: Option<&str>,
    ) -> Result<Profile, ProviderError> {
        let metadata = self.metadata(app).await?;
        match issuer {
            Some(issuer) if issuer != metadata.issuer => return Err(ProviderError::OtherIssuer),
            None if metadata.names_issuer() => return Err(ProviderError::OtherIssuer),
            _ => {}
        }
        let tokens = exchange(app, &metadata, grant).await?;
        let claims = self.verify(app, &metadata, grant, &tokens).await?;
        let person = match (&claims.person.email, &metadata.userinfo_endpoint) {
            (None, Some(url)) => {
                let headers = fetch::headers("application/json", Some(&tokens.access_token))?;
                let info: UserInfo = fetch::get(&app.outbound, url.clone(), headers).await?;
                if info.sub != claims.sub {
                    return Err(FetchError::Malformed("the user info is of somebody else").into());
                }
                info.person
            }
            _ => claims.person,
        };
        Ok(Profile {
            issuer: metadata.issuer,
            subject: claims.sub,
            is_verified: person.is_verified(),
            email: person.email,
            name: person.name,
            locale: person.locale,
        })
    }

    async fn verify(
        &self,
        app: &App,
        metadata: &Metadata,
        grant: &Grant<'_>,
        tokens: &Tokens,
    ) -> Result<Claims, ProviderError> {
        let header = id_token::header(&tokens.id_token)?;
        let key = self
            .keys
            .find(app, &metadata.jwks_uri, header.kid.as_deref(), header.alg)
            .await?
            .ok_or(ProviderError::UnknownKey)?;
        let expected = Expected {
            issuer: &metadata.issuer,
            client_id: grant.client_id,
            nonce: grant.nonce,
            access_token: &tokens.access_token,
            now: app.clock.now(),
        };
        Ok(id_token::verify(
            &tokens.id_token,
            &header,
            &key,
            &expected,
        )?)
    }
}

async fn exchange(app: &App, metadata: &Metadata, grant: &Grant<'_>) -> Result<Tokens, FetchError> {
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("code", grant.code),
        ("redirect_uri", grant.redirect_uri),
        ("code_verifier", grant.verifier),
    ];
    let mut headers = fetch::headers("application/json", None)?;
    if metadata.wants_secret_in_form() {
        fields.extend([
            ("client_id", grant.client_id),
            ("client_secret", grant.client_secret),
        ]);
    } else {
        let basic = basic(grant.client_id, grant.client_secret);
        headers.insert(header::AUTHORIZATION, fetch::sensitive(&basic)?);
    }
    let url = metadata.token_endpoint.clone();
    fetch::post(&app.outbound, url, headers, &fields).await
}

/// RFC 6749, section 2.3.1: both parts are encoded as in a form before they are joined.
fn basic(client_id: &str, client_secret: &str) -> String {
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encoded(client_id), encoded(client_secret));
    format!("Basic {}", STANDARD.encode(pair))
}
