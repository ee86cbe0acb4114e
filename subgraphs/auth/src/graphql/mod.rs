//! The API of this subgraph, a file for each part of it.

mod account;
mod activity;
mod input;
mod payload;
mod session;
mod token;
mod user;

use async_graphql::MergedObject;

/// Entry points for reading.
#[derive(MergedObject, Default)]
pub struct Query(
    session::SessionQuery,
    token::TokenQuery,
    activity::ActivityQuery,
    user::UserQuery,
);

/// Entry points for changing.
#[derive(MergedObject, Default)]
pub struct Mutation(
    account::AccountMutation,
    session::SessionMutation,
    token::TokenMutation,
);
