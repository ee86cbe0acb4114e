//! The engine against a small federated shop, one module per feature.

mod abstracts;
mod aliases;
mod budgets;
mod cache;
mod conditions;
mod equivalence;
mod errors;
mod fragments;
mod graph;
mod http;
mod interface_objects;
mod introspection;
mod keys;
mod mutations;
mod nulls;
mod outages;
mod panics;
mod provides;
mod requires;
mod serve;
mod subscriptions;
mod timeouts;
mod variables;
mod websocket;
