//! Feature tests of this subgraph alone: GraphQL in, answers out, on both databases.

mod accounts;
mod announcements;
mod api_keys;
mod challenge;
mod devices;
mod email;
mod enrolled;
mod going;
mod introspection;
mod key_use;
mod letters;
mod lockout;
mod oauth;
mod passwords;
mod people;
mod races;
mod reauthentication;
mod refreshing;
mod rotation;
mod sessions;
mod tokens;
mod two_factor;
mod verifying;

use async_graphql::{EmptySubscription, Request, Schema, Variables};
use kit::Viewer;
use kit::event::{self, Payload};
use kit::id::{TenantId, UserId};
use kit::on;
use kit::permission::Grants;
use kit::role::{BuiltIn, RoleId};
use kit::viewer::{Client, Revealed};
use serde::Serialize;
use serde_json::{Value, json};
use testkit::{Backend, TestApp};

use crate::{AuthConfig, AuthError, EmailVerification, Mutation, Query, Verifier};

const PASSWORD: &str = "plum-tractor-Orbit-19";

const LOGIN: &str = "mutation ($email: EmailAddress!, $password: String!) {
    login(input: { email: $email, password: $password }) {
        ... on LoginSuccess { accessToken refreshToken session { id tenant { id } } user { id } }
    }
}";
const REFRESH: &str = "mutation ($token: String!) {
    refreshSession(input: { refreshToken: $token }) {
        accessToken refreshToken session { id tenant { id } }
    }
}";

/// The settings of most tests: accounts can be used at once.
fn config() -> AuthConfig {
    AuthConfig {
        email_verification: EmailVerification::Off,
        ..AuthConfig::default()
    }
}

/// The subgraph on a fresh database.
struct Fixture {
    test: TestApp,
    config: AuthConfig,
    schema: Schema<Query, Mutation, EmptySubscription>,
    verifier: Verifier,
    client: Client,
    revealed: Revealed,
}

/// As the tenants announce it.
#[derive(Serialize)]
struct MemberAdded {
    tenant_id: TenantId,
    user_id: UserId,
    role_ids: Vec<RoleId>,
}

impl Payload for MemberAdded {
    const KIND: &'static str = "tenant.member_added";

    fn subject(&self) -> String {
        self.user_id.to_string()
    }

    fn tenant(&self) -> Option<TenantId> {
        Some(self.tenant_id)
    }
}

/// What a client keeps after signing in.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Tokens {
    access: String,
    refresh: String,
}

impl Fixture {
    async fn start(backend: Backend) -> Self {
        Self::start_with(backend, config()).await
    }

    async fn start_with(backend: Backend, config: AuthConfig) -> Self {
        let mut test = TestApp::start(backend).await;
        test.deliver(crate::handlers(&test.app));
        Self {
            schema: crate::schema(test.app.clone(), config.clone()),
            verifier: Verifier::new(test.app.clone(), &config),
            client: Client {
                address: Some([192, 0, 2, 7].into()),
                agent: Some("a test".to_owned()),
            },
            revealed: Revealed::default(),
            test,
            config,
        }
    }

    /// Executes an operation; errors are shown as `CODE at field: message`.
    async fn run(&self, viewer: Option<&Viewer>, query: &str, variables: Value) -> Value {
        self.run_from(self.client.clone(), viewer, query, variables)
            .await
    }

    async fn run_from(
        &self,
        client: Client,
        viewer: Option<&Viewer>,
        query: &str,
        variables: Value,
    ) -> Value {
        let mut request = Request::new(query)
            .variables(Variables::from_json(variables))
            .data(client)
            .data(self.revealed.clone());
        if let Some(viewer) = viewer {
            request = request.data(viewer.clone());
        }
        let request = crate::attach(request, &self.test.app, viewer);
        let response = self.schema.execute(request).await;
        if response.errors.is_empty() {
            return response.data.into_json().expect("an answer is JSON");
        }
        let shown = response.errors.iter().map(show).collect::<Vec<_>>();
        Value::String(shown.join("\n"))
    }

