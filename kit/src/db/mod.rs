//! One code on two databases: SQLite for a laptop, MySQL (or MariaDB) for production.
//!
//! A [`Db`] is a pair of pools, a [`Conn`] one connection from them. Queries are written once with
//! diesel and run through [`on!`](crate::on), which picks the arm:
//!
//! ```ignore
//! on!(conn, |c| tenants::table.find(id).select(Tenant::as_select()).first(c).await.optional())
//! ```

mod conn;
mod json;
mod migrate;
mod pool;

pub use conn::{Arm, Conn, Held, MysqlConn, SqliteConn};
pub use json::Json;
pub use migrate::{MigrateError, Set, migrate};
pub use pool::{Backend, ConnectError, Db, DbUrl, InvalidUrl, PoolSize};

use diesel::result::{DatabaseErrorKind, Error};

/// Whether a query failed on the named unique constraint.
///
/// SQLite names the columns (`accounts.email`) and MySQL the index (`accounts_email`); pass the
/// table and the columns, and name the index `<table>_<column>_<column>` in the migration.
pub fn violates_unique(err: &Error, table: &str, columns: &[&str]) -> bool {
    let Error::DatabaseError(DatabaseErrorKind::UniqueViolation, info) = err else {
        return false;
    };
    let sqlite = columns
        .iter()
        .map(|column| format!("{table}.{column}"))
        .collect::<Vec<_>>();
    let mysql = format!("{table}_{}", columns.join("_"));
    let message = info.message();
    message.ends_with(&sqlite.join(", "))
        || message.contains(&format!("'{mysql}'"))
        || message.contains(&format!("{table}.{mysql}'"))
}
