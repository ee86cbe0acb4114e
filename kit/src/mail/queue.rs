//! The letters that wait to be sent.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::tables::mails;
use super::{Mail, MailId};
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

fn context(id: MailId) -> String {
    format!("mails/{id}")
}
