//! Each tenant's own database: a file on SQLite; a database with its own least-privileged account
//! on MySQL, whose sealed credentials are the ones that are used.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use diesel::prelude::*;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection as _};
use tokio::sync::OnceCell;
use url::Url;

use crate::db::{self, Conn, ConnectError, Db, DbUrl, MigrateError, PoolSize, Set};
use crate::id::TenantId;
use crate::on;
use crate::private;
use crate::secret::{self, MasterKey, Sealed, SecretError};

/// Tenants whose pools are kept open at once; idle ones make room, busy ones are never closed.
const OPEN_MAX: usize = 64;
const POOL: PoolSize = PoolSize { connections_max: 4 };

use tables::tenant_databases;

mod tables {
    diesel::table! {
        tenant_databases (tenant_id) {
            tenant_id -> Text,
            location -> Text,
            credentials -> Nullable<Text>,
            ready -> Bool,
        }
    }
}

/// Why a tenant's database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TenantDbError {
    /// It has not been provisioned.
    #[error("tenant {0} has no database")]
    Missing(TenantId),
    /// Too many tenants are busy at once.
    #[error("too many tenants are busy; try again in a few seconds")]
    Busy,
    /// No connection could be had.
    #[error("no connection to the database of a tenant")]
    Connection(#[from] ConnectError),
    /// A query failed.
    #[error("a query on a tenant's database failed")]
    Query(#[from] diesel::result::Error),
    /// Its schema could not be made.
    #[error("the database of a tenant could not be migrated")]
    Migrate(#[from] MigrateError),
    /// Its credentials cannot be opened.
    #[error("the credentials of a tenant's database cannot be opened")]
    Credentials(#[from] SecretError),
    /// Its directory cannot be made.
    #[error("the directory of the tenants' databases cannot be made")]
    Directory(#[from] std::io::Error),
}

impl crate::Coded for TenantDbError {
    fn code(&self) -> crate::Code {
        match self {
            Self::Busy => crate::Code::RateLimited,
            _ => crate::Code::Internal,
        }
    }
}

/// The databases of all tenants. Clones share the pools.
#[derive(Clone)]
pub struct TenantDbs {
    core: Db,
    directory: PathBuf,
    key: MasterKey,
    open: Arc<Mutex<HashMap<TenantId, Entry>>>,
}

struct Entry {
    db: Arc<OnceCell<Db>>,
    used: Instant,
}

impl TenantDbs {
    /// Tenant databases beside this core database; SQLite files go to `directory`.
    pub fn new(core: Db, directory: PathBuf, key: MasterKey) -> Self {
        Self {
            core,
            directory,
            key,
            open: Arc::default(),
        }
    }

    /// A connection that only reads one tenant's rows.
    pub async fn read(&self, tenant: TenantId) -> Result<Conn, TenantDbError> {
        Ok(self.db(tenant).await?.read().await?)
    }

    /// A connection that may write one tenant's rows.
    pub async fn write(&self, tenant: TenantId) -> Result<Conn, TenantDbError> {
        Ok(self.db(tenant).await?.write().await?)
    }

    /// Makes a tenant's database and brings it up to date. May be repeated after any failure: what
    /// is there is kept.
    pub async fn provision(&self, tenant: TenantId) -> Result<(), TenantDbError> {
        match self.core.url().clone() {
            DbUrl::Sqlite(_) => self.provision_sqlite(tenant).await?,
            DbUrl::Mysql(url) => self.provision_mysql(tenant, &url).await?,
        }
        let mut conn = self.core.write().await?;
        on!(&mut conn, |c| {
            diesel::update(tenant_databases::table.find(tenant))
                .set(tenant_databases::ready.eq(true))
                .execute(c)
                .await
        })?;
        Ok(())
    }

    /// Brings every provisioned database up to date, one after the other.
    pub async fn migrate_all(&self) -> Result<usize, TenantDbError> {
        let mut conn = self.core.read().await?;
        let tenants = on!(&mut conn, |c| {
            tenant_databases::table
                .filter(tenant_databases::ready.eq(true))
                .select((tenant_databases::tenant_id, tenant_databases::location))
                .load::<(TenantId, String)>(c)
                .await
        })?;
        drop(conn);
        for (_, location) in &tenants {
            db::migrate(&self.admin_url(location), Set::Tenant).await?;
        }
        Ok(tenants.len())
    }

    async fn db(&self, tenant: TenantId) -> Result<Db, TenantDbError> {
        let cell = self.entry(tenant)?;
        cell.get_or_try_init(|| self.open(tenant)).await.cloned()
    }

    fn entry(&self, tenant: TenantId) -> Result<Arc<OnceCell<Db>>, TenantDbError> {
        let mut open = self.open.lock().expect("no panic while it is held");
        if !open.contains_key(&tenant) && open.len() >= OPEN_MAX {
            let idle = open
                .iter()
                .filter(|(_, entry)| Arc::strong_count(&entry.db) == 1)
                .filter(|(_, entry)| entry.db.get().is_none_or(Db::is_idle))
                .min_by_key(|(_, entry)| entry.used)
                .map(|(&tenant, _)| tenant)
                .ok_or(TenantDbError::Busy)?;
            open.remove(&idle);
        }
        let entry = open.entry(tenant).or_insert_with(|| Entry {
            db: Arc::default(),
            used: Instant::now(),
        });
        entry.used = Instant::now();
        Ok(entry.db.clone())
    }

    async fn open(&self, tenant: TenantId) -> Result<Db, TenantDbError> {
        let mut conn = self.core.read().await?;
        let (location, credentials) = find(&mut conn, tenant)
            .await?
            .filter(|row| row.ready)
            .map(|row| (row.location, row.credentials))
            .ok_or(TenantDbError::Missing(tenant))?;
        let url = match credentials {
            None => self.admin_url(&location),
            Some(sealed) => {
                let password = self.key.open(&context(tenant), &sealed)?;
                let password = String::from_utf8(password).map_err(|_| SecretError::Corrupt)?;
                self.account_url(&location, &account(tenant), &password)
            }
        };
        Ok(Db::new(url, POOL))
    }

    async fn provision_sqlite(&self, tenant: TenantId) -> Result<(), TenantDbError> {
        let directory = self.directory.clone();
        tokio::task::spawn_blocking(move || private::create_directory(&directory))
            .await
            .map_err(std::io::Error::other)??;
        let location = format!("{tenant}.sqlite");
        self.remember(tenant, &location, None).await?;
        db::migrate(&self.admin_url(&location), Set::Tenant).await?;
        Ok(())
    }

    /// DDL takes no bound values: every name here is made of `[a-z0-9_]`, by us.
    async fn provision_mysql(&self, tenant: TenantId, core: &Url) -> Result<(), TenantDbError> {
        let core_name = core.path().trim_start_matches('/');
        let suffix = tenant.to_string();
        let location = format!("{core_name}_{suffix}");
        let password = secret::random_text::<32>();
        self.remember(
            tenant,
            &location,
            Some(self.key.seal(&context(tenant), password.as_bytes())),
        )
        .await?;
        let account = account(tenant);
        let pattern = location.replace('_', "\\_");
        let mut conn = self.core.write().await?;
        on!(&mut conn, |c| {
            c.batch_execute(&format!(
                "CREATE DATABASE IF NOT EXISTS `{location}` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
                 CREATE USER IF NOT EXISTS '{account}'@'%';
                 ALTER USER '{account}'@'%' IDENTIFIED BY '{password}';
                 GRANT SELECT, INSERT, UPDATE, DELETE ON `{pattern}`.* TO '{account}'@'%';"
            ))
            .await
        })?;
        drop(conn);
        db::migrate(&self.admin_url(&location), Set::Tenant).await?;
        Ok(())
    }

    /// Writes down what is about to be made, so that a crash leaves nothing unknown behind.
    async fn remember(
        &self,
        tenant: TenantId,
        location: &str,
        credentials: Option<String>,
    ) -> Result<(), TenantDbError> {
        let mut conn = self.core.write().await?;
        let row = (
            tenant_databases::tenant_id.eq(tenant),
            tenant_databases::location.eq(location),
            tenant_databases::credentials.eq(credentials),
            tenant_databases::ready.eq(false),
        );
        on!(&mut conn, |c| {
            diesel::replace_into(tenant_databases::table)
                .values(row)
                .execute(c)
                .await
        })?;
        Ok(())
    }

    /// The tenant's database as the account that owns the schema, for migrations.
    fn admin_url(&self, location: &str) -> DbUrl {
        match self.core.url() {
            DbUrl::Sqlite(_) => DbUrl::Sqlite(self.directory.join(location)),
            DbUrl::Mysql(core) => {
                let mut url = core.clone();
                url.set_path(location);
                DbUrl::Mysql(url)
            }
        }
    }

    fn account_url(&self, location: &str, account: &str, password: &str) -> DbUrl {
        let mut url = self.admin_url(location);
        if let DbUrl::Mysql(url) = &mut url {
            url.set_username(account).expect("a mysql URL has a host");
            url.set_password(Some(password))
                .expect("a mysql URL has a host");
        }
        url
    }
}

#[derive(Queryable)]
struct Row {
    location: String,
    credentials: Option<String>,
    ready: bool,
}

async fn find(conn: &mut Conn, tenant: TenantId) -> QueryResult<Option<Row>> {
    on!(conn, |c| {
        tenant_databases::table
            .find(tenant)
            .select((
                tenant_databases::location,
                tenant_databases::credentials,
                tenant_databases::ready,
            ))
            .first(c)
            .await
            .optional()
    })
}

/// The credentials of tenants' accounts, by the master key that sealed them.
pub async fn sealed(conn: &mut Conn) -> QueryResult<Vec<Sealed>> {
    let credentials = on!(conn, |c| {
        tenant_databases::table
            .filter(tenant_databases::credentials.is_not_null())
            .select(tenant_databases::credentials.assume_not_null())
            .load::<String>(c)
            .await
    })?;
    Ok(Sealed::count(
        "credentials of tenants' databases",
        credentials,
    ))
}

/// At most 32 characters, which is MySQL's limit for an account.
fn account(tenant: TenantId) -> String {
    tenant.to_string()
}

fn context(tenant: TenantId) -> String {
    format!("tenant_databases/{tenant}")
}
