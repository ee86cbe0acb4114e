//! `portico router`: the federation router alone, in front of any supergraph's subgraphs.

use std::fs;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use axum::body::Bytes;
use futures::future::BoxFuture;
use http::{Extensions, HeaderMap, HeaderName};
use router::compose::Supergraph;
use router::{
    Authenticate, Engine, GraphQLError, HeaderRules, HttpOptions, Options, Remote, RemoteOptions,
    SharedBy, http as front,
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::serve::stop_signal;
use crate::cli::{RouterCommand, Share};

/// Serves until Ctrl-C or SIGTERM, then drains.
pub(super) async fn run(command: &RouterCommand) -> anyhow::Result<()> {
    let engine = Arc::new(engine(command)?);
    let listener = TcpListener::bind(command.listen).await.with_context(|| {
        format!(
            "cannot listen on {}; choose another address with --listen",
            command.listen
        )
    })?;
    let address = listener.local_addr()?;
    let shutdown = CancellationToken::new();
    let options = HttpOptions {
        shutdown: shutdown.clone(),
        ..HttpOptions::default()
    };
    let routes = front::routes(engine, Arc::new(Strangers::of(command)?), options)
        .merge(router::graphiql::routes());
    println!("The router answers at http://{address}/graphql");
    tokio::spawn({
        let shutdown = shutdown.clone();
        async move {
            stop_signal().await;
            shutdown.cancel();
        }
    });
    front::serve(
        listener,
        front::secure(routes),
        front::ListenOptions::default(),
        shutdown,
    )
    .await?;
    Ok(())
}

/// Admits everybody; whoever sends the same of the headers that go on is the same.
struct Strangers {
    shared: Option<Vec<HeaderName>>,
}

impl Strangers {
    fn of(command: &RouterCommand) -> anyhow::Result<Self> {
        let shares = command.share == Share::Requests;
        let shared = shares.then(|| propagated(command)).transpose()?;
        Ok(Self { shared })
    }

    fn key(names: &[HeaderName], headers: &HeaderMap) -> Bytes {
        let mut key = Vec::new();
        for name in names {
            for value in headers.get_all(name) {
                for part in [name.as_str().as_bytes(), value.as_bytes()] {
                    key.extend_from_slice(&part.len().to_le_bytes());
                    key.extend_from_slice(part);
                }
            }
        }
        key.into()
    }
}

impl Authenticate for Strangers {
    fn authenticate<'a>(
        &'a self,
        headers: &'a HeaderMap,
        _peer: Option<SocketAddr>,
    ) -> BoxFuture<'a, Result<Extensions, GraphQLError>> {
        let mut extensions = Extensions::new();
        if let Some(names) = &self.shared {
            extensions.insert(SharedBy(Self::key(names, headers)));
        }
        Box::pin(std::future::ready(Ok(extensions)))
    }
}

fn propagated(command: &RouterCommand) -> anyhow::Result<Vec<HeaderName>> {
    let names = command.propagate.iter().map(|name| {
        name.parse::<HeaderName>()
            .with_context(|| format!("--propagate {name:?}"))
    });
    names.collect()
}

fn engine(command: &RouterCommand) -> anyhow::Result<Engine> {
    let path = command.supergraph.display();
    let sdl = fs::read_to_string(&command.supergraph)
        .with_context(|| format!("cannot read the supergraph {path}"))?;
    let supergraph = Supergraph::parse(&sdl).map_err(|diagnostics| {
        let lines: Vec<_> = diagnostics.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("{path} is no supergraph:\n{}", lines.join("\n"))
    })?;
    let subgraphs = supergraph.subgraphs();
    let options = Options {
        introspection: !command.no_introspection,
        ..Options::default()
    };
    let mut builder = Engine::builder(supergraph).options(options);
    for (name, url) in subgraphs {
        if url.is_empty() {
            bail!("{path} gives subgraph {name} no url");
        }
        let remote = Remote::new(&url, remote_options(command)?);
        let remote = remote.with_context(|| format!("subgraph {name} at {url}"))?;
        builder = builder.subgraph(&name, Arc::new(remote));
    }
    Ok(builder.build()?)
}

fn remote_options(command: &RouterCommand) -> anyhow::Result<RemoteOptions> {
    let mut options = RemoteOptions {
        headers: HeaderRules {
            propagate: propagated(command)?,
            ..HeaderRules::default()
        },
        ..RemoteOptions::default()
    };
    if command.share == Share::None {
        options.flights_max = 0;
    }
    Ok(options)
}
