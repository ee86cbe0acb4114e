//! `portico admin create`, and the administrator of the first start.

use anyhow::Context as _;
use kit::App;
use kit::secret;

use crate::cli::AdminCreate;
use crate::config::Config;
use crate::foundation;

/// The address of the administrator that the first start creates.
const FIRST_EMAIL: &str = "admin@localhost";

/// A new administrator's credentials: printed once, kept nowhere.
pub(super) struct Administrator {
    pub(super) email: String,
    pub(super) password: String,
}

/// Creates an administrator and prints the password.
pub(super) async fn run(config: &Config, input: &AdminCreate) -> anyhow::Result<()> {
    kit::telemetry::init(&config.log)?;
    let app = foundation::open(config).await?;
    let administrator = create(&app, config, &input.name, &input.email).await?;
    println!("Administrator created. The password is shown once:");
    println!("  e-mail     {}", administrator.email);
    println!("  password   {}", administrator.password);
    Ok(())
}

/// Creates the first administrator in an empty database; two processes that start at once create
/// one, because the address is unique.
pub(super) async fn create_first(
    app: &App,
    config: &Config,
) -> anyhow::Result<Option<Administrator>> {
    if auth::has_users(app).await? {
        return Ok(None);
    }
    match create(app, config, "Administrator", FIRST_EMAIL).await {
        Ok(administrator) => Ok(Some(administrator)),
        // Another process was faster, and shows the password.
        Err(_) if auth::has_users(app).await? => Ok(None),
        Err(err) => Err(err),
    }
}

async fn create(
    app: &App,
    config: &Config,
    name: &str,
    email: &str,
) -> anyhow::Result<Administrator> {
    let password = secret::random_text::<18>();
    let user = auth::create_user(app, &config.auth, name, email, &password)
        .await
        .with_context(|| format!("cannot create the administrator {email}"))?;
    let mut conn = app.db.write().await?;
    platform::appoint(&mut conn, &app.clock, user).await?;
    Ok(Administrator {
        email: email.to_owned(),
        password,
    })
}
