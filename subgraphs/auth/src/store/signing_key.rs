//! The keys that sign access tokens.

use chrono::NaiveDateTime;
use diesel::mysql::Mysql;
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use diesel_async::RunQueryDsl;
use kit::db::violates_unique;
use kit::{Conn, on};

use crate::tables::signing_keys;

/// In the column `signing`, which is unique: so there is one such key at most.
const SIGNS: i16 = 1;
/// The same for the key that will sign.
const NEXT: i16 = 2;

/// Where a key is in its life.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = signing_keys, check_for_backend(Sqlite, Mysql))]
pub(crate) struct Stage {
    pub(crate) kid: String,
    signing: Option<i16>,
    pub(crate) created_at: NaiveDateTime,
    pub(crate) signs_from: Option<NaiveDateTime>,
    pub(crate) retired_at: Option<NaiveDateTime>,
}

impl Stage {
    pub(crate) fn signs(&self) -> bool {
        self.signing == Some(SIGNS)
    }

    pub(crate) fn is_next(&self) -> bool {
        self.signing == Some(NEXT)
    }

    /// Every key, oldest first.
    pub(crate) async fn list(conn: &mut Conn) -> QueryResult<Vec<Self>> {
        on!(conn, |c| {
            signing_keys::table
                .order(signing_keys::created_at.asc())
                .select(Self::as_select())
                .load(c)
                .await
        })
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = signing_keys, check_for_backend(Sqlite, Mysql))]
pub(crate) struct SigningKey {
    pub(crate) kid: String,
    pub(crate) public: String,
    pub(crate) private: String,
}

impl SigningKey {
    /// The key that signs now.
    pub(crate) async fn current(conn: &mut Conn) -> QueryResult<Option<Self>> {
        on!(conn, |c| {
            signing_keys::table
                .filter(signing_keys::signing.eq(SIGNS))
                .select(Self::as_select())
                .first(c)
                .await
                .optional()
        })
    }

    /// Makes this the key that signs, unless there is one already.
    pub(crate) async fn insert_first(
        &self,
        conn: &mut Conn,
        now: NaiveDateTime,
    ) -> QueryResult<()> {
        self.insert(conn, SIGNS, now, now).await
    }

    /// Publishes this key, to sign from a time on, unless there is such a one already.
    pub(crate) async fn insert_next(
        &self,
        conn: &mut Conn,
        signs_from: NaiveDateTime,
        now: NaiveDateTime,
    ) -> QueryResult<()> {
        self.insert(conn, NEXT, signs_from, now).await
    }

    async fn insert(
        &self,
        conn: &mut Conn,
        signing: i16,
        signs_from: NaiveDateTime,
        now: NaiveDateTime,
    ) -> QueryResult<()> {
        let row = (
            signing_keys::kid.eq(&self.kid),
            signing_keys::signing.eq(signing),
            signing_keys::public.eq(&self.public),
            signing_keys::private.eq(&self.private),
            signing_keys::created_at.eq(now),
            signing_keys::signs_from.eq(signs_from),
        );
        let inserted = on!(conn, |c| {
            diesel::insert_into(signing_keys::table)
                .values(row)
                .execute(c)
                .await
        });
        match inserted {
            Err(err) if violates_unique(&err, "signing_keys", &["signing"]) => Ok(()),
            other => other.map(drop),
        }
    }
}

/// Lets the next key sign in the place of the one that does. Of any number who do so at once, one
/// succeeds; the caller's transaction must be rolled back for the others.
pub(crate) async fn promote(
    conn: &mut Conn,
    current: &str,
    next: &str,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let retired = on!(conn, |c| {
        let row = signing_keys::table.find(current);
        diesel::update(row.filter(signing_keys::signing.eq(SIGNS)))
            .set((
                signing_keys::signing.eq(None::<i16>),
                signing_keys::retired_at.eq(now),
            ))
            .execute(c)
            .await
    })?;
    if retired == 0 {
        return Ok(false);
    }
    let promoted = on!(conn, |c| {
        let row = signing_keys::table.find(next);
        diesel::update(row.filter(signing_keys::signing.eq(NEXT)))
            .set((
                signing_keys::signing.eq(SIGNS),
                signing_keys::signs_from.eq(now),
            ))
            .execute(c)
            .await
    })?;
    Ok(promoted == 1)
}

/// Removes the keys that were retired before a time: they verify nothing any more.
pub(crate) async fn remove_retired(conn: &mut Conn, before: NaiveDateTime) -> QueryResult<usize> {
    on!(conn, |c| {
        let retired = signing_keys::table.filter(signing_keys::signing.is_null());
        diesel::delete(retired.filter(signing_keys::retired_at.le(before)))
            .execute(c)
            .await
    })
}

/// Id and public half of every key that may have signed a token that is still valid.
pub(crate) async fn list_public(conn: &mut Conn) -> QueryResult<Vec<(String, String)>> {
    on!(conn, |c| {
        signing_keys::table
            .order(signing_keys::created_at.asc())
            .select((signing_keys::kid, signing_keys::public))
            .load(c)
            .await
    })
}

/// The sealed half of every key.
pub(crate) async fn list_private(conn: &mut Conn) -> QueryResult<Vec<String>> {
    on!(conn, |c| {
        signing_keys::table
            .select(signing_keys::private)
            .load(c)
            .await
    })
}
