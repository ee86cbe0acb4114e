//! The API of this subgraph, a file for each part of it.

mod account;
mod activity;
mod api_key;
mod email;
mod export;
mod factor;
mod input;
mod oauth;
mod password;
mod payload;
mod people;
mod session;
mod tenant;
mod token;
mod user;

use async_graphql::MergedObject;

/// Entry points for reading.
#[derive(MergedObject, Default)]
pub struct Query(
    session::SessionQuery,
    token::TokenQuery,
    activity::ActivityQuery,
    api_key::ApiKeyQuery,
    tenant::TenantQuery,
    oauth::OAuthQuery,
    user::UserQuery,
    export::ExportQuery,
);

/// Entry points for changing.
#[derive(MergedObject, Default)]
pub struct Mutation(
    account::AccountMutation,
    session::SessionMutation,
    token::TokenMutation,
    api_key::ApiKeyMutation,
    factor::FactorMutation,
    oauth::OAuthMutation,
    email::EmailMutation,
    password::PasswordMutation,
    people::PeopleMutation,
    export::ExportMutation,
);
