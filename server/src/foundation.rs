//! What the subgraphs stand on: the data directory, the master key, the databases.

use std::path::Path;

use anyhow::Context as _;
use kit::App;
use kit::clock::Clock;
use kit::db::{self, Db, DbUrl, PoolSize, Set};
use kit::event::Log;
use kit::outbound::{Outbound, OutboundConfig};
use kit::secret::{self, MasterKey};
use kit::tenant_db::TenantDbs;

use crate::config::Config;

/// Opens everything and brings the platform's database up to date.
pub async fn open(config: &Config) -> anyhow::Result<App> {
    let url = config.database_url()?;
    let keeps_files = matches!(url, DbUrl::Sqlite(_)) || config.master_key.is_none();
    if keeps_files {
        make_directory(&config.data_dir)?;
    }
    if let Some(directory) = url.directory().filter(|path| !path.as_os_str().is_empty()) {
        make_directory(directory)?;
    }
    let key = match &config.master_key {
        Some(key) => MasterKey::from_base64(key.reveal())?,
        None => MasterKey::from_file(&config.data_dir.join("master.key"))?,
    };
    let applied = db::migrate(&url, Set::Core).await?;
    if !applied.is_empty() {
        tracing::info!(migrations = applied.len(), database = %url, "database brought up to date");
    }
    Ok(assemble(
        url,
        config.pool_size(),
        &config.data_dir,
        key,
        &config.outbound,
    ))
}

/// The handles without anything behind them, for commands that only need the schema. Nothing is
/// opened or written as long as nothing is asked.
pub fn detached() -> App {
    let key = kit::secret::random::<32>();
    let directory = Path::new("");
    let url = DbUrl::Sqlite(":memory:".into());
    let size = PoolSize { connections_max: 1 };
    assemble(
        url,
        size,
        directory,
        MasterKey::from_bytes(&key),
        &OutboundConfig::default(),
    )
}

fn assemble(
    url: DbUrl,
    size: PoolSize,
    data_dir: &Path,
    key: MasterKey,
    outbound: &OutboundConfig,
) -> App {
    let db = Db::new(url, size);
    App {
        tenant_dbs: TenantDbs::new(db.clone(), data_dir.join("tenants"), key.clone()),
        events: Log::default(),
        clock: Clock::default(),
        outbound: Outbound::new(outbound),
        db,
        key,
    }
}

/// Makes a directory and proves that it can be written.
fn make_directory(path: &Path) -> anyhow::Result<()> {
    let failed = || {
        format!(
            "cannot write to the data directory {}; choose another with --data-dir or PORTICO_DATA_DIR",
            path.display()
        )
    };
    std::fs::create_dir_all(path).with_context(failed)?;
    let probe = path.join(format!(".probe-{}", secret::random_text::<8>()));
    std::fs::write(&probe, b"").with_context(failed)?;
    std::fs::remove_file(&probe).with_context(failed)
}
