//! Accounts that were registered and whose addresses nobody has proven, and who gets them.

use kit::id::UserId;
use kit::{App, Conn};

use crate::error::AuthError;
use crate::store::account::Account;
use crate::store::api_key;
use crate::store::identity::Identity;
use crate::store::second_factor::SecondFactor;
use crate::store::session::Session;
use crate::ticket::{Purpose, Ticket};

const CLAIMED: &str = "address_claimed";

/// Gives an unconfirmed account to whom the address belongs: nothing that was set before opens it.
pub(crate) async fn claim(app: &App, conn: &mut Conn, account: UserId) -> Result<(), AuthError> {
    let now = app.clock.now_utc();
    Account::claim(conn, account, now).await?;
    Session::revoke_all(conn, account, None, CLAIMED, now).await?;
    SecondFactor::remove(conn, account).await?;
    api_key::revoke_all(conn, account, now).await?;
    Identity::delete_all(conn, account).await?;
    for purpose in Purpose::ALL {
        Ticket::void(app, conn, purpose, account).await?;
    }
    Ok(())
}
