//! The record of what happened to accounts and sessions: every success and every failure, with
//! where it came from. Rows are only ever added, and removed when they are old.

use async_graphql::Enum;
use kit::error::StorageError;
use kit::id::{SessionId, TenantId, UserId};
use kit::page::Page;
use kit::viewer::Client;
use kit::{App, Conn, Viewer, typed_id};

use crate::error::AuthError;
use crate::store::activity::{Entry, NewActivity};
use crate::throttle::Throttle;

typed_id!(
    /// An entry of the record.
    ActivityId, "act");

/// An enum whose variants are kept as texts.
macro_rules! kept {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal,)* }) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
        $(#[$meta])*
        pub(crate) enum $name { $($(#[$doc])* $variant,)* }

        impl $name {
            pub(crate) fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// Reads what is kept; none for what an older or newer version wrote.
            pub(crate) fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

kept! {
    /// What was attempted.
    #[graphql(name = "AuthAction")]
    Action {
        /// An account was to be made.
        Register = "register",
        /// Somebody signed in by password.
        Login = "login",
        /// A refresh token was to be spent.
        Refresh = "refresh",
        /// A session was ended by its user.
        Logout = "logout",
        /// All sessions of a user were ended.
        LogoutEverywhere = "logout_everywhere",
        /// A session was given a name.
        RenameSession = "rename_session",
        /// A session was ended from another one.
        RevokeSession = "revoke_session",
        /// A token was revoked by whoever holds it.
        RevokeToken = "revoke_token",
        /// A session changed to another tenant.
        SwitchTenant = "switch_tenant",
    }
}

kept! {
    /// Why something was refused.
    #[graphql(name = "AuthFailure")]
    Failure {
        /// Another account has the address.
        EmailTaken = "email_taken",
        /// There were too many failed attempts before.
        Locked = "locked",
        /// No account has the address.
        UnknownAccount = "unknown_account",
        /// The password was wrong.
        WrongPassword = "wrong_password",
        /// The token is none of ours.
        UnknownToken = "unknown_token",
        /// The token was too old.
        ExpiredToken = "expired_token",
        /// The token had been spent before; its session was ended.
        ReplayedToken = "replayed_token",
        /// The session had ended.
        SessionEnded = "session_ended",
        /// The user does not belong to the tenant.
        NoMember = "no_member",
    }
}

/// A page of what happened to the viewer, newest first, and how much there is if that is wanted.
pub(crate) async fn list(
    app: &App,
    viewer: &Viewer,
    page: &Page<ActivityId>,
    counted: bool,
) -> Result<(Vec<Entry>, i64), AuthError> {
    viewer.session()?;
    let mut conn = app.db.read().await?;
    let rows = Entry::list(&mut conn, viewer.user, page).await?;
    let total = match counted {
        true => Entry::count(&mut conn, viewer.user).await?,
        false => 0,
    };
    Ok((rows, total))
}

/// One entry; what is not known is left out.
#[derive(Debug)]
pub(crate) struct Activity<'a> {
    pub(crate) action: Action,
    pub(crate) failure: Option<Failure>,
    pub(crate) user: Option<UserId>,
    pub(crate) session: Option<SessionId>,
    pub(crate) tenant: Option<TenantId>,
    pub(crate) client: &'a Client,
}

impl<'a> Activity<'a> {
    /// An attempt of a client, so far a successful one.
    pub(crate) fn of(action: Action, client: &'a Client) -> Self {
        Self {
            action,
            failure: None,
            user: None,
            session: None,
            tenant: None,
            client,
        }
    }

    #[must_use]
    pub(crate) fn failed(self, failure: Failure) -> Self {
        Self {
            failure: Some(failure),
            ..self
        }
    }

    #[must_use]
    pub(crate) fn by(self, user: Option<UserId>) -> Self {
        Self { user, ..self }
    }

    #[must_use]
    pub(crate) fn within(self, session: SessionId) -> Self {
        Self {
            session: Some(session),
            ..self
        }
    }

    #[must_use]
    pub(crate) fn on(self, tenant: Option<TenantId>) -> Self {
        Self { tenant, ..self }
    }

    /// Adds a refusal by a lock to the record, once a minute for each subject and address: whoever
    /// goes on must not fill it. `subject` is whom the attempt was for.
    pub(crate) async fn record_locked(self, app: &App, subject: &str) -> Result<(), AuthError> {
        let action = self.action.as_str();
        let user = self.user.map(tracing::field::display);
        tracing::debug!(action, user.id = user, "refused during a lock");
        match Throttle::of_record(action, subject, self.client)
            .charge(app)
            .await
        {
            Ok(_) => {}
            Err(AuthError::Locked { .. }) => return Ok(()),
            Err(err) => return Err(err),
        }
        let user = self.user.map(tracing::field::display);
        tracing::info!(
            action,
            user.id = user,
            "locked after too many failed attempts"
        );
        let mut conn = app.db.write().await?;
        Ok(self.failed(Failure::Locked).record(app, &mut conn).await?)
    }

    /// Adds it to the record.
    pub(crate) async fn record(self, app: &App, conn: &mut Conn) -> Result<(), StorageError> {
        let row = NewActivity {
            id: ActivityId::new(),
            time: app.clock.now_utc(),
            action: self.action.as_str(),
            failure: self.failure.map(Failure::as_str),
            account_id: self.user,
            session_id: self.session,
            tenant_id: self.tenant,
            address: self.client.address.map(|it| it.to_canonical().to_string()),
            agent: self.client.agent.clone(),
        };
        Ok(row.insert(conn).await?)
    }
}
