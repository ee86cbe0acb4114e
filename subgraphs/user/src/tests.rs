//! Feature tests of this subgraph alone: GraphQL in, answers out, on both databases.

mod access;
mod catalogue;
mod people;
mod profiles;
mod roles;
mod states;

use async_graphql::{EmptySubscription, Schema};
use kit::event::{self, Payload};
use kit::id::{TenantId, UserId};
use kit::permission::{Catalogue, Described};
use kit::role::{BuiltIn, RoleId};
use kit::{Permission, Viewer};
use serde::Serialize;
use serde_json::Value;
use testkit::{Backend, TestApp};

use crate::{Mutation, Query};

/// The subgraph on a fresh database, with its handlers running.
struct Fixture {
    test: TestApp,
    schema: Schema<Query, Mutation, EmptySubscription>,
}

impl Fixture {
    async fn start(backend: Backend) -> Self {
        let mut test = TestApp::start(backend).await;
        test.deliver(crate::handlers(&test.app));
        let schema = crate::schema(test.app.clone(), catalogue());
        Self { test, schema }
    }

    async fn ask(&self, viewer: Option<&Viewer>, query: &str, variables: Value) -> Value {
        let attach = crate::attach;
        self.test
            .ask(&self.schema, attach, viewer, query, variables)
            .await
    }

    async fn record<P: Payload>(&self, payload: P) {
        let app = &self.test.app;
        let mut conn = app.db.write().await.expect("connects");
        let recorded = event::record(&mut conn, &app.clock, &payload).await;
        recorded.expect("recorded");
    }

    async fn registered(&self, name: &str) -> UserId {
        let user_id = UserId::new();
        self.record(UserRegistered {
            user_id,
            name: name.to_owned(),
            email: format!("{}@example.com", name.to_lowercase()),
        })
        .await;
        user_id
    }

    async fn member(&self, tenant_id: TenantId, name: &str) -> UserId {
        let user_id = self.registered(name).await;
        self.join(tenant_id, user_id, "member").await;
        user_id
    }

    async fn join(&self, tenant_id: TenantId, user_id: UserId, role: &str) {
        let role = BuiltIn::find_by_slug(role).expect("built in");
        self.place(tenant_id, user_id, &[role.id]).await;
    }

    /// Announces which roles a member has.
    async fn place(&self, tenant_id: TenantId, user_id: UserId, roles: &[RoleId]) {
        self.record(MemberPlaced {
            tenant_id,
            user_id,
            role: None,
            role_ids: roles.to_vec(),
        })
        .await;
    }

    fn viewer(&self, user: UserId, tenant: TenantId, grants: &[&str]) -> Viewer {
        Viewer {
            user,
            ..self.test.viewer_in(tenant, grants)
        }
    }

    /// Waits until the handlers have seen everything.
    async fn settle(&self) {
        let app = &self.test.app;
        for handler in crate::handlers(app) {
            let caught_up = app.events.caught_up(&app.db, handler.name()).await;
            caught_up.expect("readable");
        }
    }
}

/// As the tenants announce it.
#[derive(Serialize)]
struct MemberPlaced {
    tenant_id: TenantId,
    user_id: UserId,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    role_ids: Vec<RoleId>,
}

/// As the tenants announce it.
#[derive(Serialize)]
struct MemberRemoved {
    tenant_id: TenantId,
    user_id: UserId,
}

/// As the accounts announce it.
#[derive(Serialize)]
struct UserRegistered {
    user_id: UserId,
    name: String,
    email: String,
}

macro_rules! announced {
    ($payload:ident, $kind:literal, $tenant:expr) => {
        impl Payload for $payload {
            const KIND: &'static str = $kind;

            fn subject(&self) -> String {
                self.user_id.to_string()
            }

            fn tenant(&self) -> Option<TenantId> {
                let tenant: fn(&Self) -> Option<TenantId> = $tenant;
                tenant(self)
            }
        }
    };
}

announced!(MemberPlaced, "tenant.member_updated", |it| Some(
    it.tenant_id
));
announced!(MemberRemoved, "tenant.member_removed", |it| Some(
    it.tenant_id
));
announced!(UserRegistered, "user.registered", |_| None);

/// What there is to grant: this subgraph's own, and something of another.
fn catalogue() -> Catalogue {
    let delete = Permission("tenant:delete");
    let delete = Described::new(delete, "Tenant", "Ends the tenant.");
    Catalogue::new([("user", crate::permissions()), ("tenant", vec![delete])])
}

const ENTITIES: &str = "query ($any: [_Any!]!) { _entities(representations: $any) {
    ... on User { name email }
    ... on Role { id slug }
    ... on Tenant { id roles { slug } }
} }";

fn codes(answer: &Value) -> Vec<&str> {
    let errors = answer["errors"].as_array().map(Vec::as_slice);
    let codes = errors
        .unwrap_or_default()
        .iter()
        .map(|error| &error["code"]);
    codes.filter_map(Value::as_str).collect()
}

fn names(connection: &Value) -> Vec<&str> {
    let nodes = connection["nodes"].as_array().expect("a list").iter();
    nodes.filter_map(|node| node["name"].as_str()).collect()
}
