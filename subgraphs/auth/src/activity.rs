//! The record of what happened to accounts and sessions: every success and every failure, with
//! where it came from. Rows are only ever added, and removed when they are old.

use kit::error::StorageError;
use kit::id::{SessionId, TenantId, UserId};
use kit::page::Page;
use kit::viewer::Client;
use kit::{App, Conn, Viewer, typed_id};

pub(crate) use crate::attempt::{Action, Failure};
use crate::error::AuthError;
use crate::store::activity::{Entry, NewActivity};
use crate::throttle::Throttle;

typed_id!(
    /// An entry of the record.
    ActivityId, "act");

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

    /// Adds a refusal to the record, if it was one, and hands the outcome on. One that costs nothing
    /// is recorded once a minute for each user and address.
    pub(crate) async fn record_refusal<T>(
        self,
        app: &App,
        outcome: Result<T, AuthError>,
    ) -> Result<T, AuthError> {
        let Some(failure) = outcome.as_ref().err().and_then(Failure::of) else {
            return outcome;
        };
        let user = self.user.map(|user| user.to_string()).unwrap_or_default();
        let (action, client) = (self.action.as_str(), self.client);
        if failure.is_cheap() {
            let subject = format!("{user}/{}", failure.as_str());
            match Throttle::of_record(action, &subject, client)
                .charge(app)
                .await
            {
                Ok(_) => {}
                Err(AuthError::Locked { .. }) => return outcome,
                Err(err) => return Err(err),
            }
        }
        tracing::debug!(action, user.id = user, ?failure, "refused");
        let mut conn = app.db.write().await?;
        self.failed(failure).record(app, &mut conn).await?;
        outcome
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

impl Failure {
    /// What a refusal is on record as; none for what is nobody's attempt at anything, such as a
    /// malformed input.
    fn of(err: &AuthError) -> Option<Self> {
        Some(match err {
            AuthError::Denied(_) | AuthError::ScopeNotGranted(_) => Self::Denied,
            AuthError::Locked { .. } => Self::Locked,
            AuthError::Deactivated | AuthError::TwoFactorOn | AuthError::TwoFactorOff => {
                Self::NotApplicable
            }
            AuthError::WrongCode => Self::WrongCode,
            AuthError::WrongRecoveryCode => Self::WrongRecoveryCode,
            AuthError::WrongProof => Self::WrongProof,
            AuthError::InvalidChallenge => Self::SpentChallenge,
            AuthError::NoPendingTwoFactor | AuthError::NothingToProve => Self::NotApplicable,
            AuthError::InvalidApiKey | AuthError::UnknownApiKey(_) => Self::UnknownKey,
            AuthError::RevokedApiKey => Self::RevokedKey,
            AuthError::ExpiredApiKey => Self::ExpiredKey,
            AuthError::TooManyApiKeys(_) => Self::QuotaExceeded,
            _ => return None,
        })
    }

    /// Whether it costs nothing to be refused so again and again.
    fn is_cheap(self) -> bool {
        matches!(
            self,
            Self::Denied
                | Self::Locked
                | Self::NotApplicable
                | Self::SpentChallenge
                | Self::UnknownKey
                | Self::QuotaExceeded
        )
    }
}
