//! One connection, of either database.

use std::sync::Arc;

use diesel::SqliteConnection;
use diesel::connection::AnsiTransactionManager;
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, PoolableConnection};
use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
use diesel_async::{AsyncConnection, AsyncMysqlConnection, TransactionManager};
use tokio::sync::Notify;

use crate::on;

/// SQLite's connection, as diesel-async wraps it.
pub type SqliteConn = SyncConnectionWrapper<SqliteConnection>;
/// MySQL's connection.
pub type MysqlConn = AsyncMysqlConnection;

pub(super) type Pooled<C> = bb8::PooledConnection<'static, AsyncDieselConnectionManager<C>>;

/// A pooled connection. Dropped inside a transaction, it is closed instead of reused.
pub struct Conn {
    arm: Arm,
    depth: u32,
    events: EventMark,
}

/// The two kinds of connection; only [`on!`](crate::on) needs to tell them apart.
pub enum Arm {
    /// A SQLite file.
    Sqlite(Held<SqliteConn>),
    /// A MySQL or MariaDB server.
    Mysql(Held<MysqlConn>),
}

/// A connection on loan from its pool. One whose query was abandoned halfway (a client that hung up,
/// a time limit) is closed when it goes back: its next user would read the rest of the answer.
pub struct Held<C: PoolableConnection + 'static>
where
    AsyncDieselConnectionManager<C>: bb8::ManageConnection<Connection = C>,
{
    pooled: Pooled<C>,
    in_flight: bool,
}

impl<C: PoolableConnection + 'static> Held<C>
where
    AsyncDieselConnectionManager<C>: bb8::ManageConnection<Connection = C>,
{
    pub(super) fn new(pooled: Pooled<C>) -> Self {
        Self {
            pooled,
            in_flight: false,
        }
    }

    /// The connection, for one statement; [`finish`](Self::finish) must follow when it is done.
    pub fn begin(&mut self) -> &mut C {
        self.in_flight = true;
        &mut self.pooled
    }

    /// The statement came to its end, well or badly.
    pub fn finish(&mut self) {
        self.in_flight = false;
    }
}

impl<C: PoolableConnection + 'static> Drop for Held<C>
where
    AsyncDieselConnectionManager<C>: bb8::ManageConnection<Connection = C>,
{
    fn drop(&mut self) {
        if self.in_flight {
            Manager::<C>::transaction_manager_status_mut(&mut self.pooled).set_in_error();
        }
    }
}

/// Remembers that the open transaction records events, so that its commit can wake the relay.
struct EventMark {
    pending: bool,
    committed: Arc<Notify>,
}

impl Conn {
    pub(super) fn new(arm: Arm, committed: Arc<Notify>) -> Self {
        Self {
            arm,
            depth: 0,
            events: EventMark {
                pending: false,
                committed,
            },
        }
    }

    /// The kind of connection, for [`on!`](crate::on).
    pub fn arm(&mut self) -> &mut Arm {
        &mut self.arm
    }

    /// Whether this is MySQL, for the few statements that the two spell differently.
    pub fn is_mysql(&self) -> bool {
        matches!(self.arm, Arm::Mysql(_))
    }

    /// Runs `f` in a transaction: committed if it returns `Ok`, rolled back otherwise. Nested calls
    /// are savepoints.
    pub async fn transaction<T, E>(
        &mut self,
        f: impl AsyncFnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E>
    where
        E: From<diesel::result::Error>,
    {
        self.begin().await?;
        match f(self).await {
            Ok(value) => {
                self.commit().await?;
                Ok(value)
            }
            Err(err) => {
                self.rollback().await?;
                Err(err)
            }
        }
    }

    /// Notes that an event was recorded; the relay is woken when it is committed.
    pub(crate) fn mark_event(&mut self) {
        self.events.pending = true;
        self.wake_if_done();
    }

    async fn begin(&mut self) -> diesel::QueryResult<()> {
        let outermost = self.depth == 0;
        match &mut self.arm {
            // A deferred transaction that turns into a writer fails at once when another process
            // writes; an immediate one waits for its turn.
            Arm::Sqlite(held) if outermost => {
                let begun = held.begin().spawn_blocking(|conn| {
                    AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN IMMEDIATE")
                });
                let begun = begun.await;
                held.finish();
                begun
            }
            Arm::Sqlite(_) | Arm::Mysql(_) => on!(self, |c| begin(c).await),
        }?;
        self.depth += 1;
        Ok(())
    }

    async fn commit(&mut self) -> diesel::QueryResult<()> {
        on!(self, |c| commit(c).await)?;
        self.depth -= 1;
        self.wake_if_done();
        Ok(())
    }

    async fn rollback(&mut self) -> diesel::QueryResult<()> {
        on!(self, |c| rollback(c).await)?;
        self.depth -= 1;
        Ok(())
    }

    fn wake_if_done(&mut self) {
        if self.depth == 0 && std::mem::take(&mut self.events.pending) {
            self.events.committed.notify_waiters();
            self.events.committed.notify_one();
        }
    }
}

type Manager<C> = <C as AsyncConnection>::TransactionManager;

async fn begin<C: AsyncConnection>(conn: &mut C) -> diesel::QueryResult<()> {
    Manager::<C>::begin_transaction(conn).await
}

async fn commit<C: AsyncConnection>(conn: &mut C) -> diesel::QueryResult<()> {
    Manager::<C>::commit_transaction(conn).await
}

async fn rollback<C: AsyncConnection>(conn: &mut C) -> diesel::QueryResult<()> {
    Manager::<C>::rollback_transaction(conn).await
}

/// Runs one query text on whichever database the connection belongs to.
#[macro_export]
macro_rules! on {
    ($conn:expr, |$c:ident| $body:expr) => {
        match $crate::db::Conn::arm($conn) {
            $crate::db::Arm::Sqlite(held) => {
                let $c: &mut $crate::db::SqliteConn = held.begin();
                let answer = $body;
                held.finish();
                answer
            }
            $crate::db::Arm::Mysql(held) => {
                let $c: &mut $crate::db::MysqlConn = held.begin();
                let answer = $body;
                held.finish();
                answer
            }
        }
    };
}

/// Inserts many rows in order, with few round trips: `insert_all!(conn, endpoints::table, rows)`
/// takes a `Vec` of owned, insertable rows and returns how many there were. Call it in a
/// transaction; on MySQL it takes several statements.
///
/// diesel-async has no batch insert for SQLite, so there the rows go one by one, in one hop to the
/// thread that owns the connection. A MySQL statement must fit in one packet (16 MiB by default),
/// hence the small chunks.
#[macro_export]
macro_rules! insert_all {
    ($conn:expr, $table:expr, $rows:expr) => {{
        let rows = $rows;
        let count = rows.len();
        match $crate::db::Conn::arm($conn) {
            $crate::db::Arm::Sqlite(held) => {
                let inserted = held.begin().spawn_blocking(move |conn| {
                    for row in &rows {
                        let insert = ::diesel::insert_into($table).values(row);
                        ::diesel::RunQueryDsl::execute(insert, conn)?;
                    }
                    Ok(count)
                });
                let inserted = inserted.await;
                held.finish();
                inserted
            }
            $crate::db::Arm::Mysql(held) => {
                let mut inserted = Ok(count);
                for chunk in rows.chunks(40) {
                    let insert = ::diesel::insert_into($table).values(chunk);
                    let done = ::diesel_async::RunQueryDsl::execute(insert, held.begin()).await;
                    held.finish();
                    if let Err(err) = done {
                        inserted = Err(err);
                        break;
                    }
                }
                inserted
            }
        }
    }};
}
