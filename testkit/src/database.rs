//! A core database of one test's own, gone when the test is.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;

use diesel_async::{
    AsyncConnection as _, AsyncMysqlConnection, RunQueryDsl as _, SimpleAsyncConnection as _,
};
use kit::db::{self, Backend, Db, DbUrl, PoolSize, Set};
use kit::on;
use tempfile::TempDir;
use url::Url;

const MYSQL_URL: &str = "TESTKIT_MYSQL_URL";

/// Directories of dropped databases. A task that is still under way may open its file once more.
static DROPPED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// A fresh data directory and, on MySQL, a fresh database.
///
/// Dropping it deletes both, together with the databases and accounts of the tenants made in it.
pub struct Database {
    url: DbUrl,
    dir: TempDir,
}

impl Database {
    /// An empty database, as an operator gives one to Portico.
    pub async fn empty(backend: Backend) -> Self {
        let dir = tempfile::Builder::new()
            .prefix("portico-test-")
            .tempdir()
            .expect("a temporary directory can be made");
        let url = match backend {
            Backend::Sqlite => DbUrl::Sqlite(dir.path().join("core.sqlite")),
            Backend::Mysql => DbUrl::Mysql(create().await),
        };
        Self { url, dir }
    }

    /// A database with the tables of the core.
    pub async fn migrated(backend: Backend) -> Self {
        let database = Self::empty(backend).await;
        db::migrate(&database.url, Set::Core)
            .await
            .expect("the core migrations apply to an empty database");
        database
    }

    /// Where it is.
    pub fn url(&self) -> &DbUrl {
        &self.url
    }

    /// The same as the setting `database.url` takes it, password included.
    pub fn setting(&self) -> String {
        match &self.url {
            DbUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
            DbUrl::Mysql(url) => url.to_string(),
        }
    }

    /// Runs a statement that no operation would.
    pub async fn tamper(&self, statement: &str) {
        let db = Db::new(self.url().clone(), PoolSize { connections_max: 1 });
        let mut conn = db.write().await.expect("the database answers");
        on!(&mut conn, |c| c.batch_execute(statement).await).expect("a statement");
    }

    /// The data directory.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        DROPPED
            .lock()
            .expect("no panic while it is held")
            .push(self.dir().to_owned());
        let DbUrl::Mysql(url) = &self.url else { return };
        let url = url.clone();
        // A runtime cannot be entered from within another, and this one may be shutting down.
        let dropped = thread::spawn(move || crate::run(drop_all(&url))).join();
        if dropped.is_err() && !thread::panicking() {
            panic!("the test's database could not be dropped");
        }
    }
}

/// Deletes what has come back of dropped databases; called when their tasks have ended.
pub(crate) fn sweep() {
    for dir in DROPPED.lock().expect("no panic while it is held").iter() {
        // Almost always it is gone, which is the error that this returns.
        let _ = fs::remove_dir_all(dir);
    }
}

/// The account that may do everything on the throwaway server.
#[expect(
    clippy::disallowed_methods,
    reason = "the server's address is the test run's business, not a setting of Portico"
)]
fn server() -> Url {
    let Ok(text) = std::env::var(MYSQL_URL) else {
        panic!(
            "{MYSQL_URL} is not set: run everything with `cargo xtask test`, \
             or a part of it with `cargo xtask with-services -- cargo nextest run -p PACKAGE`"
        );
    };
    Url::parse(&text).unwrap_or_else(|error| panic!("{MYSQL_URL} is no URL: {error}"))
}

async fn create() -> Url {
    let mut url = server();
    let name = format!("test_{}", hex(kit::secret::random::<8>()));
    let mut conn = connect(&url).await;
    conn.batch_execute(&format!(
        "CREATE DATABASE `{name}` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
    ))
    .await
    .expect("the account of the test server may create databases");
    url.set_path(&name);
    url
}

/// Drops a core database, the databases of its tenants, which begin with its name, and their
/// accounts, which end it.
async fn drop_all(url: &Url) {
    let core = url.path().trim_start_matches('/');
    let mut conn = connect(&server()).await;
    let tenants: Vec<String> = diesel::dsl::sql::<diesel::sql_types::Text>(
        "SELECT schema_name FROM information_schema.schemata WHERE schema_name LIKE ",
    )
    .bind::<diesel::sql_types::Text, _>(format!("{}\\_%", core.replace('_', "\\_")))
    .load(&mut conn)
    .await
    .expect("the databases can be listed");
    for tenant in tenants {
        let account = tenant.trim_start_matches(core).trim_start_matches('_');
        let statements =
            format!("DROP DATABASE IF EXISTS `{tenant}`; DROP USER IF EXISTS '{account}'@'%'");
        conn.batch_execute(&statements)
            .await
            .expect("a tenant's database can be dropped");
    }
    conn.batch_execute(&format!("DROP DATABASE `{core}`"))
        .await
        .expect("a test's database can be dropped");
}

async fn connect(url: &Url) -> AsyncMysqlConnection {
    AsyncMysqlConnection::establish(url.as_str())
        .await
        .unwrap_or_else(|error| {
            panic!("{MYSQL_URL} names a server that cannot be reached: {error}")
        })
}

fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
