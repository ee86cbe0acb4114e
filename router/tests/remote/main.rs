//! A federated graph with a subgraph behind a real socket: one that behaves, or one that does
//! its worst.

mod answers;
mod breaker;
mod flights;
mod graph;
mod headers;
mod hostile;
mod replicas;
mod retries;
mod served;
mod sockets;
mod transports;
