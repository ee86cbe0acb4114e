//! Migrations, embedded in the binary, for both databases.

use std::path::Path;

use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel::{Connection as _, SqliteConnection, sql_types};
use diesel_async::{
    AsyncConnection as _, AsyncMigrationHarness, RunQueryDsl, SimpleAsyncConnection as _,
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{DbUrl, MysqlConn};
use crate::private;

const CORE_SQLITE: EmbeddedMigrations = embed_migrations!("../migrations/core/sqlite");
const CORE_MYSQL: EmbeddedMigrations = embed_migrations!("../migrations/core/mysql");
const TENANT_SQLITE: EmbeddedMigrations = embed_migrations!("../migrations/tenant/sqlite");
const TENANT_MYSQL: EmbeddedMigrations = embed_migrations!("../migrations/tenant/mysql");

/// Replicas that start together migrate one after the other.
const LOCK_WAIT_S: i32 = 60;

/// Which of the two kinds of database is migrated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Set {
    /// The platform's own: identity, tenants, registry, forms, menus, events.
    Core,
    /// One tenant's: submissions, notifications.
    Tenant,
}

/// Why a database could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The database cannot be opened.
    #[error("cannot open the database {url}")]
    Connect {
        /// Where, without a password.
        url: String,
        /// What the driver says.
        source: diesel::ConnectionError,
    },
    /// A statement of a migration failed.
    #[error("a migration of {url} failed: {reason}")]
    Failed {
        /// Where, without a password.
        url: String,
        /// What the database says.
        reason: String,
    },
    /// Another process holds the migration lock.
    #[error("another process has been migrating {url} for {LOCK_WAIT_S} s")]
    Locked {
        /// Where, without a password.
        url: String,
    },
}

/// Applies what is pending and returns the versions applied, oldest first.
///
/// Every MySQL statement must be repeatable (`IF NOT EXISTS`): MySQL commits each by itself, so a
/// crash may leave half of a migration behind.
pub async fn migrate(url: &DbUrl, set: Set) -> Result<Vec<String>, MigrateError> {
    match url {
        DbUrl::Sqlite(path) => {
            let (path, shown) = (path.to_string_lossy().into_owned(), url.to_string());
            let source = match set {
                Set::Core => CORE_SQLITE,
                Set::Tenant => TENANT_SQLITE,
            };
            tokio::task::spawn_blocking(move || migrate_sqlite(&path, shown, source))
                .await
                .expect("a migration does not panic")
        }
        DbUrl::Mysql(mysql) => {
            let source = match set {
                Set::Core => CORE_MYSQL,
                Set::Tenant => TENANT_MYSQL,
            };
            migrate_mysql(mysql.as_str(), url.to_string(), source).await
        }
    }
}

fn migrate_sqlite(
    path: &str,
    url: String,
    source: EmbeddedMigrations,
) -> Result<Vec<String>, MigrateError> {
    use diesel::connection::SimpleConnection as _;

    if let Err(err) = private::keep_database(Path::new(path)) {
        tracing::warn!(error = %err, database = url, "others may be able to read the database");
    }
    let mut conn = SqliteConnection::establish(path).map_err(|source| MigrateError::Connect {
        url: url.clone(),
        source,
    })?;
    let failed = |reason: String| MigrateError::Failed {
        url: url.clone(),
        reason,
    };
    conn.batch_execute("PRAGMA busy_timeout = 60000; PRAGMA journal_mode = WAL;")
        .map_err(|err| failed(err.to_string()))?;
    run(&mut conn, source).map_err(failed)
}

async fn migrate_mysql(
    mysql: &str,
    url: String,
    source: EmbeddedMigrations,
) -> Result<Vec<String>, MigrateError> {
    let mut conn = MysqlConn::establish(mysql)
        .await
        .map_err(|source| MigrateError::Connect {
            url: url.clone(),
            source,
        })?;
    let lock = diesel::select(get_lock(
        diesel::dsl::sql::<sql_types::Text>("CONCAT('portico.migrate.', DATABASE())"),
        LOCK_WAIT_S,
    ));
    match lock.get_result::<Option<i32>>(&mut conn).await {
        Ok(Some(1)) => {}
        Ok(_) => return Err(MigrateError::Locked { url }),
        Err(err) => {
            return Err(MigrateError::Failed {
                url,
                reason: err.to_string(),
            });
        }
    }
    conn.batch_execute("SET time_zone = '+00:00'")
        .await
        .map_err(|err| MigrateError::Failed {
            url: url.clone(),
            reason: err.to_string(),
        })?;

    // The lock belongs to the connection and goes with it.
    let mut harness = AsyncMigrationHarness::new(conn);
    tokio::task::block_in_place(|| run(&mut harness, source))
        .map_err(|reason| MigrateError::Failed { url, reason })
}

fn run<DB: diesel::backend::Backend>(
    harness: &mut impl MigrationHarness<DB>,
    source: EmbeddedMigrations,
) -> Result<Vec<String>, String>
where
    EmbeddedMigrations: MigrationSource<DB>,
{
    let pending = harness
        .pending_migrations(source)
        .map_err(|err| err.to_string())?;
    let mut applied = Vec::new();
    for migration in pending {
        let version: MigrationVersion<'_> = harness
            .run_migration(&migration)
            .map_err(|err| format!("{}: {err}", migration.name()))?;
        applied.push(version.to_string());
    }
    Ok(applied)
}

#[diesel::declare_sql_function]
extern "SQL" {
    fn get_lock(
        name: sql_types::Text,
        wait_s: sql_types::Integer,
    ) -> sql_types::Nullable<sql_types::Integer>;
}
