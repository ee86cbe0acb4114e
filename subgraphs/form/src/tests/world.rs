//! A fresh database with this subgraph on it, an endpoint outside, and what other subgraphs would
//! announce.

use async_graphql::{EmptySubscription, Schema};
use kit::event::{self, Payload};
use kit::id::{EndpointId, FormId, ServiceId, TenantId};
use kit::{App, Viewer};
use serde::Serialize;
use serde_json::{Value, json};
use testkit::{Backend, Outside, TestApp};

use crate::{Mutation, Query};

pub(super) const WRITE: &str = "service.orders:write";

const SUBMIT: &str = "mutation($input: SubmitFormInput!) { submitForm(input: $input) {
    __typename
    ... on FormSubmission { id state failure data formVersion response { status body latencyMs } completedAt }
    ... on FormRejected { errors { pointer code message } }
} }";

pub(super) struct World {
    pub(super) test: TestApp,
    pub(super) outside: Outside,
    schema: Schema<Query, Mutation, EmptySubscription>,
}

/// An endpoint to announce; the rest follows from it.
pub(super) struct NewEndpoint {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) schema: Value,
}

impl World {
    pub(super) async fn start(backend: Backend) -> Self {
        let mut test = TestApp::start(backend).await;
        test.deliver(crate::handlers(&test.app));
        let schema = crate::schema(test.app.clone());
        let outside = Outside::start().await;
        Self {
            test,
            outside,
            schema,
        }
    }

    pub(super) fn app(&self) -> &App {
        &self.test.app
    }

    /// Somebody in a tenant that has a database, with these grants.
    pub(super) async fn member(&self, grants: &[&str]) -> Viewer {
        let viewer = self.test.viewer(grants);
        let tenant = viewer.tenant.unwrap();
        self.app().tenant_dbs.provision(tenant).await.unwrap();
        viewer
    }

    /// Announces an endpoint of a service of the viewer's tenant.
    pub(super) async fn announce_endpoint(&self, owner: &Viewer, new: NewEndpoint) -> FormId {
        self.announce_endpoint_at(owner, new, self.outside.url("/api"))
            .await
            .0
    }

    pub(super) async fn announce_endpoint_at(
        &self,
        owner: &Viewer,
        new: NewEndpoint,
        base_url: String,
    ) -> (FormId, ServiceId) {
        let (endpoint, service) = (EndpointId::new(), ServiceId::new());
        let facts = json!({
            "endpoint_id": endpoint, "service_id": service, "tenant_id": owner.tenant,
            "service_slug": "orders", "visibility": "PUBLIC",
            "method": new.method, "path": new.path, "operation_id": null, "title": "Place an order",
            "description": null, "tag": null, "deprecated": false, "permission": WRITE,
        });
        let detail = json!({ "base_url": base_url, "request_schema": new.schema });
        self.announce(EndpointAdded { facts, detail }).await;
        (FormId::from_uuid(endpoint.uuid()), service)
    }

    pub(super) async fn announce_subscription(&self, tenant: TenantId, service: ServiceId) {
        self.announce(TenantServiceSubscribed {
            tenant_id: tenant,
            service_id: service,
        })
        .await;
    }

    async fn announce(&self, payload: impl Payload) {
        let mut conn = self.app().db.write().await.unwrap();
        event::record(&mut conn, &self.app().clock, &payload)
            .await
            .unwrap();
    }

    pub(super) async fn ask(
        &self,
        viewer: Option<&Viewer>,
        query: &str,
        variables: Value,
    ) -> Value {
        self.test
            .ask(&self.schema, crate::attach, viewer, query, variables)
            .await
    }

    /// What an operation answers that must succeed.
    pub(super) async fn data(&self, viewer: &Viewer, query: &str, variables: Value) -> Value {
        let mut answer = self.ask(Some(viewer), query, variables).await;
        assert!(answer.get("errors").is_none(), "{answer:#}");
        answer["data"].take()
    }

    /// Submits data and returns the result, or the code of the refusal.
    pub(super) async fn submit(&self, viewer: &Viewer, form: FormId, data: Value) -> Value {
        self.submit_input(viewer, json!({ "formId": form, "data": data }))
            .await
    }

    pub(super) async fn submit_with_key(
        &self,
        viewer: &Viewer,
        form: FormId,
        data: Value,
        key: &str,
    ) -> Value {
        let input = json!({ "formId": form, "data": data, "idempotencyKey": key });
        self.submit_input(viewer, input).await
    }

    /// How many submissions of a form the viewer sees.
    pub(super) async fn count(&self, viewer: &Viewer, form: FormId) -> i64 {
        let query = "query($id: ID!) { form(id: $id) { submissions { totalCount } } }";
        let data = self.data(viewer, query, json!({ "id": form })).await;
        data["form"]["submissions"]["totalCount"].as_i64().unwrap()
    }

    async fn submit_input(&self, viewer: &Viewer, input: Value) -> Value {
        let answer = self
            .ask(Some(viewer), SUBMIT, json!({ "input": input }))
            .await;
        match answer["errors"][0]["code"].as_str() {
            Some(code) => json!(code),
            None => answer["data"]["submitForm"].clone(),
        }
    }
}

/// An order: a path, a query and a body with a secret in it.
pub(super) fn order() -> NewEndpoint {
    NewEndpoint {
        method: "POST",
        path: "/shops/{shop}/orders",
        schema: json!({
            "type": "object",
            "required": ["path", "body"],
            "properties": {
                "path": { "type": "object", "properties": { "shop": { "type": "string" } }, "required": ["shop"] },
                "query": { "type": "object", "properties": { "dryRun": { "type": "boolean" } } },
                "body": {
                    "type": "object",
                    "required": ["item", "count"],
                    "additionalProperties": false,
                    "properties": {
                        "item": { "type": "string", "minLength": 2, "maxLength": 20 },
                        "count": { "type": "integer", "minimum": 1, "maximum": 99 },
                        "mail": { "type": "string", "format": "email" },
                        "pin": { "type": "string", "format": "password" },
                    },
                },
            },
        }),
    }
}

/// Data that fits [`order`].
pub(super) fn order_data() -> Value {
    json!({ "path": { "shop": "main street" }, "query": { "dryRun": true }, "body": { "item": "tea", "count": 2 } })
}

#[derive(Serialize)]
struct EndpointAdded {
    #[serde(flatten)]
    facts: Value,
    #[serde(skip)]
    detail: Value,
}

#[derive(Serialize)]
struct TenantServiceSubscribed {
    tenant_id: TenantId,
    service_id: ServiceId,
}

impl Payload for EndpointAdded {
    const KIND: &'static str = "endpoint.added";

    fn subject(&self) -> String {
        "an endpoint".to_owned()
    }

    fn tenant(&self) -> Option<TenantId> {
        None
    }

    fn detail(&self) -> Option<Value> {
        Some(self.detail.clone())
    }
}

impl Payload for TenantServiceSubscribed {
    const KIND: &'static str = "tenant.service_subscribed";

    fn subject(&self) -> String {
        self.service_id.to_string()
    }

    fn tenant(&self) -> Option<TenantId> {
        Some(self.tenant_id)
    }
}
