//! The `Home` query: as a client sees it, and without HTTP in between.

use std::sync::Arc;

use http::{HeaderMap, header};
use kit::App;
use portico::assembly::assemble;
use portico::config::Config;
use portico::identity::Identity;
use router::compose::compose;
use router::{Authenticate, Context, Engine, Request};
use serde_json::{Value, json};
use testkit::{Backend, Client, Database, Portico};

use crate::load::Latencies;
use crate::setting::{HOME, owner};

const PARALLEL: usize = 16;

pub(crate) async fn measure_over_http(backend: Backend) {
    let portico = Portico::start(backend).await;
    let owner = owner(portico.client()).await;
    let latencies = Latencies::of(PARALLEL, async || {
        owner.data(HOME, json!({})).await;
    })
    .await;
    latencies.print("Home over HTTP, 16 at once");
}

pub(crate) async fn measure_in_process(backend: Backend) {
    let database = Database::empty(backend).await;
    let config = config(&database);
    let portico = portico::command::start(config.clone())
        .await
        .expect("it starts");
    let owner = owner(&Client::new(&format!("http://{}", portico.address()))).await;
    let identity = Identity::new(portico.app().clone(), &config);

    let engine = engine(portico.app(), &config);
    let latencies = Latencies::of(PARALLEL, async || {
        let extensions = identity.authenticate(&credentials(&owner), None).await;
        let context = Context {
            extensions: extensions.expect("the owner is signed in"),
            deadline: None,
        };
        let request = Request {
            query: HOME.to_owned(),
            ..Request::default()
        };
        let response = engine.execute(request, context).await;
        assert!(response.errors().is_empty(), "{:?}", response.errors());
    })
    .await;
    latencies.print("Home in process, 16 at once");
    portico.stop().await.expect("it stops");
}

/// A second router over the subgraphs of the running platform.
fn engine(app: &App, config: &Config) -> Arc<Engine> {
    let subgraphs = assemble(app, config).subgraphs;
    let sdls: Vec<_> = subgraphs
        .iter()
        .map(|mounted| mounted.sdl.clone())
        .collect();
    let supergraph = compose(&sdls).supergraph.expect("the subgraphs compose");
    let mut builder = Engine::builder(supergraph);
    for mounted in &subgraphs {
        builder = builder.subgraph(&mounted.sdl.name, mounted.subgraph.clone());
    }
    Arc::new(builder.build().expect("the supergraph can be planned"))
}

fn config(database: &Database) -> Config {
    let settings: Value = json!({
        "listen": "127.0.0.1:0",
        "data_dir": database.dir(),
        "database": { "url": database.setting() },
        "outbound": { "allow": ["127.0.0.0/8"] },
    });
    serde_json::from_value(settings).expect("these are settings")
}

fn credentials(client: &Client) -> HeaderMap {
    let token = format!("Bearer {}", client.token().expect("the owner is signed in"));
    let token = token.parse().expect("a token is a header value");
    HeaderMap::from_iter([(header::AUTHORIZATION, token)])
}
