//! Accounts: who can sign in.

use kit::error::StorageError;
use kit::event;
use kit::id::UserId;
use kit::viewer::Client;
use kit::{App, Permission, Viewer};

use crate::Auth;
use crate::activity::{Action, Activity, Failure};
use crate::config::{AuthConfig, Registration};
use crate::error::AuthError;
use crate::event::UserRegistered;
use crate::letters::Subject;
use crate::password;
use crate::person::Person;
use crate::post::{self, Errand};
use crate::store::account::{Account, NewAccount, Pending};
use crate::throttle::{Charges, Throttle, network_of};
use crate::ticket::{Purpose, Ticket};
use crate::turn::Passwords;

/// What registering somebody needs when registration is closed.
pub(crate) const CREATE: Permission = Permission("platform.account:create");

/// Who wants an account, as they say it.
#[derive(Debug)]
pub(crate) struct NewUser {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) password: String,
    /// Of the letters to them; English without one.
    pub(crate) locale: Option<String>,
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
    let Checked { person, password } = Checked::new(user)?;
    let network = network_of(client);
    if let Some(network) = &network {
        let most = auth.config.address_registrations_per_minute;
        let source = format!("register/{network}");
        auth.pace.step(source, most, app.clock.now())?;
    }
    let personal = person.personal_words();
    let turn = auth
        .passwords
        .registration_turn(network, &password, personal);
    let turn = turn.await?;
    let charged = Throttle::of_registration(client).charge(app).await;
    if let Err(AuthError::Locked { .. }) = charged {
        let refused = Activity::of(Action::Register, client);
        refused.record_locked(app, "").await?;
    }
    let charges = charged?;
    if auth.config.wants_proof() {
        let password = turn.hash(password).await?;
        ask(app, auth, client, person, password, charges).await?;
        return Ok(Registered::Asked);
    }
    let password = turn.hash(password).await?;
    let created = create(app, client, person, password, Some(charges)).await;
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
    client: &Client,
    user: Person,
    password: String,
    charges: Charges,
) -> Result<(), AuthError> {
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
        password: None,
        created_at: new.created_at,
    };
    let mut conn = app.db.write().await?;
    conn.transaction(async |conn| {
        let is_new = match new.insert(conn).await {
            Ok(()) => true,
            Err(AuthError::EmailTaken) => false,
            Err(err) => return Err(err),
        };
        let account = Account::lock_by_email(conn, &user.email_key).await?;
        let id = account.as_ref().map_or(new.id, |account| account.id);
        // Several may register an address, and one of them reads its letters. It is not known whose
        // password was kept, so from the second on none is: the letter lets its reader choose one.
        let pending = Pending {
            password: Some(password.as_str()).filter(|_| is_new),
            ..pending
        };
        let is_pending = Account::set_pending(conn, id, &pending).await?;
        Ticket::void(app, conn, Purpose::VerifyEmail, id).await?;
        let (subject, purpose) = match (is_pending, is_new) {
            (true, true) => (Subject::VerifyEmail, Purpose::VerifyEmail),
            (true, false) => (Subject::RegisteredAgain, Purpose::ResetPassword),
            (false, _) => (Subject::Known, Purpose::ResetPassword),
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
    let Checked { person, password } = Checked::new(NewUser {
        name: name.to_owned(),
        email: email.to_owned(),
        password: password.to_owned(),
        locale: None,
    })?;
    let passwords = Passwords::new(config.parallel_hashes);
    let personal = person.personal_words();
    let turn = passwords.registration_turn(None, &password, personal);
    let password = turn.await?.hash(password).await?;
    create(app, &Client::default(), person, password, None).await
}

/// Whether there is any account.
pub async fn has_users(app: &App) -> Result<bool, StorageError> {
    let mut conn = app.db.read().await?;
    Ok(Account::exist(&mut conn).await?)
}

async fn create(
    app: &App,
    client: &Client,
    user: Person,
    password: String,
    charges: Option<Charges>,
) -> Result<UserId, AuthError> {
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
    let registered = UserRegistered::of(account.id, user.name, &account.email, &account.locale);

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
    person: Person,
    password: String,
}

impl Checked {
    fn new(user: NewUser) -> Result<Self, AuthError> {
        let person = Person::new(&user.name, &user.email, user.locale)?;
        password::check_length(&user.password)?;
        Ok(Self {
            person,
            password: user.password,
        })
    }
}
