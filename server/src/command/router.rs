//! `portico router`: the federation router alone, in front of any supergraph's subgraphs.

use std::fs;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use http::HeaderName;
use router::compose::Supergraph;
use router::{
    Anonymous, Engine, HeaderRules, HttpOptions, Options, Remote, RemoteOptions, http as front,
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
    let routes =
        front::routes(engine, Arc::new(Anonymous), options).merge(router::graphiql::routes());
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
    let names = command.propagate.iter().map(|name| {
        name.parse::<HeaderName>()
            .with_context(|| format!("--propagate {name:?}"))
    });
    let mut options = RemoteOptions {
        headers: HeaderRules {
            propagate: names.collect::<anyhow::Result<_>>()?,
            ..HeaderRules::default()
        },
        ..RemoteOptions::default()
    };
    if command.share == Share::None {
        options.flights_max = 0;
    }
    Ok(options)
}
