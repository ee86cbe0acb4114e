//! `portico serve`: everything in one process.

use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use kit::App;
use kit::event::Relay;
use router::{Engine, HttpOptions};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::admin::{self, Administrator};
use super::schema::composed;
use crate::assembly::{Assembly, assemble};
use crate::config::Config;
use crate::foundation;
use crate::health;
use crate::identity::Identity;

/// How long open requests and background work may go on after a stop was asked for.
const DRAIN_MAX: Duration = Duration::from_secs(10);

/// A running platform.
pub struct Portico {
    address: SocketAddr,
    app: App,
    administrator: Option<Administrator>,
    shutdown: CancellationToken,
    front: JoinHandle<std::io::Result<()>>,
    background: TaskTracker,
}

/// Serves until Ctrl-C or SIGTERM, then drains.
pub(super) async fn run(config: Config) -> anyhow::Result<()> {
    kit::telemetry::init(&config.log)?;
    let portico = start(config).await?;
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"), address = %portico.address,
        database = ?portico.app.db.backend(), "ready"
    );
    announce(&portico);
    stop_signal().await;
    tracing::info!(
        "stopping: open requests may finish within {} s",
        DRAIN_MAX.as_secs()
    );
    portico.stop().await?;
    tracing::info!("stopped");
    Ok(())
}

/// Starts the platform and returns when it accepts requests.
pub async fn start(config: Config) -> anyhow::Result<Portico> {
    // The port first: when it is taken, nothing has been made or changed.
    let listener = TcpListener::bind(config.listen).await.with_context(|| {
        format!(
            "cannot listen on {}; choose another with --listen or PORTICO_LISTEN",
            config.listen
        )
    })?;
    let address = listener.local_addr()?;
    let app = foundation::open(&config).await?;
    let administrator = admin::create_first(&app, &config).await?;
    let assembly = assemble(&app, &config);
    let engine = Arc::new(engine(&assembly, &config)?);

    let shutdown = CancellationToken::new();
    let background = background(&app, &config, assembly, &shutdown);
    let identity = Arc::new(Identity::new(app.clone(), &config));
    let options = HttpOptions {
        multipart_max: config.graphql.body_bytes_max,
        body_max: config.graphql.body_bytes_max,
        shutdown: shutdown.clone(),
        ..HttpOptions::default()
    };
    let routes = router::http::routes(engine, identity, options)
        .merge(router::graphiql::routes())
        .merge(health::routes(app.clone(), shutdown.clone()))
        .into_make_service_with_connect_info::<SocketAddr>();
    let stopping = shutdown.clone().cancelled_owned();
    let server = axum::serve(listener, routes).with_graceful_shutdown(stopping);
    let front = tokio::spawn(server.into_future());
    Ok(Portico {
        address,
        app,
        administrator,
        shutdown,
        front,
        background,
    })
}

impl Portico {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The handles that its subgraphs work with.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// The e-mail address and the one-time password of the administrator, if this start made one.
    pub fn administrator(&self) -> Option<(&str, &str)> {
        let administrator = self.administrator.as_ref()?;
        Some((&administrator.email, &administrator.password))
    }

    /// Stops: no new requests, then open ones and background work finish, for a bounded time.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.shutdown.cancel();
        let drained = async {
            self.front.await??;
            self.background.wait().await;
            anyhow::Ok(())
        };
        match tokio::time::timeout(DRAIN_MAX, drained).await {
            Ok(result) => result,
            Err(_) => {
                tracing::warn!(
                    "stopped with work open; what was recorded goes on at the next start"
                );
                Ok(())
            }
        }
    }
}

/// Composes the subgraphs and builds the router over them.
fn engine(assembly: &Assembly, config: &Config) -> anyhow::Result<Engine> {
    let sdls = assembly
        .subgraphs
        .iter()
        .map(|mounted| mounted.sdl.clone())
        .collect::<Vec<_>>();
    let options = router::Options {
        request_timeout: Duration::from_millis(config.graphql.timeout_ms),
        ..router::Options::default()
    };
    let mut builder = Engine::builder(composed(&sdls)?).options(options);
    for mounted in &assembly.subgraphs {
        builder = builder.subgraph(&mounted.sdl.name, mounted.subgraph.clone());
    }
    Ok(builder.build()?)
}

/// Starts the relay and the work of the subgraphs that goes on without requests.
fn background(
    app: &App,
    config: &Config,
    assembly: Assembly,
    shutdown: &CancellationToken,
) -> TaskTracker {
    let tasks = TaskTracker::new();
    let relay = Relay::new(app.clone(), assembly.handlers);
    tasks.spawn(relay.run(shutdown.clone()));
    tasks.spawn(registry::run(
        app.clone(),
        config.health.clone(),
        shutdown.clone(),
    ));
    tasks.spawn(form::run(app.clone(), shutdown.clone()));
    tasks.spawn(auth::run(
        app.clone(),
        config.auth.clone(),
        shutdown.clone(),
    ));
    tasks.spawn(tenant::run(app.clone(), shutdown.clone()));
    tasks.close();
    tasks
}

/// Tells a person where everything is. The password is the only secret, and shown only this once.
fn announce(portico: &Portico) {
    let address = portico.address;
    let mut lines = vec![
        format!("Portico {} is ready.", env!("CARGO_PKG_VERSION")),
        format!("  GraphiQL       http://{address}/"),
        format!("  GraphQL        http://{address}/graphql"),
        format!("  Subscriptions  ws://{address}/graphql/ws"),
        format!("  Health         http://{address}/health/ready"),
    ];
    if !router::graphiql::EMBEDDED {
        let hint =
            "GraphiQL was built without npm: its page loads from a CDN and needs the internet.";
        lines.push(hint.to_owned());
    }
    if let Some((email, password)) = portico.administrator() {
        lines.extend([
            "The first administrator has been created. The password is shown once:".to_owned(),
            format!("  e-mail         {email}"),
            format!("  password       {password}"),
        ]);
    }
    // Nobody may be reading; that is no reason not to serve.
    let _ = writeln!(std::io::stdout(), "{}", lines.join("\n"));
}

async fn stop_signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
