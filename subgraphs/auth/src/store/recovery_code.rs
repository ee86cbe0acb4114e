//! Recovery codes, by digest.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kit::id::UserId;
use kit::{Conn, insert_all, on};

use crate::tables::recovery_codes as rows;

#[derive(Insertable)]
#[diesel(table_name = rows)]
struct NewCode {
    account_id: UserId,
    digest: String,
}

/// Keeps these in the place of those before, in the caller's transaction.
pub(crate) async fn replace(
    conn: &mut Conn,
    account: UserId,
    digests: Vec<String>,
) -> QueryResult<()> {
    remove(conn, account).await?;
    let codes = digests
        .into_iter()
        .map(|digest| NewCode {
            account_id: account,
            digest,
        })
        .collect::<Vec<_>>();
    insert_all!(conn, rows::table, codes)?;
    Ok(())
}

/// Uses one. Of any number that come at once, one succeeds.
pub(crate) async fn spend(
    conn: &mut Conn,
    account: UserId,
    digest: &str,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let spent = on!(conn, |c| {
        diesel::update(rows::table.find((account, digest)))
            .filter(rows::used_at.is_null())
            .set(rows::used_at.eq(now))
            .execute(c)
            .await
    })?;
    Ok(spent == 1)
}

/// How many an account has left.
pub(crate) async fn count(conn: &mut Conn, account: UserId) -> QueryResult<i64> {
    on!(conn, |c| {
        rows::table
            .filter(rows::account_id.eq(account))
            .filter(rows::used_at.is_null())
            .count()
            .get_result(c)
            .await
    })
}

/// Removes all of an account's.
pub(crate) async fn remove(conn: &mut Conn, account: UserId) -> QueryResult<()> {
    on!(conn, |c| {
        diesel::delete(rows::table.filter(rows::account_id.eq(account)))
            .execute(c)
            .await
    })?;
    Ok(())
}
