//! Signing in.

use chrono::{DateTime, Utc};
use kit::id::{SessionId, UserId};
use kit::viewer::Client;
use kit::{App, Conn};

use crate::Auth;
use crate::activity::{Action, Activity, Failure};
use crate::error::AuthError;
use crate::password::{self, Verdict};
use crate::person::EmailKey;
use crate::second_factor::{self, Challenge};
use crate::store::account::Account;
use crate::store::membership;
use crate::store::refresh_token::NewToken;
use crate::store::second_factor::SecondFactor;
use crate::store::session::Session;
use crate::throttle::{Charges, Throttle, digest, network_of};
use crate::token::{Claims, RefreshToken};
use crate::verification;

/// Sessions opened by a password, or by another provider.
const ONE_FACTOR: i16 = 1;
/// Sessions whose user has proven a second factor besides.
pub(crate) const TWO_FACTORS: i16 = 2;

/// What a client gets to speak for a user.
#[derive(Debug)]
pub(crate) struct SignedIn {
    pub(crate) session: Session,
    pub(crate) access: AccessToken,
    pub(crate) refresh: RefreshToken,
    pub(crate) refresh_expires_at: DateTime<Utc>,
}

/// A session that was opened in a transaction that is still open.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) session: Session,
    pub(crate) refresh: RefreshToken,
    pub(crate) refresh_expires_at: DateTime<Utc>,
}

/// Where the proof of a first factor leads, within the transaction.
#[derive(Debug)]
pub(crate) enum Entering {
    /// To a session.
    Opened(Opened),
    /// To the demand for a second factor.
    Challenged(Challenge),
    /// Nowhere, until the address is proven.
    Unverified(String),
}

/// Where the proof of a first factor has led.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "a sign-in makes one")]
pub(crate) enum Entered {
    /// The user is signed in.
    SignedIn(SignedIn),
    /// The user is asked for a second factor.
    Challenged(Challenge),
    /// This address must be proven first.
    Unverified(String),
}

/// A signed access token.
#[derive(Debug)]
pub(crate) struct AccessToken {
    pub(crate) text: String,
    pub(crate) expires_at: DateTime<Utc>,
}

/// Signs a user in by password.
///
/// Unknown account and wrong password are one error and take the same time.
pub(crate) async fn login(
    app: &App,
    auth: &Auth,
    client: &Client,
    email: &str,
    password: String,
) -> Result<Entered, AuthError> {
    let email = EmailKey::parse(email)?;
    password::check_length(&password)?;
    auth.signer.prepare(app).await?;
    keep_pace(app, auth, client, &email)?;
    // The attempt is counted when it is our turn: one that is counted and waits would lock others.
    let turn = auth.passwords.login_turn(network_of(client)).await?;
    let account = {
        let mut conn = app.db.read().await?;
        Account::find_by_email(&mut conn, &email).await?
    };
    let attempt = Attempt {
        app,
        client,
        email: &email,
        account: account.as_ref().map(|account| account.id),
    };
    let charges = attempt.charge().await?;

    let stored = account
        .as_ref()
        .and_then(|account| account.password.clone());
    let (verdict, turn) = turn.verify(password, stored).await?;
    let (Some(account), Verdict::Right { rehashed }) = (&account, verdict) else {
        let failure = match account {
            Some(_) => Failure::WrongPassword,
            None => Failure::UnknownAccount,
        };
        return Err(attempt.refuse(failure).await);
    };
    drop(turn);
    attempt.succeed(auth, charges, account, rehashed).await
}

/// Refuses whoever signs in again and again, even with the right password: each time costs a hash.
pub(crate) fn keep_pace(
    app: &App,
    auth: &Auth,
    client: &Client,
    email: &EmailKey,
) -> Result<(), AuthError> {
    let now = app.clock.now();
    if let Some(network) = network_of(client) {
        let most = auth.config.address_logins_per_minute;
        auth.pace.step(format!("login/{network}"), most, now)?;
    }
    let account = digest(&[email.as_str()]);
    let most = auth.config.account_logins_per_minute;
    auth.pace.step(format!("account/{account}"), most, now)
}

/// One attempt at signing in, on its way into the record.
struct Attempt<'a> {
    app: &'a App,
    client: &'a Client,
    email: &'a EmailKey,
    account: Option<UserId>,
}

