//! The engine against a small federated shop, one module per feature.

mod graph;
mod keys;
