//! Accounts: who can sign in.

use kit::error::StorageError;
use kit::event;
use kit::id::UserId;
use kit::scalar::EmailAddress;
use kit::viewer::Client;
use kit::{App, Permission, Viewer};

use crate::Auth;
use crate::activity::{Action, Activity, Failure};
use crate::config::{AuthConfig, Registration};
use crate::error::AuthError;
use crate::event::UserRegistered;
use crate::password;
use crate::store::account::{Account, NewAccount};
use crate::throttle::{Charges, Throttle, network_of};
use crate::turn::{Passwords, Turn};

/// What registering somebody needs when registration is closed.
const CREATE: Permission = Permission("platform.account:create");

/// Most characters of a name.
pub(crate) const NAME_MAX: usize = 100;

/// Who wants an account, as they say it.
#[derive(Debug)]
pub(crate) struct NewUser {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) password: String,
}

/// An e-mail address as accounts are found by it: in lower case. By the letter of RFC 5321 the part
/// before the `@` may tell cases apart; no mail provider does, and people mix them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EmailKey(String);

impl EmailKey {
    /// Reads an address, however it is written.
    pub(crate) fn parse(text: &str) -> Result<Self, AuthError> {
        let address = EmailAddress::parse(text).ok_or(AuthError::InvalidEmail)?;
        Ok(Self(address.as_str().to_lowercase()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Registers an account for whoever asks, or, if registration is closed, for an administrator of
/// the platform who asks for somebody else.
///
/// An address that is taken is said to be taken: without mail there is no way to tell its owner
/// alone, and to pretend success would leave people without an account that they believe to have.
/// What that gives away is slowed down by counting it as a failed attempt of the network address.
pub(crate) async fn register(
    app: &App,
    auth: &Auth,
    viewer: Option<&Viewer>,
    client: &Client,
    user: NewUser,
) -> Result<UserId, AuthError> {
    let may_create = viewer.is_some_and(|viewer| viewer.require(CREATE).is_ok());
    if auth.config.registration == Registration::Closed && !may_create {
        return Err(AuthError::RegistrationClosed);
    }
    let user = Checked::new(user)?;
    let network = network_of(client);
    if let Some(network) = &network {
        let most = auth.config.address_registrations_per_minute;
        let source = format!("register/{network}");
        auth.pace.step(source, most, app.clock.now())?;
    }
    let personal = user.personal_words();
    let turn = auth
        .passwords
        .registration_turn(network, &user.password, personal);
    let turn = turn.await?;
    let created = match Throttle::of_registration(client).charge(app).await {
        Ok(charges) => create(app, turn, client, user, Some(charges)).await,
        Err(locked) => Err(locked),
    };
    let refused = Activity::of(Action::Register, client);
    match &created {
        Err(AuthError::EmailTaken) => {
            let mut conn = app.db.write().await?;
            refused
                .failed(Failure::EmailTaken)
                .record(app, &mut conn)
                .await?;
        }
        Err(AuthError::Locked { .. }) => refused.record_locked(app, "").await?,
        _ => {}
    }
    created
}

/// Creates an account on behalf of the operator, whether registration is open or not.
pub async fn create_user(
    app: &App,
    config: &AuthConfig,
    name: &str,
    email: &str,
    password: &str,
) -> Result<UserId, AuthError> {
    let user = Checked::new(NewUser {
        name: name.to_owned(),
        email: email.to_owned(),
        password: password.to_owned(),
    })?;
    let passwords = Passwords::new(config.parallel_hashes);
    let personal = user.personal_words();
    let turn = passwords.registration_turn(None, &user.password, personal);
    create(app, turn.await?, &Client::default(), user, None).await
}

/// Whether there is any account.
pub async fn has_users(app: &App) -> Result<bool, StorageError> {
    let mut conn = app.db.read().await?;
    Ok(Account::exist(&mut conn).await?)
}

async fn create(
    app: &App,
    turn: Turn,
    client: &Client,
    user: Checked,
    charges: Option<Charges>,
) -> Result<UserId, AuthError> {
    let password = turn.hash(user.password).await?;
    let account = NewAccount {
        id: UserId::new(),
        email: user.email.as_str().to_owned(),
        email_key: user.email_key.as_str().to_owned(),
        password,
        created_at: app.clock.now_utc(),
    };
    let registered = UserRegistered {
        user_id: account.id,
        name: user.name,
        email: account.email.clone(),
    };

    let mut conn = app.db.write().await?;
    conn.transaction(async |conn| {
        account.insert(conn).await?;
        event::record(conn, &app.clock, &registered).await?;
        if let Some(charges) = charges {
            charges.succeed(conn, app.clock.now_utc()).await?;
        }
        let activity = Activity::of(Action::Register, client).by(Some(account.id));
        activity.record(app, conn).await?;
        Ok(account.id)
    })
    .await
}

/// A new user whose fields are fit to be kept.
struct Checked {
    name: String,
    email: EmailAddress,
    email_key: EmailKey,
    password: String,
}

impl Checked {
    fn new(user: NewUser) -> Result<Self, AuthError> {
        let name = user.name.trim();
        let length = name.chars().count();
        if !(1..=NAME_MAX).contains(&length) || name.chars().any(char::is_control) {
            return Err(AuthError::InvalidName);
        }
        let email = EmailAddress::parse(&user.email).ok_or(AuthError::InvalidEmail)?;
        password::check_length(&user.password)?;
        Ok(Self {
            name: name.to_owned(),
            email_key: EmailKey::parse(email.as_str())?,
            email,
            password: user.password,
        })
    }

    /// What somebody who knows the user would guess first.
    fn personal_words(&self) -> Vec<String> {
        let words = [self.name.as_str(), self.email_key.as_str()];
        let parts = words.iter().flat_map(|text| {
            let parts = text.split(|c: char| !c.is_alphanumeric());
            parts.filter(|part| part.len() > 2)
        });
        parts.chain(words).map(str::to_lowercase).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(name: &str, email: &str) -> NewUser {
        NewUser {
            name: name.to_owned(),
            email: email.to_owned(),
            password: "plum-tractor-Orbit-19".to_owned(),
        }
    }

    #[test]
    fn an_address_is_found_however_it_is_written() {
        let key = EmailKey::parse("  Ada.Lovelace@Example.COM ").expect("an address");
        assert_eq!(
            key,
            EmailKey::parse("ada.lovelace@example.com").expect("an address")
        );
        assert!(matches!(
            EmailKey::parse("ada"),
            Err(AuthError::InvalidEmail)
        ));
    }

    #[test]
    fn what_cannot_be_kept_is_refused() {
        assert!(Checked::new(user("Ada", "ada@example.com")).is_ok());
        for name in ["", "  ", "a\nb", &"n".repeat(101)] {
            let refused = Checked::new(user(name, "ada@example.com"));
            assert!(matches!(refused, Err(AuthError::InvalidName)), "{name:?}");
        }
        let refused = Checked::new(user("Ada", "ada@"));
        assert!(matches!(refused, Err(AuthError::InvalidEmail)));
    }

    #[test]
    fn a_guesser_knows_the_name_and_the_address() {
        let user = Checked::new(user("Ada M. Lovelace", "countess@Example.com")).expect("fine");
        let words = user.personal_words();
        for word in [
            "ada",
            "lovelace",
            "countess",
            "example",
            "countess@example.com",
        ] {
            assert!(words.iter().any(|known| known == word), "{word}");
        }
    }
}
