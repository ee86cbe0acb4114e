//! One provider: where it is, what it is asked, and who it says came.

use kit::App;
use kit::outbound::OutboundError;
use url::Url;

use super::config::{ProviderConfig, ProviderKind};
use super::fetch::FetchError;
use super::github::GitHub;
use super::id_token;
use super::oidc::Issuer;

const GOOGLE: &str = "https://accounts.google.com";

/// A provider that people can sign in at.
pub(crate) struct Provider {
    pub(crate) name: String,
    pub(crate) kind: ProviderKind,
    pub(crate) display_name: String,
    client_id: String,
    client_secret: super::config::ClientSecret,
    scopes: Vec<String>,
    speaks: Speaks,
}

enum Speaks {
    OpenId(Box<Issuer>),
    GitHub(GitHub),
}

/// What a callback's code is exchanged with.
pub(super) struct Grant<'a> {
    pub(super) client_id: &'a str,
    pub(super) client_secret: &'a str,
    pub(super) code: &'a str,
    pub(super) redirect_uri: &'a str,
    pub(super) verifier: &'a str,
    pub(super) nonce: &'a str,
}

/// What a flow has kept for its end.
pub(super) struct Kept<'a> {
    pub(super) code: &'a str,
    /// Who the callback says it is of (RFC 9207).
    pub(super) issuer: Option<&'a str>,
    pub(super) verifier: &'a str,
    pub(super) nonce: &'a str,
}

/// Who came, as the provider says.
#[derive(Debug)]
pub(crate) struct Profile {
    pub(crate) issuer: String,
    /// What the issuer knows them by, for ever.
    pub(crate) subject: String,
    pub(crate) email: Option<String>,
    /// Whether the provider has found the address to be theirs.
    pub(crate) is_verified: bool,
    pub(crate) name: Option<String>,
    pub(crate) locale: Option<String>,
}

/// Why a provider's answer is not good enough. For the log: a client reads less.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProviderError {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error(transparent)]
    IdToken(#[from] id_token::Refused),
    #[error("the callback is of another issuer, or names none")]
    OtherIssuer,
    #[error("the ID token is signed with a key that the issuer does not have")]
    UnknownKey,
}

impl ProviderError {
    /// Whether it is the provider that is away, so that it may go better later.
    pub(crate) fn is_outage(&self) -> bool {
        match self {
            Self::Fetch(FetchError::Outbound(err)) => !matches!(err, OutboundError::InvalidUrl(_)),
            Self::Fetch(FetchError::Refused { status, .. }) => *status >= 500 || *status == 429,
            Self::Fetch(FetchError::JustFailed) => true,
            Self::Fetch(FetchError::Malformed(_))
            | Self::IdToken(_)
            | Self::OtherIssuer
            | Self::UnknownKey => false,
        }
    }
}

impl Provider {
    pub(super) fn new(name: &str, config: &ProviderConfig) -> Self {
        let (speaks, shown, scopes): (_, &str, &[&str]) = match config.kind {
            ProviderKind::Google => {
                let issuer = Issuer::new(GOOGLE.to_owned());
                (Speaks::OpenId(Box::new(issuer)), "Google", &OPENID_SCOPES)
            }
            ProviderKind::Oidc => {
                let issuer = config.issuer.clone().unwrap_or_default();
                let issuer = Box::new(Issuer::new(issuer));
                (Speaks::OpenId(issuer), name, &OPENID_SCOPES)
            }
            ProviderKind::Github => {
                let (pages, api) = (config.github_url.clone(), config.github_api_url.clone());
                let github = GitHub::new(pages, api);
                (
                    Speaks::GitHub(github),
                    "GitHub",
                    &["read:user", "user:email"],
                )
            }
        };
        let mut scopes: Vec<String> = match config.scopes.is_empty() {
            true => scopes.iter().map(|&scope| scope.to_owned()).collect(),
            false => config.scopes.clone(),
        };
        let is_openid = matches!(speaks, Speaks::OpenId(_));
        if is_openid && !scopes.iter().any(|scope| scope == "openid") {
            scopes.push("openid".to_owned());
        }
        Self {
            name: name.to_owned(),
            kind: config.kind,
            display_name: config.display_name.clone().unwrap_or(shown.to_owned()),
            client_id: config.client_id.clone(),
            client_secret: config.client_secret.clone(),
            scopes,
            speaks,
        }
    }

    /// Where the provider sends people back to.
    pub(super) fn redirect_uri(&self, app: &App) -> Url {
        let path = format!("auth/oauth/{}/callback", self.name);
        app.links.page(&path, &[])
    }

    /// The page where people sign in.
    pub(super) async fn authorization_page(&self, app: &App) -> Result<Url, ProviderError> {
        match &self.speaks {
            Speaks::OpenId(issuer) => Ok(issuer.metadata(app).await?.authorization_endpoint),
            Speaks::GitHub(github) => Ok(github.authorization_endpoint()),
        }
    }

    /// That page with what it is asked. `challenge` is that of the verifier (RFC 7636).
    pub(super) fn authorization_url(
        &self,
        app: &App,
        page: Url,
        state: &str,
        nonce: &str,
        challenge: &str,
    ) -> Url {
        let mut url = page;
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.client_id)
            .append_pair("redirect_uri", self.redirect_uri(app).as_str())
            .append_pair("scope", &self.scopes.join(" "))
            .append_pair("state", state)
            .append_pair("code_challenge", challenge)
            .append_pair("code_challenge_method", "S256");
        if let Speaks::OpenId(_) = self.speaks {
            url.query_pairs_mut().append_pair("nonce", nonce);
        }
        url
    }

    /// Exchanges the code of a callback for who came.
    pub(super) async fn profile(
        &self,
        app: &App,
        kept: &Kept<'_>,
    ) -> Result<Profile, ProviderError> {
        let redirect_uri = self.redirect_uri(app);
        let grant = Grant {
            client_id: &self.client_id,
            client_secret: self.client_secret.reveal(),
            code: kept.code,
            redirect_uri: redirect_uri.as_str(),
            verifier: kept.verifier,
            nonce: kept.nonce,
        };
        match &self.speaks {
            Speaks::OpenId(issuer) => issuer.profile(app, &grant, kept.issuer).await,
            Speaks::GitHub(github) => github.profile(app, &grant).await,
        }
    }
}

const OPENID_SCOPES: [&str; 3] = ["openid", "email", "profile"];

/// An address below another one, which may have a path.
pub(super) fn below(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    let own = url.path().trim_end_matches('/').to_owned();
    url.set_path(&format!("{own}/{path}"));
    url
}
