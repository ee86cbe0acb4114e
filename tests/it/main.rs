//! End-to-end journeys through the real binary, on every database.

mod api_keys;
mod compose;
mod contract;
mod cookies;
mod crash;
mod description;
mod diff;
mod github;
mod graphiql;
mod invitations;
mod isolation;
mod journey;
mod letters;
mod members;
mod oauth;
mod operating;
mod operations;
mod people;
mod refusals;
mod revocation;
mod roles;
mod startup;
mod totp;
mod tour;
