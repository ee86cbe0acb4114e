//! The record of what happened to accounts and sessions: every success and every failure, with
//! where it came from. Rows are only ever added, and removed when they are old.

use kit::error::StorageError;
use kit::id::{SessionId, TenantId, UserId};
use kit::viewer::Client;
use kit::{App, Conn, typed_id};

use crate::error::AuthError;
use crate::store::activity::NewActivity;
use crate::throttle::Throttle;

typed_id!(
    /// An entry of the record.
    ActivityId, "act");

/// What was attempted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Register,
    Login,
    Refresh,
    Logout,
    SwitchTenant,
}

/// Why it was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    EmailTaken,
    Locked,
    UnknownAccount,
    WrongPassword,
    UnknownToken,
    ExpiredToken,
    ReplayedToken,
    SessionEnded,
    NoMember,
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

impl Action {
    fn as_str(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::Login => "login",
            Self::Refresh => "refresh",
            Self::Logout => "logout",
            Self::SwitchTenant => "switch_tenant",
        }
    }
}

impl Failure {
    fn as_str(self) -> &'static str {
        match self {
            Self::EmailTaken => "email_taken",
            Self::Locked => "locked",
            Self::UnknownAccount => "unknown_account",
            Self::WrongPassword => "wrong_password",
            Self::UnknownToken => "unknown_token",
            Self::ExpiredToken => "expired_token",
            Self::ReplayedToken => "replayed_token",
            Self::SessionEnded => "session_ended",
            Self::NoMember => "no_member",
        }
    }
}
