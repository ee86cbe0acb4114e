//! Pools of connections, bounded, and the settings that every connection gets.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use diesel::{ConnectionError, ConnectionResult};
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, PoolError, PoolableConnection, RecyclingMethod,
};
use diesel_async::{AsyncConnection as _, SimpleAsyncConnection as _};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use tokio::sync::{Notify, watch};
use url::Url;

use super::conn::{Arm, Conn, Held, MysqlConn, SqliteConn};

/// How long a caller waits for a connection before the request fails.
const WAIT_MAX: Duration = Duration::from_secs(10);

type Pool<C> = bb8::Pool<AsyncDieselConnectionManager<C>>;

/// Which of the two databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// A file, in this process.
    Sqlite,
    /// A MySQL or MariaDB server.
    Mysql,
}

/// Where a database is. Its `Display` and `Debug` never show a password.
#[derive(Clone, PartialEq, Eq)]
pub enum DbUrl {
    /// Path of a SQLite file.
    Sqlite(PathBuf),
    /// `mysql://user:password@host:port/name`.
    Mysql(Url),
}

/// Why a text is no database URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a database URL: expected `sqlite:PATH` or `mysql://USER:PASSWORD@HOST:PORT/NAME`")]
pub struct InvalidUrl;

/// No connection could be had.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The database cannot be reached or refuses us.
    #[error("cannot connect to the database {url}")]
    Refused {
        /// Where, without a password.
        url: String,
        /// What the driver says.
        source: Arc<PoolError>,
    },
    /// All connections stayed busy.
    #[error("no database connection became free within {} s", WAIT_MAX.as_secs())]
    Busy,
}

impl crate::Coded for ConnectError {
    fn code(&self) -> crate::Code {
        crate::Code::Internal
    }
}

/// How many connections a pool may open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolSize {
    /// Readers on SQLite (writers are always one), all connections on MySQL.
    pub connections_max: u32,
}

/// A database, through pools that connect when first used.
#[derive(Clone)]
pub struct Db {
    pools: Pools,
    url: DbUrl,
    committed: Arc<Notify>,
    failures: Failures,
}

#[derive(Clone)]
enum Pools {
    Sqlite {
        writer: Pool<SqliteConn>,
        readers: Pool<SqliteConn>,
    },
    Mysql(Pool<MysqlConn>),
}

impl Db {
    /// Prepares the pools; connections are made when they are needed.
    pub fn new(url: DbUrl, size: PoolSize) -> Self {
        let failures = Failures(watch::Sender::new(None));
        let most = size.connections_max;
        let pools = match &url {
            DbUrl::Sqlite(path) => Pools::Sqlite {
                writer: pool(path.to_string_lossy(), 1, open_sqlite, &failures),
                readers: pool(path.to_string_lossy(), most, open_sqlite, &failures),
            },
            DbUrl::Mysql(url) => Pools::Mysql(pool(url.as_str(), most, open_mysql, &failures)),
        };
        Self {
            pools,
            url,
            committed: Arc::new(Notify::new()),
            failures,
        }
    }

    /// A connection that only reads. On SQLite it sees the last commit and waits for no writer.
    pub async fn read(&self) -> Result<Conn, ConnectError> {
        let arm = match &self.pools {
            Pools::Sqlite { readers, .. } => Arm::Sqlite(Held::new(self.take(readers).await?)),
            Pools::Mysql(pool) => Arm::Mysql(Held::new(self.take(pool).await?)),
        };
        Ok(Conn::new(arm, self.committed.clone()))
    }

    /// A connection that may write. SQLite has one; the others wait for it.
    pub async fn write(&self) -> Result<Conn, ConnectError> {
        let arm = match &self.pools {
            Pools::Sqlite { writer, .. } => Arm::Sqlite(Held::new(self.take(writer).await?)),
            Pools::Mysql(pool) => Arm::Mysql(Held::new(self.take(pool).await?)),
        };
        Ok(Conn::new(arm, self.committed.clone()))
    }

    /// Which database this is.
    pub fn backend(&self) -> Backend {
        match self.pools {
            Pools::Sqlite { .. } => Backend::Sqlite,
            Pools::Mysql(_) => Backend::Mysql,
        }
    }

    /// Whether no connection is in use.
    pub fn is_idle(&self) -> bool {
        let idle = |state: bb8::State| state.connections == state.idle_connections;
        match &self.pools {
            Pools::Sqlite { writer, readers } => idle(writer.state()) && idle(readers.state()),
            Pools::Mysql(pool) => idle(pool.state()),
        }
    }

    /// Where this database is.
    pub fn url(&self) -> &DbUrl {
        &self.url
    }

