//! `portico serve`: everything in one process, or some roles of it.

use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use kit::App;
use kit::event::{Relay, Stream};
use kit::mail::{self, Way};
use router::Engine;
use router::http::ListenOptions;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::admin::{self, Administrator};
use super::schema::composed;
use crate::assembly::{Assembly, assemble};
use crate::config::Config;
use crate::elsewhere::Elsewhere;
use crate::front;
use crate::identity::Identity;
use crate::role::{Role, Roles};
use crate::{foundation, health, oauth, pages, subgraph_server};

/// How long open requests and background work may go on after a stop was asked for.
const DRAIN_MAX: Duration = Duration::from_secs(10);

/// A running platform.
pub struct Portico {
    address: SocketAddr,
    roles: Roles,
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

/// Starts the platform, or its roles of it, and returns when it accepts requests.
pub async fn start(config: Config) -> anyhow::Result<Portico> {
    let roles = Roles::of(&config)?;
    let stream = config.stream()?;
    let way = Way::new(&config.mail, &config.data_dir)?;
    // The port first: when it is taken, nothing has been made or changed.
    let listener = TcpListener::bind(config.listen).await.with_context(|| {
        format!(
            "cannot listen on {}; choose another with --listen or PORTICO_LISTEN",
            config.listen
        )
    })?;
    let address = listener.local_addr()?;
    let config = Config {
        listen: address,
        ..config
    };
    let app = foundation::open(&config).await?;
    let assembly = assemble(&app, &config);
    let shutdown = CancellationToken::new();
    let routes = routes(&app, &config, &roles, &assembly, &shutdown).await?;
    // Nothing may fail any more: the password is shown only this once.
    let administrator = match roles.play(Role::Auth) {
        true => admin::create_first(&app, &config).await?,
        false => None,
    };
    let background = background(&app, &config, &roles, stream, assembly, &shutdown);
    if roles.subgraphs().next().is_some() {
        background.spawn(mail::run(app.clone(), way, shutdown.clone()));
    }
    background.close();
    let options = ListenOptions::default();
    let server = router::http::serve(listener, routes, options, shutdown.clone());
    let front = tokio::spawn(server);
    Ok(Portico {
        address,
        roles,
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

/// What the process answers: health always, the front of the router and the subgraphs by role.
async fn routes(
    app: &App,
    config: &Config,
    roles: &Roles,
    assembly: &Assembly,
    shutdown: &CancellationToken,
) -> anyhow::Result<Router> {
    let mut routes = health::routes(app.clone(), shutdown.clone());
    if roles.play(Role::Router) {
        let engine = Arc::new(engine(app, config, roles, assembly)?);
        let identity = Arc::new(Identity::new(app.clone(), config));
        let options = front::options(config, &engine, shutdown).await?;
        let oauth = oauth::routes(engine.clone(), identity.clone(), app.links.clone());
        let pages = pages::routes(engine.clone(), identity.clone(), app.links.clone());
        let front = router::http::routes(engine, identity, options)
            .merge(oauth)
            .merge(pages)
            .merge(router::graphiql::routes())
            .merge(health::keys(app.clone()));
        routes = routes.merge(router::http::secure(front));
    }
    if !roles.are_all() {
        let own = assembly.subgraphs.iter();
        let own = own.filter(|mounted| roles.play(mounted.role));
        routes = routes.merge(subgraph_server::routes(app, config, own, shutdown)?);
    }
    Ok(routes)
}

/// Composes the subgraphs and builds the router over them, in this process and elsewhere.
fn engine(
    app: &App,
    config: &Config,
    roles: &Roles,
    assembly: &Assembly,
) -> anyhow::Result<Engine> {
    let sdls = assembly
        .subgraphs
        .iter()
        .map(|mounted| mounted.sdl.clone())
        .collect::<Vec<_>>();
    let options = router::Options {
        request_timeout: Duration::from_millis(config.graphql.timeout_ms),
        ..router::Options::default()
    };
    let elsewhere = Elsewhere::new(app, config)?;
    let mut builder = Engine::builder(composed(&sdls)?).options(options);
    for mounted in &assembly.subgraphs {
        let subgraph = match roles.play(mounted.role) {
            true => mounted.subgraph.clone(),
            false => elsewhere.reach(mounted.role)?,
        };
        builder = builder.subgraph(mounted.role.name(), subgraph);
    }
    Ok(builder.build()?)
}

/// Starts the relay and the work of the process's subgraphs that goes on without requests.
fn background(
    app: &App,
    config: &Config,
    roles: &Roles,
    stream: Option<Stream>,
    assembly: Assembly,
    shutdown: &CancellationToken,
) -> TaskTracker {
    let tasks = TaskTracker::new();
    let own = assembly.subgraphs.into_iter();
    let own = own.filter(|mounted| roles.play(mounted.role));
    let handlers = own.flat_map(|mounted| mounted.handlers).collect();
    if roles.subgraphs().next().is_some() {
        let relay = Relay::new(app.clone(), handlers).over(stream);
        tasks.spawn(relay.run(shutdown.clone()));
    }
    for role in roles.subgraphs() {
        let (app, shutdown) = (app.clone(), shutdown.clone());
        match role {
            Role::Registry => {
                tasks.spawn(registry::run(app, config.health.clone(), shutdown));
            }
            Role::Form => {
                tasks.spawn(form::run(app, shutdown));
            }
            Role::Auth => {
                tasks.spawn(auth::run(app, config.auth.clone(), shutdown));
            }
            Role::Tenant => {
                tasks.spawn(tenant::run(app, shutdown));
            }
            Role::Router | Role::User | Role::Menu | Role::Notification | Role::Platform => {}
        }
    }
    tasks
}

/// Tells a person where everything is. The password is the only secret, and shown only this once.
fn announce(portico: &Portico) {
    let address = portico.address;
    let mut lines = vec![format!("Portico {} is ready.", env!("CARGO_PKG_VERSION"))];
    if portico.roles.play(Role::Router) {
        lines.extend([
            format!("  GraphiQL       http://{address}/"),
            format!("  GraphQL        http://{address}/graphql"),
            format!("  Subscriptions  ws://{address}/graphql/ws"),
        ]);
        if !router::graphiql::EMBEDDED {
            let hint =
                "GraphiQL was built without npm: its page loads from a CDN and needs the internet.";
            lines.push(hint.to_owned());
        }
    }
    if !portico.roles.are_all() {
        lines.push(format!("  Roles          {}", portico.roles.names()));
    }
    lines.push(format!("  Health         http://{address}/health/ready"));
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

/// Waits for Ctrl-C or SIGTERM.
pub(super) async fn stop_signal() {
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
