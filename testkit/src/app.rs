//! The handles of the platform on a fresh database, to test one subgraph without the others.

use async_graphql::{Executor, Request, Variables};
use diesel::sql_types::Text;
use diesel_async::RunQueryDsl as _;
use kit::App;
use kit::clock::Clock;
use kit::db::{Backend, Db, PoolSize};
use kit::event::{Handler, Log, Relay};
use kit::id::{SessionId, TenantId, UserId};
use kit::links::Links;
use kit::mail::Mail;
use kit::on;
use kit::outbound::{Outbound, OutboundConfig};
use kit::permission::Grants;
use kit::secret::MasterKey;
use kit::tenant_db::TenantDbs;
use kit::viewer::{Credential, Viewer};
use serde_json::{Value, json};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::Database;

const POOL: PoolSize = PoolSize { connections_max: 4 };

/// What a subgraph adds to each request: its `attach` function.
pub type Attach = fn(Request, &App, Option<&Viewer>) -> Request;

/// An [`App`] of one test's own. The outbound client reaches loopback, and nothing else private.
pub struct TestApp {
    /// First, so that deliveries end before the database does.
    relays: Vec<DropGuard>,
    /// The handles, as a subgraph gets them.
    pub app: App,
    /// The database behind them.
    pub database: Database,
}

impl TestApp {
    /// Handles on a migrated, otherwise empty database.
    pub async fn start(backend: Backend) -> Self {
        let database = Database::migrated(backend).await;
        let db = Db::new(database.url().clone(), POOL);
        let key = MasterKey::from_file(&database.dir().join("master.key"))
            .expect("a key file can be made");
        let loopback = "127.0.0.0/8".parse().expect("this is a network");
        let outbound = OutboundConfig {
            allow: vec![loopback],
            ..OutboundConfig::default()
        };
        let app = App {
            tenant_dbs: TenantDbs::new(db.clone(), database.dir().join("tenants"), key.clone()),
            db,
            events: Log::default(),
            clock: Clock::default(),
            key,
            outbound: Outbound::new(&outbound),
            links: Links::new("https://portico.example".parse().expect("this is a URL")),
        };
        Self {
            app,
            database,
            relays: Vec::new(),
        }
    }

    /// Delivers events to these handlers until the test ends.
    pub fn deliver(&mut self, handlers: Vec<Handler>) {
        let shutdown = CancellationToken::new();
        self.relays.push(shutdown.clone().drop_guard());
        tokio::spawn(Relay::new(self.app.clone(), handlers).run(shutdown));
    }

    /// Somebody signed in to a tenant of their own, with these grants there.
    pub fn viewer(&self, grants: &[&str]) -> Viewer {
        self.viewer_in(TenantId::new(), grants)
    }

    /// Somebody signed in to this tenant, with these grants there.
    pub fn viewer_in(&self, tenant: TenantId, grants: &[&str]) -> Viewer {
        Viewer {
            user: UserId::new(),
            credential: Credential::Session {
                id: SessionId::new(),
                authenticated_at: self.app.clock.now(),
            },
            tenant: Some(tenant),
            grants: Grants::new(grants),
        }
    }

    /// Executes an operation on a subgraph and returns the whole answer: `data`, and `errors` where
    /// there are any, each with `message`, `path` and `code`.
    pub async fn ask(
        &self,
        schema: &impl Executor,
        attach: Attach,
        viewer: Option<&Viewer>,
        query: &str,
        variables: Value,
    ) -> Value {
        let request = Request::new(query).variables(Variables::from_json(variables));
        let request = match viewer {
            Some(viewer) => request.data(viewer.clone()),
            None => request,
        };
        let response = schema.execute(attach(request, &self.app, viewer)).await;
        let errors: Vec<Value> = response.errors.iter().map(error).collect();
        let data = response.data.into_json().expect("an answer is JSON");
        match errors.is_empty() {
            true => json!({ "data": data }),
            false => json!({ "data": data, "errors": errors }),
        }
    }

    /// The letters that were queued so far, oldest first; those to nobody have no address.
    pub async fn letters(&self) -> Vec<Mail> {
        let app = &self.app;
        let mut conn = app.db.read().await.expect("the test's database answers");
        let query = diesel::sql_query("SELECT id, sealed FROM mails ORDER BY id");
        let rows: Vec<Sealed> =
            on!(&mut conn, |c| query.load(c).await).expect("the core has a table of letters");
        let open = |row: &Sealed| {
            let opened = app.key.open(&format!("mails/{}", row.id), &row.sealed);
            serde_json::from_slice(&opened.expect("sealed by this key")).expect("a letter")
        };
        rows.iter().map(open).collect()
    }

    /// What was recorded so far as events of this kind, oldest first, whether delivered or not.
    pub async fn recorded(&self, kind: &str) -> Vec<Value> {
        let mut conn = self
            .app
            .db
            .read()
            .await
            .expect("the test's database answers");
        let query = diesel::sql_query("SELECT data FROM events WHERE kind = ? ORDER BY id");
        let rows: Vec<Recorded> = on!(&mut conn, |c| query.bind::<Text, _>(kind).load(c).await)
            .expect("the core has a table of events");
        rows.iter()
            .map(|row| serde_json::from_str(&row.data).expect("an event's data is JSON"))
            .collect()
    }
}

#[derive(diesel::QueryableByName)]
struct Sealed {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Text)]
    sealed: String,
}

#[derive(diesel::QueryableByName)]
struct Recorded {
    #[diesel(sql_type = Text)]
    data: String,
}

fn error(error: &async_graphql::ServerError) -> Value {
    let code = error
        .extensions
        .as_ref()
        .and_then(|extensions| extensions.get("code"));
    json!({
        "message": error.message,
        "path": error.path,
        "code": code.map(|code| code.clone().into_json().expect("a code is JSON")),
    })
}
