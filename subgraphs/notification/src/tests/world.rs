//! A fresh database with this subgraph on it, and what other subgraphs would announce.

use async_graphql::{EmptyMutation, Schema};
use kit::event::{self, Payload};
use kit::id::{ServiceId, TenantId};
use kit::permission::Grants;
use kit::{App, Viewer};
use serde::Serialize;
use serde_json::{Value, json};
use testkit::{Backend, TestApp, eventually};

use crate::{Query, Subscription};

const LIST: &str = "query($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
    _entities(representations: [{ __typename: \"User\", id: $id }]) { ... on User {
        notifications(first: $first, after: $after, last: $last, before: $before) {
            totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
            nodes { id kind title body service { id } } } } } }";

pub(super) struct World {
    pub(super) test: TestApp,
    pub(super) schema: Schema<Query, EmptyMutation, Subscription>,
}

impl World {
    pub(super) async fn start(backend: Backend) -> Self {
        let mut test = TestApp::start(backend).await;
        test.deliver(crate::handlers(&test.app));
        let schema = crate::schema(test.app.clone());
        Self { test, schema }
    }

    pub(super) fn app(&self) -> &App {
        &self.test.app
    }

    /// Somebody in a tenant that has a database.
    pub(super) async fn member(&self, grants: &[&str]) -> Viewer {
        let viewer = self.test.viewer(grants);
        self.app()
            .tenant_dbs
            .provision(viewer.tenant.unwrap())
            .await
            .unwrap();
        viewer
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

    /// A page of the viewer's notifications.
    pub(super) async fn list(&self, viewer: &Viewer, mut page: Value) -> Value {
        page["id"] = json!(viewer.user);
        let answer = self.ask(Some(viewer), LIST, page).await;
        assert!(answer.get("errors").is_none(), "{answer:#}");
        answer["data"]["_entities"][0]["notifications"].clone()
    }

    pub(super) async fn titles(&self, viewer: &Viewer) -> Vec<String> {
        titles(&self.list(viewer, json!({})).await)
    }

    /// Waits until as many notifications are announced, over all tenants.
    pub(super) async fn created(&self, count: usize) {
        eventually("the notifications are there", async || {
            let created = self.test.recorded("notification.created").await;
            (created.len() >= count).then_some(())
        })
        .await;
    }

    pub(super) async fn announce(&self, payload: impl Payload) {
        let mut conn = self.app().db.write().await.unwrap();
        event::record(&mut conn, &self.app().clock, &payload)
            .await
            .unwrap();
    }

    pub(super) async fn subscribe(&self, viewer: &Viewer, service_id: ServiceId) {
        let tenant_id = viewer.tenant.unwrap();
        self.announce(Subscribed {
            tenant_id,
            service_id,
        })
        .await;
    }

    pub(super) async fn turn(&self, service_id: ServiceId, slug: &str, from: &str, to: &str) {
        self.turn_for(service_id, slug, from, to, None).await;
    }

    /// The same, for a reason.
    pub(super) async fn turn_for(
        &self,
        service_id: ServiceId,
        slug: &str,
        from: &str,
        to: &str,
        error: Option<&'static str>,
    ) {
        let changed = HealthChanged {
            service_id,
            service_name: slug.to_owned(),
            service_slug: slug.to_owned(),
            from: from.to_owned(),
            to: to.to_owned(),
            error,
        };
        self.announce(changed).await;
    }
}

pub(super) fn titles(page: &Value) -> Vec<String> {
    let nodes = page["nodes"].as_array().unwrap().iter();
    nodes
        .map(|node| node["title"].as_str().unwrap().to_owned())
        .collect()
}

/// The same person with other grants.
pub(super) fn with(viewer: &Viewer, grants: &[&str]) -> Viewer {
    let grants = Grants::new(grants);
    Viewer {
        grants,
        ..viewer.clone()
    }
}

#[derive(Serialize)]
struct Subscribed {
    tenant_id: TenantId,
    service_id: ServiceId,
}

#[derive(Serialize)]
struct HealthChanged {
    service_id: ServiceId,
    service_name: String,
    service_slug: String,
    from: String,
    to: String,
    error: Option<&'static str>,
}

impl Payload for Subscribed {
    const KIND: &'static str = "tenant.service_subscribed";

    fn subject(&self) -> String {
        self.service_id.to_string()
    }

    fn tenant(&self) -> Option<TenantId> {
        Some(self.tenant_id)
    }
}

impl Payload for HealthChanged {
    const KIND: &'static str = "service.health_changed";

    fn subject(&self) -> String {
        self.service_id.to_string()
    }

    fn tenant(&self) -> Option<TenantId> {
        None
    }
}
