//! Whose account somebody is who signed in at a provider.
//!
//! Known by the issuer and its subject, they are who they were. If not, an account with the same
//! address is theirs only if both sides have found the address to be theirs. An account that nobody
//! has confirmed may have been made by somebody else to wait for them: they get it, and whoever made
//! it keeps no way into it.

use kit::event;
use kit::id::UserId;
use kit::scalar::EmailAddress;
use kit::viewer::Client;
use kit::{App, Conn};

use super::letter::{self, News};
use super::provider::{Profile, Provider};
use super::{IdentityId, hand_over};
use crate::Auth;
use crate::activity::{Action, Activity, Failure};
use crate::claim;
use crate::config::Registration;
use crate::error::AuthError;
use crate::event::UserRegistered;
use crate::login::{self, Entering};
use crate::person::{EmailKey, NAME_MAX};
use crate::store::account::{Account, NewAccount};
use crate::store::identity::Identity;
use crate::throttle::network_of;
use crate::ticket::Issued;

/// Somebody else may make the same account at the same time; then it is there at the second look.
const LOOKS: usize = 2;
const LOCALE_MAX: usize = 16;

/// What finding the account is for.
#[derive(Clone, Copy)]
pub(super) enum End<'a> {
    /// To sign in.
    Enter,
    /// To hand the sign-in over to a page that knows the secret of this digest.
    HandOver(&'a str),
}

/// Where it has led, within the transaction.
pub(super) enum Settled {
    Entering(Entering),
    HandedOver(Issued),
}

/// Finds or makes the account and goes on with it in the same transaction.
pub(super) async fn sign_in(
    app: &App,
    auth: &Auth,
    client: &Client,
    provider: &Provider,
    profile: &Profile,
    end: End<'_>,
) -> Result<Settled, AuthError> {
    let settling = Settling {
        app,
        auth,
        client,
        provider,
        profile,
    };
    let mut conn = app.db.write().await?;
    let mut look = 1;
    let settled = loop {
        let settled = conn
            .transaction(async |conn| {
                let account = settling.account(conn).await?;
                settling.end(conn, &account, end).await
            })
            .await;
        match settled {
            Err(AuthError::EmailTaken | AuthError::IdentityTaken) if look < LOOKS => look += 1,
            settled => break settled,
        }
    };
    let failure = match &settled {
        Err(AuthError::AddressUnverified { .. }) => Failure::UnverifiedAddress,
        Err(AuthError::RegistrationClosed) => Failure::UnknownAccount,
        Err(AuthError::Deactivated) => Failure::Deactivated,
        _ => return settled,
    };
    let refused = Activity::of(Action::OauthLogin, client).failed(failure);
    refused.record(app, &mut conn).await?;
    settled
}

struct Settling<'a> {
    app: &'a App,
    auth: &'a Auth,
    client: &'a Client,
    provider: &'a Provider,
    profile: &'a Profile,
}