    async fn register(&self, email: &str) -> Value {
        let query = "mutation ($email: EmailAddress!, $password: String!) {
            register(input: { name: \"Ada\", email: $email, password: $password }) { user { id } }
        }";
        let variables = json!({ "email": email, "password": PASSWORD });
        self.run(None, query, variables).await
    }

    /// Registers somebody and signs them in.
    async fn newcomer(&self, email: &str) -> Tokens {
        let registered = self.register(email).await;
        assert!(
            registered["register"]["user"]["id"].is_string(),
            "{registered}"
        );
        self.login(email).await
    }

    async fn login(&self, email: &str) -> Tokens {
        let answer = self.try_login(email, PASSWORD).await;
        Tokens::of(&answer["login"])
    }

    async fn try_login(&self, email: &str, password: &str) -> Value {
        let variables = json!({ "email": email, "password": password });
        self.run(None, LOGIN, variables).await
    }

    async fn refresh(&self, token: &str) -> Value {
        self.run(None, REFRESH, json!({ "token": token })).await
    }

    /// The viewer that the edge would make of a token.
    async fn viewer(&self, token: &str) -> Viewer {
        let who = self.verifier.authenticate(token).await.expect("valid");
        Viewer {
            user: who.user,
            credential: who.credential,
            tenant: who.tenant,
            grants: Grants::default(),
        }
    }

    async fn refusal(&self, token: &str) -> AuthError {
        let refused = self.verifier.authenticate(token).await;
        refused.expect_err("the token is refused")
    }

    /// Announces that a user belongs to a tenant, as the tenant would.
    async fn add_member(&self, tenant: TenantId, user: UserId) {
        let member = BuiltIn::find_by_slug("member").expect("built in");
        self.place(tenant, user, member).await;
    }

    /// Announces which role a user has in a tenant, as the tenant would.
    async fn place(&self, tenant: TenantId, user: UserId, role: BuiltIn) {
        let added = MemberAdded {
            tenant_id: tenant,
            user_id: user,
            role_ids: vec![role.id],
        };
        let app = &self.test.app;
        let mut conn = app.db.write().await.expect("connects");
        let recorded = event::record(&mut conn, &app.clock, &added).await;
        recorded.expect("recorded");
    }

    fn advance(&self, seconds: i64) {
        let clock = &self.test.app.clock;
        clock.advance(chrono::TimeDelta::seconds(seconds));
    }

    /// Runs a statement that no operation of ours would.
    async fn tamper(&self, statement: &str) {
        use diesel_async::SimpleAsyncConnection as _;

        let mut conn = self.test.app.db.write().await.expect("connects");
        on!(&mut conn, |c| c.batch_execute(statement).await).expect("a statement");
    }

    /// The record, oldest first, as `action`, or `action: failure`.
    async fn activities(&self) -> Vec<String> {
        use diesel::prelude::*;
        use diesel_async::RunQueryDsl;

        use crate::tables::auth_activities as rows;

        let mut conn = self.test.app.db.read().await.expect("connects");
        let found: Vec<(String, Option<String>)> = on!(&mut conn, |c| {
            let query = rows::table
                .order(rows::id)
                .select((rows::action, rows::failure));
            query.load(c).await
        })
        .expect("readable");
        found
            .into_iter()
            .map(|(action, failure)| match failure {
                Some(failure) => format!("{action}: {failure}"),
                None => action,
            })
            .collect()
    }
}

impl Tokens {
    fn of(payload: &Value) -> Self {
        let text = |name: &str| payload[name].as_str().map(str::to_owned);
        match (text("accessToken"), text("refreshToken")) {
            (Some(access), Some(refresh)) => Self { access, refresh },
            _ => panic!("no tokens: {payload}"),
        }
    }
}

fn show(error: &async_graphql::ServerError) -> String {
    let extension = |name: &str| {
        let extensions = error.extensions.as_ref()?;
        match extensions.get(name)? {
            async_graphql::Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        }
    };
    let code = extension("code").unwrap_or_else(|| "no code".to_owned());
    let field = extension("field").map_or(String::new(), |field| format!(" at {field}"));
    format!("{code}{field}: {}", error.message)
}
