//! `portico migrate`.

use crate::config::Config;
use crate::foundation;

/// Brings the platform's database and every tenant's up to date.
pub(super) async fn run(config: &Config) -> anyhow::Result<()> {
    kit::telemetry::init(&config.log)?;
    let app = foundation::open(config).await?;
    println!("The platform's database is up to date.");
    let tenants = app.tenant_dbs.migrate_all().await?;
    println!("The databases of {tenants} tenants are up to date.");
    Ok(())
}
