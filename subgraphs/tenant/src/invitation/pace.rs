//! How many letters go out within an hour: for a tenant, and to one address whoever writes to it, so
//! that nobody sends their advertisements or their malice through us.

use chrono::{NaiveDateTime, TimeDelta};
use kit::Conn;

use super::token::digest;
use crate::error::TenantError;
use crate::store::Invitation;
use crate::store::letters::{self, Window};

const OF_TENANT: Window = Window {
    most: 60,
    length: TimeDelta::hours(1),
};
const TO_ADDRESS: Window = Window {
    most: 10,
    length: TimeDelta::hours(1),
};

/// Makes the counts. Before the transaction in which a letter is counted.
pub(super) async fn prepare(
    conn: &mut Conn,
    invitation: &Invitation,
    now: NaiveDateTime,
) -> Result<(), TenantError> {
    letters::prepare(conn, &of_tenant(invitation), now).await?;
    Ok(letters::prepare(conn, &to_address(invitation), now).await?)
}

/// Counts one more letter, in the transaction that queues it.
pub(super) async fn step(
    conn: &mut Conn,
    invitation: &Invitation,
    now: NaiveDateTime,
) -> Result<(), TenantError> {
    if !letters::step(conn, &of_tenant(invitation), OF_TENANT, now).await? {
        return Err(TenantError::TooManyLetters);
    }
    match letters::step(conn, &to_address(invitation), TO_ADDRESS, now).await? {
        true => Ok(()),
        false => Err(TenantError::TooManyLettersToAddress),
    }
}

fn of_tenant(invitation: &Invitation) -> String {
    format!("tenant/{}", invitation.tenant_id)
}

fn to_address(invitation: &Invitation) -> String {
    format!("address/{}", digest(&invitation.email_key))
}
