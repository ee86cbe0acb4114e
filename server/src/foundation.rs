//! What the subgraphs stand on: the data directory, the master key, the databases.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use kit::App;
use kit::clock::Clock;
use kit::db::{self, Db, DbUrl, PoolSize, Set};
use kit::event::Log;
use kit::links::Links;
use kit::outbound::Outbound;
use kit::private;
use kit::secret::{self, MasterKey};
use kit::tenant_db::TenantDbs;

use crate::config::Config;
use crate::master_key;

/// The directory of the tenants' databases in the data directory.
const TENANTS: &str = "tenants";

/// Opens everything and brings the platform's database up to date.
pub async fn open(config: &Config) -> anyhow::Result<App> {
    let url = config.database_url()?;
    let keeps_files = matches!(url, DbUrl::Sqlite(_)) || config.master_key.is_none();
    if keeps_files {
        make_directory(&config.data_dir)?;
    }
    warn_if_open_to_others(&config.data_dir);
    warn_if_open_to_others(&config.data_dir.join(TENANTS));
    if let Some(directory) = url.directory().filter(|path| !path.as_os_str().is_empty()) {
        make_directory(directory)?;
        if directory != config.data_dir {
            warn_if_open_to_others(directory);
        }
    }
    let applied = db::migrate(&url, Set::Core).await?;
    if !applied.is_empty() {
        tracing::info!(migrations = applied.len(), database = %url, "database brought up to date");
    }
    let db = Db::new(url, config.pool_size());
    let key = master_key::find_or_make(config, &db).await?;
    let app = assemble(db, config, key);
    master_key::settle(&app, config).await?;
    Ok(app)
}

/// The handles without anything behind them, for commands that only need the schema. Nothing is
/// opened or written as long as nothing is asked.
pub fn detached() -> App {
    let key = kit::secret::random::<32>();
    let config = Config {
        data_dir: PathBuf::new(),
        ..Config::default()
    };
    let url = DbUrl::Sqlite(":memory:".into());
    let size = PoolSize { connections_max: 1 };
    let key = MasterKey::from_bytes(&key);
    assemble(Db::new(url, size), &config, key)
}

fn assemble(db: Db, config: &Config, key: MasterKey) -> App {
    let tenants = config.data_dir.join(TENANTS);
    App {
        tenant_dbs: TenantDbs::new(db.clone(), tenants, key.clone()),
        events: Log::default(),
        clock: Clock::default(),
        outbound: Outbound::new(&config.outbound),
        links: Links::new(config.public_url()),
        db,
        key,
    }
}

/// Makes a directory, for the owner's eyes only, and proves that it can be written.
fn make_directory(path: &Path) -> anyhow::Result<()> {
    let failed = || {
        format!(
            "cannot write to the data directory {}; choose another with --data-dir or PORTICO_DATA_DIR",
            path.display()
        )
    };
    private::create_directory(path).with_context(failed)?;
    let probe = path.join(format!(".probe-{}", secret::random_text::<8>()));
    std::fs::write(&probe, b"").with_context(failed)?;
    std::fs::remove_file(&probe).with_context(failed)
}

fn warn_if_open_to_others(path: &Path) {
    if private::is_open_to_others(path).unwrap_or(false) {
        tracing::warn!(directory = %path.display(), "others may be able to enter the directory; chmod it to 700");
    }
}
