//! What forms remember of the registry's endpoints and the tenants' subscriptions.

use kit::App;
use kit::event::{Handler, HandlerError};
use kit::id::{EndpointId, FormId, ServiceId, TenantId};
use serde::Deserialize;
use serde_json::Value;

use crate::schema;
use crate::store::{Form, forms};

/// Keeps the forms and who may submit them. One handler for both, so that waiting for it is
/// waiting for everything that decides over a form.
pub(crate) const HANDLER: &str = "form.forms";

#[derive(Deserialize)]
struct EndpointAdded {
    endpoint_id: EndpointId,
    service_id: ServiceId,
    tenant_id: TenantId,
    method: String,
    path: String,
    title: String,
    description: Option<String>,
    permission: String,
}

/// What of an endpoint handlers are told and readers of events are not.
#[derive(Deserialize)]
struct EndpointDetail {
    base_url: String,
    request_schema: Value,
}

#[derive(Deserialize)]
struct TenantServiceSubscribed {
    tenant_id: TenantId,
    service_id: ServiceId,
}

/// The handler.
pub(crate) fn handler(_: &App) -> Handler {
    const KINDS: &[&str] = &["endpoint.added", "tenant.service_subscribed"];
    Handler::new(HANDLER, KINDS, |conn, event| {
        Box::pin(async move {
            if event.kind == "endpoint.added" {
                let added = EndpointAdded::deserialize(&event.data)?;
                let detail = event.detail.as_ref().ok_or_else(|| {
                    HandlerError::new(format!("event {} came without its detail", event.id))
                })?;
                let form = added.form(EndpointDetail::deserialize(detail)?);
                forms::remember(conn, &form).await?;
            } else {
                let subscribed = TenantServiceSubscribed::deserialize(&event.data)?;
                forms::remember_subscription(conn, subscribed.tenant_id, subscribed.service_id)
                    .await?;
            }
            Ok(())
        })
    })
    .detailed()
}

impl EndpointAdded {
    fn form(self, detail: EndpointDetail) -> Form {
        let schema_text = detail.request_schema.to_string();
        Form {
            id: FormId::from_uuid(self.endpoint_id.uuid()),
            service_id: self.service_id,
            owner_id: self.tenant_id,
            permission: self.permission,
            method: self.method.to_ascii_uppercase(),
            base_url: detail.base_url,
            path: self.path,
            title: self.title,
            description: self.description,
            version: schema::version_of_text(&schema_text),
            schema_text,
        }
    }
}