impl Attempt<'_> {
    /// Counts the attempt, unless it is refused by a lock.
    async fn charge(&self) -> Result<Charges, AuthError> {
        let charged = Throttle::of_login(self.email, self.client)
            .charge(self.app)
            .await;
        if let Err(AuthError::Locked { .. }) = charged {
            let activity = Activity::of(Action::Login, self.client).by(self.account);
            activity
                .record_locked(self.app, self.email.as_str())
                .await?;
        }
        charged
    }

    /// Records a refusal, which stays counted.
    async fn refuse(&self, failure: Failure) -> AuthError {
        let user = self.account.map(tracing::field::display);
        tracing::debug!(user.id = user, ?failure, "sign-in refused");
        let recorded = async {
            let mut conn = self.app.db.write().await?;
            let activity = Activity::of(Action::Login, self.client)
                .by(self.account)
                .failed(failure);
            Ok::<_, AuthError>(activity.record(self.app, &mut conn).await?)
        };
        recorded.await.err().unwrap_or(AuthError::WrongCredentials)
    }

    /// Lets the user in.
    async fn succeed(
        &self,
        auth: &Auth,
        charges: Charges,
        account: &Account,
        rehashed: Option<String>,
    ) -> Result<Entered, AuthError> {
        let app = self.app;
        let mut conn = app.db.write().await?;
        let opened = conn
            .transaction(async |conn| {
                let account = account.unchanged(conn).await?;
                if let Some(hash) = &rehashed {
                    Account::set_password(conn, account.id, hash).await?;
                }
                charges.succeed(conn, app.clock.now_utc()).await?;
                enter(app, auth, self.client, conn, &account, Action::Login).await
            })
            .await;
        drop(conn);
        match opened {
            Err(AuthError::WrongCredentials) => Err(self.refuse(Failure::WrongPassword).await),
            opened => opened?.finish(app, auth).await,
        }
    }
}

/// Lets in somebody who has proven the first factor, in the caller's transaction: by a session, or
/// by what leads to one. `action` is how they came, for the record.
pub(crate) async fn enter(
    app: &App,
    auth: &Auth,
    client: &Client,
    conn: &mut Conn,
    account: &Account,
    action: Action,
) -> Result<Entering, AuthError> {
    // Whoever closes the account at this moment ends the session that is opened here, or is first.
    let account = &Account::lock(conn, account.id).await?;
    if account.deactivated_at.is_some() {
        return Err(AuthError::Deactivated);
    }
    if account.verified_at.is_none() {
        if auth.config.wants_proof() {
            let refused = Activity::of(action, client).by(Some(account.id));
            let refused = refused.failed(Failure::UnverifiedEmail);
            refused.record(app, conn).await?;
            return Ok(Entering::Unverified(account.email.clone()));
        }
        // The operator has come to do without the proof since the user registered.
        verification::prove(app, conn, account.id).await?;
    }
    if SecondFactor::active(conn, account.id).await?.is_some() {
        let challenge = second_factor::issue(app, conn, account).await?;
        let activity = Activity::of(Action::TwoFactorChallenge, client);
        activity.by(Some(account.id)).record(app, conn).await?;
        return Ok(Entering::Challenged(challenge));
    }
    let opened = open(app, auth, client, conn, account, ONE_FACTOR).await?;
    Activity::of(action, client)
        .by(Some(account.id))
        .within(opened.session.id)
        .on(opened.session.tenant)
        .record(app, conn)
        .await?;
    Ok(Entering::Opened(opened))
}

/// Signs an access token for a session, for the tenant that the session has now.
pub(crate) async fn issue(
    app: &App,
    auth: &Auth,
    session: &Session,
) -> Result<AccessToken, AuthError> {
    let claims = Claims::of(&auth.config, session, app.clock.now());
    let expires_at = DateTime::from_timestamp(claims.exp, 0);
    Ok(AccessToken {
        text: auth.signer.sign(app, &claims).await?,
        expires_at: expires_at.expect("a session ends within the calendar"),
    })
}

/// Opens a session in the tenant that the user worked in last, with its first refresh token. `aal`
/// is how many factors were proven.
pub(crate) async fn open(
    app: &App,
    auth: &Auth,
    client: &Client,
    conn: &mut Conn,
    account: &Account,
    aal: i16,
) -> Result<Opened, AuthError> {
    let now = app.clock.now_utc();
    let tenant = match account.last_tenant_id {
        Some(last) if membership::exists(conn, account.id, last).await? => Some(last),
        _ => None,
    };
    let session = Session {
        id: SessionId::new(),
        user: account.id,
        tenant,
        name: None,
        address: client.address.map(|it| it.to_canonical().to_string()),
        agent: client.agent.clone(),
        aal,
        created_at: now,
        authenticated_at: now,
        last_used_at: now,
        expires_at: now + auth.config.session_ttl(),
        revoked_at: None,
    };
    session.insert(conn).await?;
    let refresh = RefreshToken::new();
    let token = NewToken {
        digest: refresh.digest(),
        session_id: session.id,
        generation: 1,
        expires_at: session
            .expires_at
            .min(now + auth.config.refresh_token_ttl()),
    };
    token.insert(conn).await?;
    Ok(Opened {
        session,
        refresh,
        refresh_expires_at: token.expires_at.and_utc(),
    })
}

impl Entering {
    /// Signs what is to be signed, after the transaction.
    pub(crate) async fn finish(self, app: &App, auth: &Auth) -> Result<Entered, AuthError> {
        match self {
            Self::Opened(opened) => Ok(Entered::SignedIn(opened.finish(app, auth).await?)),
            Self::Challenged(challenge) => Ok(Entered::Challenged(challenge)),
            Self::Unverified(email) => Ok(Entered::Unverified(email)),
        }
    }
}

impl Opened {
    /// Signs an access token for it, after the transaction.
    pub(crate) async fn finish(self, app: &App, auth: &Auth) -> Result<SignedIn, AuthError> {
        Ok(SignedIn {
            access: issue(app, auth, &self.session).await?,
            session: self.session,
            refresh: self.refresh,
            refresh_expires_at: self.refresh_expires_at,
        })
    }
}
