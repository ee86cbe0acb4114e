//! Beginning a sign-in at another provider.
//!
//! What its end needs is kept sealed in a ticket, whose secret is the `state` that travels through
//! the provider. A second secret, the flow token, stays with whoever began: without it the way back
//! leads nowhere, so that nobody can send somebody else's browser to the end of a sign-in of their
//! own (RFC 6749, section 10.12).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use kit::id::SessionId;
use kit::secret;
use kit::viewer::Client;
use kit::{App, Denied, Viewer};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use url::Url;

use super::return_to;
use crate::Auth;
use crate::error::AuthError;
use crate::throttle::network_of;
use crate::ticket::{self, NewTicket, Ticket};

/// Time to sign in at the provider.
const LIFE: TimeDelta = TimeDelta::minutes(10);

/// What a sign-in at another provider is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Purpose {
    SignIn,
    Link,
}

/// A sign-in to begin.
#[derive(Debug)]
pub(crate) struct NewFlow {
    pub(crate) provider: String,
    pub(crate) purpose: Purpose,
    pub(crate) return_to: Option<String>,
    /// Whether the provider's callback ends the sign-in, and not the client.
    pub(crate) hand_over: bool,
}

/// A sign-in that has begun.
pub(crate) struct Begun {
    pub(crate) authorization_url: Url,
    pub(crate) flow_token: String,
    pub(crate) expires_at: DateTime<Utc>,
}

/// What is kept for the end.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Flow {
    pub(super) provider: String,
    pub(super) purpose: Purpose,
    pub(super) return_to: Url,
    /// Of PKCE (RFC 7636).
    pub(super) verifier: String,
    pub(super) nonce: String,
    /// Digest of the flow token.
    began: String,
    /// The session that links.
    pub(super) session: Option<SessionId>,
    pub(super) hand_over: bool,
}

/// Begins a sign-in: the client goes to the provider with the address, and keeps the flow token.
///
/// To link takes a session whose user proved who they are not long ago; the same session ends it.
pub(crate) async fn begin(
    app: &App,
    auth: &Auth,
    viewer: Option<&Viewer>,
    client: &Client,
    new: NewFlow,
) -> Result<Begun, AuthError> {
    keep_pace(app, auth, client)?;
    let provider = auth.oauth.find(&new.provider)?;
    let linking = match new.purpose {
        Purpose::SignIn => None,
        Purpose::Link if new.hand_over => return Err(AuthError::LinkHandedOver),
        Purpose::Link => {
            let viewer = viewer.ok_or(Denied::SignedOut)?;
            Some((viewer.user, viewer.require_recent(app.clock.now())?))
        }
    };
    let origins = &auth.oauth.return_origins;
    let return_to = return_to::resolve(app, origins, new.return_to.as_deref())?;
    let page = provider.authorization_page(app).await;
    let page = page.map_err(|err| AuthError::of_provider(&provider.display_name, err))?;

    let flow_token = secret::random_text::<32>();
    let flow = Flow {
        provider: new.provider,
        purpose: new.purpose,
        return_to,
        verifier: secret::random_text::<32>(),
        nonce: secret::random_text::<32>(),
        began: digest(&flow_token),
        session: linking.map(|(_, session)| session),
        hand_over: new.hand_over,
    };
    let payload = serde_json::to_vec(&flow).expect("a flow is plain data");
    let ticket = NewTicket {
        purpose: ticket::Purpose::OAuth,
        account: linking.map(|(user, _)| user),
        life: LIFE,
        with_code: false,
        payload: Some(&payload),
    };
    let expires_at = app.clock.now() + LIFE;
    let state = ticket.issue(app, &mut app.db.write().await?).await?.token;
    let challenge = digest(&flow.verifier);
    Ok(Begun {
        authorization_url: provider.authorization_url(app, page, &state, &flow.nonce, &challenge),
        flow_token,
        expires_at,
    })
}

impl Flow {
    /// What a ticket keeps.
    pub(super) fn of(ticket: &Ticket) -> Result<Self, AuthError> {
        let payload = ticket.payload.as_deref().unwrap_or_default();
        serde_json::from_slice(payload).map_err(|_| AuthError::UnknownFlow)
    }

    /// Refuses whoever did not begin.
    pub(super) fn require_began(&self, flow_token: Option<&str>) -> Result<(), AuthError> {
        match flow_token.map(digest) {
            Some(digest) if digest == self.began => Ok(()),
            _ => Err(AuthError::OtherBrowser),
        }
    }
}

/// Refuses an address that begins or ends too many sign-ins: each costs rows or requests.
pub(super) fn keep_pace(app: &App, auth: &Auth, client: &Client) -> Result<(), AuthError> {
    let Some(network) = network_of(client) else {
        return Ok(());
    };
    let most = auth.config.address_logins_per_minute;
    let source = format!("oauth/{network}");
    auth.pace.step(source, most, app.clock.now())
}

/// SHA-256 in URL-safe base64, which is also what PKCE calls `S256`.
pub(super) fn digest(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(text))
}
