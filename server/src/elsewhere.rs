//! Subgraphs in other processes, as the router of this one reaches them.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use http::{Extensions, HeaderMap};
use kit::App;
use router::remote::SocketOptions;
use router::{Credentials, Remote, RemoteOptions, Subgraph};

use crate::config::Config;
use crate::passport::{Issuer, Passports};
use crate::role::Role;
use crate::subgraph_server::path;

/// How long a replica may take to accept a connection before the next one is tried.
const CONNECT_MAX: Duration = Duration::from_secs(2);

/// The way to subgraphs in other processes.
pub struct Elsewhere<'a> {
    config: &'a Config,
    passports: Passports,
}

impl<'a> Elsewhere<'a> {
    /// The way that the configuration describes, on behalf of whoever asks the router.
    pub fn new(app: &App, config: &'a Config) -> anyhow::Result<Self> {
        Ok(Self {
            config,
            passports: Passports::new(&app.key, &app.clock)?,
        })
    }

    /// A subgraph, over HTTP and at any of its replicas. Nothing is connected yet.
    pub fn reach(&self, subgraph: Role) -> anyhow::Result<Arc<dyn Subgraph>> {
        let origins = self.config.subgraphs.urls(subgraph).iter();
        let origins = origins.map(|url| url.as_str().trim_end_matches('/').to_owned());
        let mut origins = origins.collect::<Vec<_>>().into_iter();
        let origin = origins
            .next()
            .with_context(|| format!("`subgraphs.{subgraph}.urls` is empty"))?;
        let path = path(subgraph);
        let options = RemoteOptions {
            replicas: origins.collect(),
            credentials: Some(Arc::new(Issuer::new(self.passports.clone(), subgraph))),
            connect_timeout: CONNECT_MAX,
            timeout: Duration::from_millis(self.config.graphql.timeout_ms),
            // What is asked after a change must not be told what was read before it, and the change
            // may have come through another router.
            flights_max: 0,
            files_max: self.config.graphql.body_bytes_max,
            socket: SocketOptions {
                url: Some(format!("{origin}{path}/ws")),
                ..SocketOptions::default()
            },
            ..RemoteOptions::default()
        };
        let remote = Remote::new(&format!("{origin}{path}/graphql"), options)
            .with_context(|| format!("the setting `subgraphs.{subgraph}.urls`"))?;
        Ok(Arc::new(remote))
    }
}

impl Credentials for Issuer {
    fn attach(&self, extensions: &Extensions, headers: &mut HeaderMap) {
        Issuer::attach(self, extensions, headers);
    }

    fn answered(&self, extensions: &Extensions, headers: &HeaderMap) {
        self.hear(extensions, headers);
    }
}
