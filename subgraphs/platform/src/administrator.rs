//! Who administers the platform.

use diesel::QueryResult;
use kit::Conn;
use kit::clock::Clock;
use kit::event::Handler;
use kit::id::UserId;
use serde::Deserialize;

use crate::store;

/// As much of `user.deleted` as is needed here.
#[derive(Deserialize)]
struct UserDeleted {
    user_id: UserId,
}

/// Forgets administrators who have no account any more.
pub(crate) fn keep() -> Handler {
    Handler::new(
        "platform.administrators",
        &["user.deleted"],
        |conn, event| {
            Box::pin(async move {
                let deleted = UserDeleted::deserialize(&event.data)?;
                store::delete(conn, deleted.user_id).await?;
                Ok(())
            })
        },
    )
}

/// Makes a user an administrator of the platform.
pub async fn appoint(conn: &mut Conn, clock: &Clock, user: UserId) -> QueryResult<()> {
    store::insert(conn, user, clock.now_utc()).await.map(drop)
}

/// What a user may do on the platform as a whole, to be added to the grants of a tenant's role.
///
/// Everybody else is denied it: an owner may do everything in the tenant, and the platform is not
/// in it.
pub async fn grants(conn: &mut Conn, user: UserId) -> QueryResult<[&'static str; 2]> {
    match store::exists(conn, user).await? {
        true => Ok(["platform:*", "platform.*:*"]),
        false => Ok(["!platform:*", "!platform.*:*"]),
    }
}
