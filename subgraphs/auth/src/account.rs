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
use crate::letters::Subject;
use crate::password;
use crate::post::{self, Errand};
use crate::store::account::{Account, NewAccount, Pending};
use crate::throttle::{Charges, Throttle, network_of};
use crate::ticket::Purpose;
use crate::turn::{Passwords, Turn};

/// What registering somebody needs when registration is closed.
pub(crate) const CREATE: Permission = Permission("platform.account:create");

/// Most characters of a name.
pub(crate) const NAME_MAX: usize = 100;
/// Most characters of a language tag.
const LOCALE_MAX: usize = 16;

/// Who wants an account, as they say it.
#[derive(Debug)]
pub(crate) struct NewUser {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) password: String,
    /// Of the letters to them; English without one.
    pub(crate) locale: Option<String>,
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

/// What registering has led to.
#[derive(Debug)]
pub(crate) enum Registered {
    /// The account can be used.
    Ready(UserId),
    /// A letter is on its way to the address. What it says, nobody learns but its reader.
    Asked,
}

/// Registers an account for whoever asks, or, if registration is closed, for an administrator of
/// the platform who asks for somebody else.
///
/// Where addresses must be proven, every address is answered alike, in the same time: the same rows
/// are written whether it is new, waits for its proof or has an account. Otherwise an address that
/// is taken is said to be taken: to pretend success would leave people without an account that they
/// believe to have. What that gives away is slowed down by counting it as a failed attempt of the
/// network address.
pub(crate) async fn register(
    app: &App,
    auth: &Auth,
    viewer: Option<&Viewer>,
    client: &Client,
    user: NewUser,
) -> Result<Registered, AuthError> {
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
    let charged = Throttle::of_registration(client).charge(app).await;
    if let Err(AuthError::Locked { .. }) = charged {
        let refused = Activity::of(Action::Register, client);
        refused.record_locked(app, "").await?;
    }
    let charges = charged?;
    if auth.config.wants_proof() {
        ask(app, auth, turn, client, user, charges).await?;
        return Ok(Registered::Asked);
    }
    let created = create(app, turn, client, user, Some(charges)).await;
    if let Err(AuthError::EmailTaken) = created {
        let mut conn = app.db.write().await?;
        let refused = Activity::of(Action::Register, client).failed(Failure::EmailTaken);
        refused.record(app, &mut conn).await?;
    }
    created.map(Registered::Ready)
}

/// Keeps what was said of an address, unless it has an account already, and writes to it.
async fn ask(
    app: &App,
    auth: &Auth,
    turn: Turn,
    client: &Client,
    user: Checked,
    charges: Charges,
) -> Result<(), AuthError> {
    let password = turn.hash(user.password).await?;
    let has_room = post::has_room(app, &user.email_key).await?;
    let new = NewAccount {
        id: UserId::new(),
        email: user.email.as_str().to_owned(),
        email_key: user.email_key.as_str().to_owned(),
        password: Some(password.clone()),
        locale: user.locale.clone(),
        created_at: app.clock.now_utc(),
        verified_at: None,
        name: Some(user.name.clone()),
    };
    let pending = Pending {
        name: &user.name,
        locale: &user.locale,
        password: &password,
        created_at: new.created_at,
    };
    let mut conn = app.db.write().await?;
    conn.transaction(async |conn| {
        match new.insert(conn).await {
            Ok(()) | Err(AuthError::EmailTaken) => {}
            Err(err) => return Err(err),
        }
        let account = Account::find_by_email(conn, &user.email_key).await?;
        let id = account.as_ref().map_or(new.id, |account| account.id);
        // Of several who register an address, the last one has it; the letters of the others are void.
        let is_pending = Account::set_pending(conn, id, &pending).await?;
        let (subject, purpose) = match is_pending {
            true => (Subject::VerifyEmail, Purpose::VerifyEmail),
            false => (Subject::Known, Purpose::ResetPassword),
        };
        let is_open = |account: &&Account| account.deactivated_at.is_none() && has_room;
        let reader = account.as_ref().filter(is_open);
        let locale = reader.filter(|_| !is_pending);
        let errand = Errand {
            subject,
            purpose,
            account: reader,
            to: reader.map(|account| account.email.as_str()),
            locale: locale.map_or(&user.locale, |account| &account.locale),
            payload: None,
        };
        post::send(app, auth, conn, errand).await?;
        charges.succeed(conn, app.clock.now_utc()).await?;
        let activity = Activity::of(Action::Register, client).by(Some(id));
        let activity = match is_pending {
            true => activity,
            false => activity.failed(Failure::EmailTaken),
        };
        Ok(activity.record(app, conn).await?)
    })
    .await
}

/// Creates an account on behalf of the operator, whether registration is open or not. It can be used
/// at once.
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
        locale: None,
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
        password: Some(password),
        locale: user.locale,
        created_at: app.clock.now_utc(),
        verified_at: Some(app.clock.now_utc()),
        name: None,
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
    locale: String,
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
        let locale = user.locale.unwrap_or_else(|| "en".to_owned());
        if !is_locale(&locale) {
            return Err(AuthError::InvalidLocale);
        }
        Ok(Self {
            locale,
            name: name.to_owned(),
            email_key: EmailKey::parse(email.as_str())?,
            email,
            password: user.password,
        })
    }

    /// What somebody who knows the user would guess first.
    fn personal_words(&self) -> Vec<String> {
        words_of(&[&self.name, self.email_key.as_str()])
    }
}

/// Words that somebody would guess first who knows these texts.
pub(crate) fn words_of(texts: &[&str]) -> Vec<String> {
    let parts = texts.iter().flat_map(|text| {
        let parts = text.split(|c: char| !c.is_alphanumeric());
        parts.filter(|part| part.len() > 2)
    });
    parts
        .chain(texts.iter().copied())
        .map(str::to_lowercase)
        .collect()
}

/// Whether a text has the form of a language tag (BCP 47) that fits its column.
fn is_locale(text: &str) -> bool {
    let mut parts = text.split(['-', '_']);
    let is_language =
        |part: &str| (2..=3).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphabetic());
    let is_subtag = |part: &str| {
        (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric())
    };
    text.len() <= LOCALE_MAX && parts.next().is_some_and(is_language) && parts.all(is_subtag)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(name: &str, email: &str) -> NewUser {
        NewUser {
            name: name.to_owned(),
            email: email.to_owned(),
            password: "plum-tractor-Orbit-19".to_owned(),
            locale: None,
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
        for locale in [
            "",
            "e",
            "english",
            "en-",
            "id ID",
            "id-ID-x-very-long",
            "en\r\n",
        ] {
            let user = NewUser {
                locale: Some(locale.to_owned()),
                ..user("Ada", "ada@example.com")
            };
            let refused = Checked::new(user);
            assert!(
                matches!(refused, Err(AuthError::InvalidLocale)),
                "{locale:?}"
            );
        }
        assert!(is_locale("id") && is_locale("id-ID") && is_locale("zh_Hant_TW"));
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
