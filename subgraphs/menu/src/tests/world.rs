//! A fresh database with this subgraph on it, and what other subgraphs would announce.

use async_graphql::{EmptyMutation, EmptySubscription, Schema};
use kit::event::{self, Payload};
use kit::id::{EndpointId, ServiceId, TenantId};
use kit::permission::Grants;
use kit::{App, Viewer};
use serde::Serialize;
use serde_json::{Value, json};
use testkit::{Backend, TestApp};

use crate::Query;

const MENU: &str = "query($id: ID!) { _entities(representations: [{ __typename: \"User\", id: $id }]) {
    ... on User { menu { items { label path children { label path children { label path } } } } } } }";

pub(super) struct World {
    pub(super) test: TestApp,
    schema: Schema<Query, EmptyMutation, EmptySubscription>,
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

    /// The viewer's menu, a line for each item, indented by its depth.
    pub(super) async fn menu(&self, viewer: &Viewer) -> String {
        let answer = self
            .ask(Some(viewer), MENU, json!({ "id": viewer.user }))
            .await;
        assert!(answer.get("errors").is_none(), "{answer:#}");
        lines(&answer["data"]["_entities"][0]["menu"]["items"], 0)
    }

    /// Where the endpoints of the viewer's menu lead.
    pub(super) async fn paths(&self, viewer: &Viewer) -> Vec<String> {
        let answer = self
            .ask(Some(viewer), MENU, json!({ "id": viewer.user }))
            .await;
        let services = answer["data"]["_entities"][0]["menu"]["items"].as_array();
        let endpoints = services
            .into_iter()
            .flatten()
            .flat_map(|service| service["children"].as_array().unwrap());
        endpoints
            .map(|endpoint| endpoint["path"].as_str().unwrap().to_owned())
            .collect()
    }

    pub(super) async fn announce(&self, payloads: &[impl Payload]) {
        let mut conn = self.app().db.write().await.unwrap();
        let clock = &self.app().clock;
        let recorded =
            conn.transaction(async |conn| event::record_all(conn, clock, payloads).await);
        recorded.await.unwrap();
    }

    /// Announces a service with these endpoints, each a method, a tag and a title.
    pub(super) async fn register(
        &self,
        owner: TenantId,
        slug: &str,
        visibility: &'static str,
        endpoints: &[(&str, Option<&str>, &str)],
    ) -> ServiceId {
        let service_id = ServiceId::new();
        let service = ServiceRegistered {
            service_id,
            tenant_id: owner,
            slug: slug.to_owned(),
            name: format!("The {slug}"),
            icon: None,
            visibility,
            endpoint_count: endpoints.len(),
        };
        self.announce(&[service]).await;
        let added: Vec<_> = endpoints
            .iter()
            .map(|&(method, tag, title)| EndpointAdded::new(service_id, slug, method, tag, title))
            .collect();
        self.announce(&added).await;
        service_id
    }

    pub(super) async fn subscribe(&self, tenant: TenantId, service: ServiceId) {
        let subscribed = Subscribed {
            tenant_id: tenant,
            service_id: service,
            // Whatever sorts by creation.
            subscription_id: EndpointId::new().to_string(),
        };
        self.announce(&[subscribed]).await;
    }
}

/// The same person with other grants.
pub(super) fn with(viewer: &Viewer, grants: &[&str]) -> Viewer {
    let grants = Grants::new(grants);
    Viewer {
        grants,
        ..viewer.clone()
    }
}

pub(super) fn lines(items: &Value, depth: usize) -> String {
    let mut text = String::new();
    for item in items.as_array().into_iter().flatten() {
        let label = item["label"].as_str().unwrap();
        let path = masked(item["path"].as_str().unwrap_or("-"));
        text.push_str(&format!("{}{label} {path}\n", "  ".repeat(depth)));
        text.push_str(&lines(&item["children"], depth + 1));
    }
    text
}

/// A path with `[ep]` in the place of the endpoint's id.
fn masked(path: &str) -> String {
    match path.rsplit_once('/') {
        Some((slug, id)) if id.parse::<EndpointId>().is_ok() => format!("{slug}/[ep]"),
        _ => path.to_owned(),
    }
}

#[derive(Serialize)]
pub(super) struct ServiceRegistered {
    pub(super) service_id: ServiceId,
    pub(super) tenant_id: TenantId,
    pub(super) slug: String,
    pub(super) name: String,
    pub(super) icon: Option<String>,
    pub(super) visibility: &'static str,
    pub(super) endpoint_count: usize,
}

#[derive(Serialize)]
pub(super) struct EndpointAdded {
    endpoint_id: EndpointId,
    service_id: ServiceId,
    service_slug: String,
    method: String,
    operation_id: Option<String>,
    title: String,
    tag: Option<String>,
    permission: String,
}

impl EndpointAdded {
    pub(super) fn new(
        service_id: ServiceId,
        slug: &str,
        method: &str,
        tag: Option<&str>,
        title: &str,
    ) -> Self {
        let action = if method == "GET" { "read" } else { "write" };
        Self {
            endpoint_id: EndpointId::new(),
            service_id,
            service_slug: slug.to_owned(),
            method: method.to_owned(),
            operation_id: Some(title.to_lowercase().replace(' ', "/")),
            title: title.to_owned(),
            tag: tag.map(ToOwned::to_owned),
            permission: format!("service.{slug}:{action}"),
        }
    }
}

#[derive(Serialize)]
struct Subscribed {
    tenant_id: TenantId,
    service_id: ServiceId,
    subscription_id: String,
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

impl Payload for EndpointAdded {
    const KIND: &'static str = "endpoint.added";

    fn subject(&self) -> String {
        self.endpoint_id.to_string()
    }

    fn tenant(&self) -> Option<TenantId> {
        None
    }
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
