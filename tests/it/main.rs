//! End-to-end journeys through the real binary, on every database.

mod compose;
mod contract;
mod crash;
mod description;
mod diff;
mod github;
mod graphiql;
mod isolation;
mod journey;
mod operating;
mod refusals;
mod roles;
mod startup;
mod tour;
