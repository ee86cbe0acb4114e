//! The merged data of one request.
//!
//! Objects are slots instead of maps: a plan knows beforehand every name that can stand at a
//! place of its data ([`layout`]), so merging, representing and projecting go by number. All
//! slots are in one list ([`tree`]), and values refer to others by position: what is the same
//! entity at many places is there once, however often the answer repeats it. What subgraphs
//! send as JSON is read once ([`read`]), and its leaves stay slices of the bytes that arrived;
//! what subgraphs in this process answer is taken over value by value ([`adopt`]).

pub(crate) mod adopt;
pub(crate) mod layout;
mod merge;
pub(crate) mod read;
#[cfg(test)]
pub(crate) mod sample;
pub(crate) mod tree;
pub(crate) mod write;
