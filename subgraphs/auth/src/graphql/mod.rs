//! The API of this subgraph, a file for each part of it.

mod account;
mod email;
mod input;
mod password;
mod payload;
mod session;

use async_graphql::MergedObject;

/// Entry points for reading.
#[derive(MergedObject, Default)]
pub struct Query(session::SessionQuery);

/// Entry points for changing.
#[derive(MergedObject, Default)]
pub struct Mutation(
    account::AccountMutation,
    session::SessionMutation,
    email::EmailMutation,
    password::PasswordMutation,
);
