//! The journeys live in `it/`.
