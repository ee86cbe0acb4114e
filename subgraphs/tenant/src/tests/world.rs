//! A fresh database with this subgraph on it, and what other subgraphs would announce.

use std::collections::BTreeMap;

use async_graphql::{EmptySubscription, Schema};
use kit::event::{self, Payload};
use kit::id::{ServiceId, TenantId, UserId};
use kit::permission::Grants;
use kit::{App, Viewer};
use serde::Serialize;
use serde_json::{Value, json};
use testkit::{Backend, TestApp};

use crate::{Mutation, Query};

const CREATE: &str = "mutation($input: CreateTenantInput!) {
    createTenant(input: $input) { tenant { id slug name state } } }";

pub(super) struct World {
    pub(super) test: TestApp,
    schema: Schema<Query, Mutation, EmptySubscription>,
}

impl World {
    pub(super) async fn start(backend: Backend) -> Self {
        Self::start_with(backend, crate::TenantConfig::default()).await
    }

    pub(super) async fn start_with(backend: Backend, config: crate::TenantConfig) -> Self {
        let mut test = TestApp::start(backend).await;
        test.deliver(crate::handlers(&test.app));
        let schema = crate::schema(test.app.clone(), config);
        Self { test, schema }
    }

    pub(super) fn app(&self) -> &App {
        &self.test.app
    }

    /// Somebody who is signed in and in no tenant.
    pub(super) fn somebody(&self) -> Viewer {
        Viewer {
            tenant: None,
            ..self.test.viewer(&[])
        }
    }

    /// A tenant with this name, and its owner in it.
    pub(super) async fn owner_of(&self, name: &str) -> Viewer {
        let owner = self.somebody();
        let input = json!({ "input": { "name": name } });
        let answer = self.ask(Some(&owner), CREATE, input).await;
        let id = answer["data"]["createTenant"]["tenant"]["id"]
            .as_str()
            .unwrap_or_else(|| panic!("no tenant: {answer:#}"));
        enter(&owner, id.parse().unwrap(), &["*:*"])
    }

    pub(super) async fn create(&self, viewer: &Viewer, input: Value) -> String {
        self.run(Some(viewer), CREATE, json!({ "input": input }))
            .await
    }

    pub(super) async fn ask(
        &self,
        viewer: Option<&Viewer>,
        query: &str,
        variables: Value,
    ) -> Value {
        let attach = crate::attach;
        self.test
            .ask(&self.schema, attach, viewer, query, variables)
            .await
    }

    /// The answer as one reads it aloud: the data, then each error in a line, ids masked.
    pub(super) async fn run(
        &self,
        viewer: Option<&Viewer>,
        query: &str,
        variables: Value,
    ) -> String {
        show(&self.ask(viewer, query, variables).await)
    }

    pub(super) async fn announce(&self, payload: impl Payload) {
        let mut conn = self.app().db.write().await.unwrap();
        event::record(&mut conn, &self.app().clock, &payload)
            .await
            .unwrap();
    }

    pub(super) async fn announced_user(&self) -> UserId {
        let user_id = UserId::new();
        self.announce(UserRegistered { user_id }).await;
        user_id
    }

    pub(super) async fn announced_service(
        &self,
        owner: &Viewer,
        visibility: &'static str,
    ) -> ServiceId {
        let service_id = ServiceId::new();
        let tenant_id = owner.tenant.unwrap();
        self.announce(ServiceRegistered {
            service_id,
            tenant_id,
            visibility,
        })
        .await;
        service_id
    }

    /// How many events of a kind were recorded.
    pub(super) async fn recorded(&self, kind: &str) -> usize {
        self.test.recorded(kind).await.len()
    }
}

/// The same person in a tenant, with these grants there.
pub(super) fn enter(viewer: &Viewer, tenant: TenantId, grants: &[&str]) -> Viewer {
    Viewer {
        tenant: Some(tenant),
        grants: Grants::new(grants),
        ..viewer.clone()
    }
}

pub(super) fn show(answer: &Value) -> String {
    let errors = answer["errors"].as_array().into_iter().flatten();
    let mut errors: Vec<_> = errors.map(line).collect();
    errors.sort();
    errors.insert(0, mask(&sorted(&answer["data"]).to_string()));
    errors.join("\n")
}

fn line(error: &Value) -> String {
    let path = error["path"].as_array().into_iter().flatten();
    let path = path.map(|key| key.to_string().replace('"', ""));
    let path = path.collect::<Vec<_>>().join(".");
    let (code, message) = (&error["code"], error["message"].as_str().unwrap());
    format!("{} at {path}: {}", code.as_str().unwrap(), mask(message))
}

/// Fields arrive in the order in which they were resolved; restoring the client's is the router's.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields = fields
                .iter()
                .map(|(name, value)| (name.clone(), sorted(value)));
            let fields: BTreeMap<_, _> = fields.collect();
            Value::Object(fields.into_iter().collect())
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        _ => value.clone(),
    }
}

/// Replaces every id by its prefix, after checking that it is one.
fn mask(text: &str) -> String {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut masked = String::new();
    for piece in text.split_inclusive(|c| !word(c)) {
        let end = piece.trim_end_matches(|c| !word(c));
        match end.split_once('_') {
            Some((prefix, suffix)) if suffix.len() == 26 => {
                masked.push_str(&format!("[{prefix}]{}", &piece[end.len()..]));
            }
            _ => masked.push_str(piece),
        }
    }
    masked
}

macro_rules! about_user {
    ($($payload:ident, $kind:literal;)+) => {$(
        #[derive(Serialize)]
        pub(super) struct $payload {
            pub(super) user_id: UserId,
        }

        impl Payload for $payload {
            const KIND: &'static str = $kind;

            fn subject(&self) -> String {
                self.user_id.to_string()
            }

            fn tenant(&self) -> Option<TenantId> {
                None
            }
        }
    )+};
}

about_user! {
    UserRegistered, "user.registered";
    UserDeactivated, "user.deactivated";
    UserDeleted, "user.deleted";
}

#[derive(Serialize)]
pub(super) struct ServiceRegistered {
    pub(super) service_id: ServiceId,
    pub(super) tenant_id: TenantId,
    pub(super) visibility: &'static str,
}

impl Payload for ServiceRegistered {
    const KIND: &'static str = "service.registered";

    fn subject(&self) -> String {
        self.service_id.to_string()
    }

    fn tenant(&self) -> Option<TenantId> {
        Some(self.tenant_id)
    }
}
