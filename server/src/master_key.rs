//! The master key, and the refusal to work with another one than the database was sealed with.

use std::path::PathBuf;

use anyhow::bail;
use kit::db::Db;
use kit::error::StorageError;
use kit::private;
use kit::secret::{MasterKey, Sealed};

use crate::config::Config;

/// The file of the key in the data directory.
const FILE: &str = "master.key";
/// What only the lost key can do, and what helps.
const ADVICE: &str = "put that key back: the file from its backup, or the setting `master_key` \
                      (PORTICO_MASTER_KEY). Without it these secrets cannot be opened by anybody";

/// Finds the key. A new one is made only beside a database that holds nothing sealed.
pub(crate) async fn find_or_make(config: &Config, db: &Db) -> anyhow::Result<MasterKey> {
    let path = file(config);
    let found = match &config.master_key {
        Some(key) => Some(MasterKey::from_base64(key.reveal())?),
        None => MasterKey::read_file(&path)?,
    };
    let sealed = list(db).await?;
    match found {
        Some(key) => {
            refuse_others(&key, &sealed, config)?;
            if config.master_key.is_none() && private::is_open_to_others(&path)? {
                tracing::warn!(file = %path.display(), "others may be able to read the master key; chmod it to 600");
            }
            Ok(key)
        }
        None if sealed.is_empty() => {
            let key = MasterKey::from_file(&path)?;
            tracing::info!(file = %path.display(), key = key.id(), "a master key was made; back it up");
            Ok(key)
        }
        None => bail!(
            "there is no master key: neither the file {} nor the setting `master_key` \
             (PORTICO_MASTER_KEY), and the database holds {}; {ADVICE}",
            path.display(),
            told(&sealed)
        ),
    }
}

/// Makes sure that the database remembers the key, and knows no other: of two processes that start
/// at once on an empty database with a key each, one ends here.
pub(crate) async fn settle(app: &kit::App, config: &Config) -> anyhow::Result<()> {
    auth::prepare(app).await?;
    refuse_others(&app.key, &list(&app.db).await?, config)
}

fn refuse_others(key: &MasterKey, sealed: &[Sealed], config: &Config) -> anyhow::Result<()> {
    let others = sealed.iter().filter(|sealed| sealed.key != key.id());
    let others = others.cloned().collect::<Vec<_>>();
    if others.is_empty() {
        return Ok(());
    }
    let from = match config.master_key {
        Some(_) => "the setting `master_key` (PORTICO_MASTER_KEY)".to_owned(),
        None => format!("the file {}", file(config).display()),
    };
    bail!(
        "the master key {} of {from} is not the key of this database, which holds {}; {ADVICE}",
        key.id(),
        told(&others)
    )
}

/// `1 signing keys of access tokens, sealed by the master key k1, 3 …`
fn told(sealed: &[Sealed]) -> String {
    let told = sealed.iter().map(|Sealed { kind, key, count }| {
        format!("{count} {kind}, sealed by the master key {key}")
    });
    told.collect::<Vec<_>>().join(", and ")
}

/// What tells the key of the core database. Everything else that is sealed comes after these: it
/// takes a tenant, or somebody who signed in.
async fn list(db: &Db) -> Result<Vec<Sealed>, StorageError> {
    let mut conn = db.read().await?;
    let mut sealed = auth::sealed(&mut conn).await?;
    sealed.extend(kit::tenant_db::sealed(&mut conn).await?);
    Ok(sealed)
}

fn file(config: &Config) -> PathBuf {
    config.data_dir.join(FILE)
}
