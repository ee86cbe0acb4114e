//! The API of this subgraph, a file for each part of it.

mod account;
mod input;
mod oauth;
mod payload;
mod session;
mod user;

use async_graphql::MergedObject;

/// Entry points for reading.
#[derive(MergedObject, Default)]
pub struct Query(session::SessionQuery, oauth::OAuthQuery, user::UserQuery);

/// Entry points for changing.
#[derive(MergedObject, Default)]
pub struct Mutation(
    account::AccountMutation,
    session::SessionMutation,
    oauth::OAuthMutation,
);
