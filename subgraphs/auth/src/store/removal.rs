//! Removing all that is kept of an account.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kit::id::UserId;
use kit::{Conn, on};

use super::api_key::Owner;
use crate::tables::{
    account_identities, account_tenants, accounts, api_key_owners, api_keys, auth_activities,
    auth_tickets, recovery_codes, refresh_tokens, second_factors, sessions,
};

/// Removes the account and everything that belongs to it. Its entries in the record stay, without
/// what tells where its user was.
pub(crate) async fn remove(conn: &mut Conn, user: UserId) -> QueryResult<()> {
    let owner = Owner::User(user).id();
    on!(conn, |c| {
        let own = sessions::table.filter(sessions::account_id.eq(user));
        let ids: Vec<kit::id::SessionId> = own.select(sessions::id).load(c).await?;
        let tokens = refresh_tokens::table.filter(refresh_tokens::session_id.eq_any(ids));
        diesel::delete(tokens).execute(c).await?;
        diesel::delete(own).execute(c).await?;
        diesel::delete(auth_tickets::table.filter(auth_tickets::account_id.eq(user)))
            .execute(c)
            .await?;
        diesel::delete(second_factors::table.find(user))
            .execute(c)
            .await?;
        diesel::delete(recovery_codes::table.filter(recovery_codes::account_id.eq(user)))
            .execute(c)
            .await?;
        diesel::delete(api_keys::table.filter(api_keys::owner.eq(&owner)))
            .execute(c)
            .await?;
        diesel::delete(api_key_owners::table.find(&owner))
            .execute(c)
            .await?;
        diesel::delete(account_identities::table.filter(account_identities::account_id.eq(user)))
            .execute(c)
            .await?;
        diesel::delete(account_tenants::table.filter(account_tenants::account_id.eq(user)))
            .execute(c)
            .await?;
        diesel::update(auth_activities::table.filter(auth_activities::account_id.eq(user)))
            .set((
                auth_activities::address.eq(None::<String>),
                auth_activities::agent.eq(None::<String>),
            ))
            .execute(c)
            .await?;
        diesel::delete(accounts::table.find(user)).execute(c).await
    })?;
    Ok(())
}
