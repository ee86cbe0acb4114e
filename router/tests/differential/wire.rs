//! The same comparison with every subgraph behind a socket: written, sent, answered and read.

use std::net::TcpListener;
use std::sync::Arc;

use ::http::{Extensions, HeaderMap};
use router::compose::SubgraphSdl;
use router::{Admit, GraphQLError, Remote, RemoteOptions, ServeOptions, Subgraph, serve_subgraph};
use tokio::runtime::Runtime;

use crate::federation::Federation;
use crate::random::{Tally, try_graph_as};
use crate::strict::Strict;

/// Graphs in an ordinary run; each opens a few sockets.
const GRAPHS: u64 = 40;

struct Everybody;

impl Admit for Everybody {
    fn admit(&self, _: &HeaderMap) -> Result<Extensions, GraphQLError> {
        Ok(Extensions::new())
    }
}

#[test]
fn federation_over_http_makes_no_difference() {
    let servers = Runtime::new().expect("a runtime starts");
    let make = |seed: u64, subgraphs: &[SubgraphSdl]| {
        Federation::with(seed, subgraphs, |name, strict| {
            connect(&servers, name, strict)
        })
    };
    let mut tally = Tally::default();
    for seed in 1..=GRAPHS {
        if let Err(failure) = try_graph_as(seed, &mut tally, &make) {
            panic!("{failure}");
        }
    }
    assert!(tally.compared > 100, "too little was compared: {tally:?}");
}

/// Serves a subgraph on a port of its own, and reaches it there.
fn connect(servers: &Runtime, name: &str, strict: Strict) -> Arc<dyn Subgraph> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port is free");
    let address = listener.local_addr().expect("it has an address");
    listener
        .set_nonblocking(true)
        .expect("it can be waited for");
    let options = ServeOptions::default();
    let served = serve_subgraph(name, Arc::new(strict), Arc::new(Everybody), options);
    servers.spawn(async move {
        let listener = tokio::net::TcpListener::from_std(listener).expect("it listens");
        axum::serve(listener, served).await
    });
    let options = RemoteOptions {
        // Equal questions of one operation must each be answered, and none be kept from asking.
        flights_max: 0,
        breaker: None,
        ..RemoteOptions::default()
    };
    let remote = Remote::new(&format!("http://{address}/graphql"), options);
    Arc::new(remote.expect("this is an address"))
}
