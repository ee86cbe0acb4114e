//! Placeholder.
pub mod compose;
