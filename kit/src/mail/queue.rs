//! The letters that wait to be sent.

use chrono::NaiveDateTime;
use diesel::mysql::Mysql;
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use diesel_async::RunQueryDsl;

use super::tables::mails;
use super::{Mail, MailId};
use crate::secret::SecretError;
use crate::{App, Conn, on};

/// Queues a letter, in the caller's transaction.
pub async fn queue(conn: &mut Conn, app: &App, mail: &Mail) -> QueryResult<MailId> {
    let (id, now) = (MailId::new(), app.clock.now_utc());
    let letter = serde_json::to_vec(mail).expect("a letter is plain text");
    let row = (
        mails::id.eq(id),
        mails::sealed.eq(app.key.seal(&context(id), &letter)),
        mails::attempts.eq(0),
        mails::due_at.eq(now),
        mails::created_at.eq(now),
    );
    on!(conn, |c| {
        diesel::insert_into(mails::table)
            .values(row)
            .execute(c)
            .await
    })?;
    Ok(id)
}

/// A letter that may be claimed.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = mails, check_for_backend(Sqlite, Mysql))]
pub(super) struct Due {
    id: MailId,
    sealed: String,
    attempts: i32,
    created_at: NaiveDateTime,
}

/// A letter that is this process's to send.
#[derive(Debug)]
pub(super) struct Claimed {
    pub(super) id: MailId,
    /// This one included.
    pub(super) attempts: i32,
    pub(super) created_at: NaiveDateTime,
    sealed: String,
}

impl Claimed {
    pub(super) fn open(&self, app: &App) -> Result<Mail, SecretError> {
        let opened = app.key.open(&context(self.id), &self.sealed)?;
        serde_json::from_slice(&opened).map_err(|_| SecretError::Corrupt)
    }
}

/// The letters whose time has come, the longest waiting first.
pub(super) async fn due(conn: &mut Conn, now: NaiveDateTime, most: i64) -> QueryResult<Vec<Due>> {
    on!(conn, |c| {
        mails::table
            .filter(mails::due_at.le(now))
            .order(mails::due_at)
            .limit(most)
            .select(Due::as_select())
            .load(c)
            .await
    })
}

/// Takes a letter, unless somebody else took it since it was looked at: each claim counts an
/// attempt, so the count tells.
pub(super) async fn claim(
    conn: &mut Conn,
    due: Due,
    until: NaiveDateTime,
) -> QueryResult<Option<Claimed>> {
    let attempts = due.attempts + 1;
    let claimed = on!(conn, |c| {
        let row = mails::table
            .find(due.id)
            .filter(mails::attempts.eq(due.attempts));
        diesel::update(row)
            .set((mails::attempts.eq(attempts), mails::due_at.eq(until)))
            .execute(c)
            .await
    })?;
    Ok((claimed == 1).then_some(Claimed {
        id: due.id,
        attempts,
        created_at: due.created_at,
        sealed: due.sealed,
    }))
}

/// Removes a letter that was sent or given up.
pub(super) async fn remove(conn: &mut Conn, letter: &Claimed) -> QueryResult<()> {
    on!(conn, |c| {
        diesel::delete(mails::table.find(letter.id))
            .execute(c)
            .await
    })?;
    Ok(())
}

/// Lets a letter wait for its next attempt.
pub(super) async fn put_back(
    conn: &mut Conn,
    letter: &Claimed,
    due_at: NaiveDateTime,
) -> QueryResult<()> {
    on!(conn, |c| {
        let row = mails::table
            .find(letter.id)
            .filter(mails::attempts.eq(letter.attempts));
        diesel::update(row)
            .set(mails::due_at.eq(due_at))
            .execute(c)
            .await
    })?;
    Ok(())
}

fn context(id: MailId) -> String {
    format!("mails/{id}")
}
