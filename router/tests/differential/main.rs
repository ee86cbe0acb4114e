//! Random federated graphs answer random operations like one schema over the same data.
//!
//! A graph is made from a seed (`split`), or read from `cases`; everything else follows from
//! its SDLs: what its data are (`world`), what each subgraph answers and refuses (`strict`),
//! what the whole should say (`monolith`).

mod cases;
mod compare;
mod federation;
mod graph;
mod input;
mod monolith;
mod operation;
mod planning;
mod random;
mod shrink;
mod split;
mod strict;
mod tape;
mod truth;
mod wire;
mod world;