impl Settling<'_> {
    async fn end(
        &self,
        conn: &mut Conn,
        account: &Account,
        end: End<'_>,
    ) -> Result<Settled, AuthError> {
        let (app, auth, client) = (self.app, self.auth, self.client);
        match end {
            End::Enter => {
                let entering =
                    login::enter(app, auth, client, conn, account, Action::OauthLogin).await?;
                Ok(Settled::Entering(entering))
            }
            End::HandOver(digest) => {
                let issued = hand_over::issue(app, conn, account, digest).await?;
                Ok(Settled::HandedOver(issued))
            }
        }
    }

    async fn account(&self, conn: &mut Conn) -> Result<Account, AuthError> {
        let Profile {
            issuer, subject, ..
        } = self.profile;
        if let Some(identity) = Identity::find(conn, issuer, subject).await? {
            let (email, now) = (shown(self.profile), self.app.clock.now_utc());
            Identity::touch(conn, identity.id, email.as_deref(), now).await?;
            let account = Account::find(conn, identity.account_id).await?;
            return active(account.ok_or(AuthError::UnknownFlow)?);
        }
        let email = self.verified_email()?;
        match Account::lock_by_email(conn, &EmailKey::parse(email.as_str())?).await? {
            Some(account) => self.join(conn, active(account)?).await,
            None => self.register(conn, &email).await,
        }
    }

    fn verified_email(&self) -> Result<EmailAddress, AuthError> {
        let email = self.profile.email.as_deref();
        let verified = email.filter(|_| self.profile.is_verified);
        let parsed = verified.and_then(EmailAddress::parse);
        parsed.ok_or_else(|| AuthError::AddressUnverified {
            provider: self.provider.display_name.clone(),
        })
    }

    /// Links an account that has the address.
    async fn join(&self, conn: &mut Conn, account: Account) -> Result<Account, AuthError> {
        let news = match account.verified_at {
            Some(_) => News::Linked,
            None => {
                claim::claim(self.app, conn, account.id).await?;
                self.announce(conn, &account).await?;
                News::Claimed
            }
        };
        let identity = new_identity(self.app, self.provider, self.profile, account.id);
        identity.insert(conn).await?;
        self.record(Action::LinkIdentity, conn, account.id).await?;
        letter::send(self.app, conn, &account, self.provider, news).await?;
        let account = Account::find(conn, account.id).await?;
        account.ok_or(AuthError::UnknownFlow)
    }

    /// Tells others of an account that nobody had confirmed, by the name that the provider knows.
    async fn announce(&self, conn: &mut Conn, account: &Account) -> Result<(), AuthError> {
        let Some(email) = EmailAddress::parse(&account.email) else {
            return Err(AuthError::InvalidEmail);
        };
        let name = name(self.profile, &email);
        let registered = UserRegistered::of(account.id, name, &account.email, &account.locale);
        event::record(conn, &self.app.clock, &registered).await?;
        Ok(Account::forget_name(conn, account.id).await?)
    }

    async fn register(&self, conn: &mut Conn, email: &EmailAddress) -> Result<Account, AuthError> {
        let (app, config) = (self.app, &self.auth.config);
        if config.registration == Registration::Closed {
            return Err(AuthError::RegistrationClosed);
        }
        if let Some(network) = network_of(self.client) {
            let most = config.address_registrations_per_minute;
            let source = format!("register/{network}");
            self.auth.pace.step(source, most, app.clock.now())?;
        }
        let now = app.clock.now_utc();
        let account = NewAccount {
            id: UserId::new(),
            email: email.as_str().to_owned(),
            email_key: EmailKey::parse(email.as_str())?.as_str().to_owned(),
            password: None,
            locale: locale(self.profile),
            created_at: now,
            verified_at: Some(now),
            name: None,
        };
        let name = name(self.profile, email);
        let registered = UserRegistered::of(account.id, name, &account.email, &account.locale);
        account.insert(conn).await?;
        let identity = new_identity(app, self.provider, self.profile, account.id);
        identity.insert(conn).await?;
        event::record(conn, &app.clock, &registered).await?;
        self.record(Action::Register, conn, account.id).await?;
        let account = Account::find(conn, account.id).await?;
        account.ok_or(AuthError::UnknownFlow)
    }

    async fn record(&self, action: Action, conn: &mut Conn, user: UserId) -> Result<(), AuthError> {
        let activity = Activity::of(action, self.client).by(Some(user));
        Ok(activity.record(self.app, conn).await?)
    }
}

fn active(account: Account) -> Result<Account, AuthError> {
    match account.deactivated_at {
        Some(_) => Err(AuthError::Deactivated),
        None => Ok(account),
    }
}

/// An identity of an account, not stored yet.
pub(super) fn new_identity(
    app: &App,
    provider: &Provider,
    profile: &Profile,
    account: UserId,
) -> Identity {
    let now = app.clock.now_utc();
    Identity {
        id: IdentityId::new(),
        account_id: account,
        provider: provider.name.clone(),
        issuer: profile.issuer.clone(),
        subject: profile.subject.clone(),
        email: shown(profile),
        created_at: now,
        last_used_at: now,
    }
}

fn shown(profile: &Profile) -> Option<String> {
    let email = profile.email.as_deref().and_then(EmailAddress::parse);
    email.map(|email| email.as_str().to_owned())
}

/// What a new user is called: as the provider says, as far as it is a name, or as their address
/// begins.
fn name(profile: &Profile, email: &EmailAddress) -> String {
    let said = profile.name.as_deref().unwrap_or_default();
    let said = said.chars().filter(|c| !c.is_control());
    let said = said.take(NAME_MAX).collect::<String>();
    match said.trim() {
        "" => email.as_str().split('@').next().unwrap_or_default().chars(),
        said => said.chars(),
    }
    .take(NAME_MAX)
    .collect()
}

fn locale(profile: &Profile) -> String {
    let is_locale = |locale: &&String| {
        (2..=LOCALE_MAX).contains(&locale.len())
            && locale
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let said = profile.locale.as_ref().filter(is_locale);
    said.map_or_else(|| "en".to_owned(), Clone::clone)
}
