//! Ending a sign-in at another provider, by the client that began it.

use kit::error::chain;
use kit::id::UserId;
use kit::viewer::Client;
use kit::{App, Viewer};

use super::flow::{Flow, Purpose, keep_pace};
use super::link;
use super::provider::{Kept, Profile, Provider};
use super::settle::{self, End, Settled};
use crate::Auth;
use crate::activity::{Action, Activity, Failure};
use crate::error::AuthError;
use crate::login::Entered;
use crate::store::identity::Identity;
use crate::ticket::{self, Ticket};

/// What a provider sent a client back with.
#[derive(Debug)]
pub(crate) struct Callback {
    pub(crate) state: String,
    pub(crate) code: String,
    pub(crate) issuer: Option<String>,
    pub(crate) flow_token: String,
}

/// Where a sign-in has led.
#[derive(Debug)]
pub(crate) enum Completed {
    Entered(Entered),
    Linked(Identity),
}

/// Ends a sign-in. Whatever comes of it, it cannot be ended again.
pub(crate) async fn complete(
    app: &App,
    auth: &Auth,
    viewer: Option<&Viewer>,
    client: &Client,
    callback: Callback,
) -> Result<Completed, AuthError> {
    keep_pace(app, auth, client)?;
    auth.signer.prepare(app).await?;
    let (ticket, flow) = spend(app, &callback.state).await?;
    flow.require_began(Some(&callback.flow_token))?;
    let linking = match flow.purpose {
        Purpose::SignIn => None,
        Purpose::Link => {
            let viewer = viewer.ok_or(kit::Denied::SignedOut)?;
            let is_same =
                viewer.session().ok() == flow.session && ticket.account == Some(viewer.user);
            Some(is_same.then_some(viewer).ok_or(AuthError::OtherBrowser)?)
        }
    };
    let came = Came {
        code: &callback.code,
        issuer: callback.issuer.as_deref(),
        action: match linking {
            Some(_) => Action::LinkIdentity,
            None => Action::OauthLogin,
        },
        user: linking.map(|viewer| viewer.user),
    };
    let (provider, profile) = ask(app, auth, client, &flow, &came).await?;
    if let Some(viewer) = linking {
        let linked = link::link(app, viewer, client, provider, &profile).await?;
        return Ok(Completed::Linked(linked));
    }
    match settle::sign_in(app, auth, client, provider, &profile, End::Enter).await? {
        Settled::Entering(entering) => Ok(Completed::Entered(entering.finish(app, auth).await?)),
        Settled::HandedOver(_) => Err(AuthError::UnknownFlow),
    }
}

/// What came back from a provider, and what for.
pub(super) struct Came<'a> {
    pub(super) code: &'a str,
    pub(super) issuer: Option<&'a str>,
    pub(super) action: Action,
    /// Who links.
    pub(super) user: Option<UserId>,
}

/// Uses a flow up.
pub(super) async fn spend(app: &App, state: &str) -> Result<(Ticket, Flow), AuthError> {
    let mut conn = app.db.write().await?;
    let spent = Ticket::spend(app, &mut conn, ticket::Purpose::OAuth, state).await?;
    let ticket = spent.ok_or(AuthError::UnknownFlow)?;
    let flow = Flow::of(&ticket)?;
    Ok((ticket, flow))
}

/// Asks the provider who came. What it says when it refuses goes to the log.
pub(super) async fn ask<'a>(
    app: &App,
    auth: &'a Auth,
    client: &Client,
    flow: &Flow,
    came: &Came<'_>,
) -> Result<(&'a Provider, Profile), AuthError> {
    let provider = auth.oauth.find(&flow.provider)?;
    let kept = Kept {
        code: came.code,
        issuer: came.issuer,
        verifier: &flow.verifier,
        nonce: &flow.nonce,
    };
    match provider.profile(app, &kept).await {
        Ok(profile) => Ok((provider, profile)),
        Err(err) => {
            tracing::warn!(error = %chain(&err), provider = provider.name, "a sign-in failed at a provider");
            let failed = Activity::of(came.action, client).by(came.user);
            let failed = failed.failed(Failure::Provider);
            failed.record(app, &mut app.db.write().await?).await?;
            Err(AuthError::of_provider(&provider.display_name, err))
        }
    }
}