    /// Woken when a transaction that recorded events has been committed in this process.
    pub(crate) fn committed(&self) -> &Notify {
        &self.committed
    }

    async fn take<C>(&self, pool: &Pool<C>) -> Result<super::conn::Pooled<C>, ConnectError>
    where
        AsyncDieselConnectionManager<C>: bb8::ManageConnection<Connection = C, Error = PoolError>,
        C: PoolableConnection + 'static,
    {
        let refused = |source| ConnectError::Refused {
            url: self.url.to_string(),
            source,
        };
        let mut failures = self.failures.0.subscribe();
        tokio::select! {
            biased;
            taken = pool.get_owned() => taken.map_err(|err| match err {
                bb8::RunError::TimedOut => ConnectError::Busy,
                bb8::RunError::User(source) => refused(Arc::new(source)),
            }),
            // The pool itself would go on trying until the time is over.
            Ok(()) = failures.changed() => {
                let failure = failures.borrow().clone();
                Err(failure.map_or(ConnectError::Busy, refused))
            }
        }
    }
}

/// Where a pool reports that it could not connect.
#[derive(Debug, Clone)]
struct Failures(watch::Sender<Option<Arc<PoolError>>>);

impl bb8::ErrorSink<PoolError> for Failures {
    fn sink(&self, err: PoolError) {
        self.0.send_replace(Some(Arc::new(err)));
    }

    fn boxed_clone(&self) -> Box<dyn bb8::ErrorSink<PoolError>> {
        Box::new(self.clone())
    }
}

fn pool<C>(
    url: impl Into<String>,
    connections_max: u32,
    open: fn(&str) -> BoxFuture<'_, ConnectionResult<C>>,
    failures: &Failures,
) -> Pool<C>
where
    AsyncDieselConnectionManager<C>: bb8::ManageConnection<Connection = C, Error = PoolError>,
    C: PoolableConnection + 'static,
{
    let mut config = ManagerConfig::<C>::default();
    // A broken connection shows itself at its first query; a ping before each would cost a round trip.
    config.recycling_method = RecyclingMethod::Fast;
    config.custom_setup = Box::new(move |url| {
        let url = url.to_owned();
        async move { open(&url).await }.boxed()
    });
    bb8::Pool::builder()
        .max_size(connections_max)
        .connection_timeout(WAIT_MAX)
        .idle_timeout(Some(Duration::from_secs(300)))
        .test_on_check_out(false)
        .retry_connection(false)
        .error_sink(Box::new(failures.clone()))
        .build_unchecked(AsyncDieselConnectionManager::new_with_config(url, config))
}

fn open_sqlite(path: &str) -> BoxFuture<'_, ConnectionResult<SqliteConn>> {
    async move {
        let mut conn = SqliteConn::establish(path).await?;
        conn.batch_execute(
            "PRAGMA busy_timeout = 5000;
             PRAGMA journal_mode = WAL;
             PRAGMA synchronous = NORMAL;
             PRAGMA foreign_keys = ON;
             PRAGMA temp_store = MEMORY;",
        )
        .await
        .map_err(ConnectionError::CouldntSetupConfiguration)?;
        Ok(conn)
    }
    .boxed()
}

fn open_mysql(url: &str) -> BoxFuture<'_, ConnectionResult<MysqlConn>> {
    async move {
        let mut conn = MysqlConn::establish(url).await?;
        conn.batch_execute(
            "SET time_zone = '+00:00',
                 sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION';
             SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
        )
        .await
        .map_err(ConnectionError::CouldntSetupConfiguration)?;
        Ok(conn)
    }
    .boxed()
}

impl DbUrl {
    /// The file's directory, which must exist before the file can.
    pub fn directory(&self) -> Option<&Path> {
        match self {
            Self::Sqlite(path) => path.parent(),
            Self::Mysql(_) => None,
        }
    }
}

impl FromStr for DbUrl {
    type Err = InvalidUrl;

    fn from_str(text: &str) -> Result<Self, InvalidUrl> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.trim_start_matches("//");
            return if path.is_empty() {
                Err(InvalidUrl)
            } else {
                Ok(Self::Sqlite(path.into()))
            };
        }
        let url = Url::parse(text).map_err(|_| InvalidUrl)?;
        let complete = url.scheme() == "mysql" && url.host_str().is_some() && url.path().len() > 1;
        if complete {
            Ok(Self::Mysql(url))
        } else {
            Err(InvalidUrl)
        }
    }
}

impl fmt::Display for DbUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Mysql(url) => {
                let (host, port) = (url.host_str().unwrap_or("?"), url.port().unwrap_or(3306));
                write!(f, "mysql://{host}:{port}{}", url.path())
            }
        }
    }
}

impl fmt::Debug for DbUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
