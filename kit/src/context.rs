//! What a resolver reaches for, without touching a header.

use async_graphql::Context;

use crate::app::App;
use crate::permission::Denied;
use crate::viewer::{Client, Cookies, Revealed, Viewer};

/// Handles and identity on async-graphql's context. [`App`] is schema data, [`Viewer`], [`Client`],
/// [`Revealed`] and [`Cookies`] are request data.
pub trait ContextExt {
    /// The handles of the platform.
    fn app(&self) -> &App;

    /// Who asks, or a refusal when nobody is signed in.
    fn viewer(&self) -> Result<&Viewer, Denied>;

    /// Where the request came from.
    fn client(&self) -> Client;

    /// Users whom this request may show besides those whom the viewer sees anyway.
    fn revealed(&self) -> Revealed;

    /// The cookies of a browser that wants its refresh token kept in one.
    fn cookies(&self) -> Option<&Cookies>;
}

impl ContextExt for Context<'_> {
    fn app(&self) -> &App {
        self.data_unchecked::<App>()
    }

    fn viewer(&self) -> Result<&Viewer, Denied> {
        self.data_opt::<Viewer>().ok_or(Denied::SignedOut)
    }

    fn client(&self) -> Client {
        self.data_opt::<Client>().cloned().unwrap_or_default()
    }

    fn revealed(&self) -> Revealed {
        self.data_opt::<Revealed>().cloned().unwrap_or_default()
    }

    fn cookies(&self) -> Option<&Cookies> {
        self.data_opt::<Cookies>()
    }
}
