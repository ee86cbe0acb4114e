//! What forms remember of the registry's endpoints and the tenants' subscriptions.

use kit::App;
use kit::event::Handler;
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
    base_url: String,
    method: String,
    path: String,
    title: String,
    description: Option<String>,
    permission: String,
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
                let form = Form::from(EndpointAdded::deserialize(&event.data)?);
                forms::remember(conn, &form).await?;
            } else {
                let subscribed = TenantServiceSubscribed::deserialize(&event.data)?;
                forms::remember_subscription(conn, subscribed.tenant_id, subscribed.service_id)
                    .await?;
            }
            Ok(())
        })
    })
}

impl From<EndpointAdded> for Form {
    fn from(added: EndpointAdded) -> Self {
        Self {
            id: FormId::from_uuid(added.endpoint_id.uuid()),
            service_id: added.service_id,
            owner_id: added.tenant_id,
            permission: added.permission,
            method: added.method.to_ascii_uppercase(),
            base_url: added.base_url,
            path: added.path,
            title: added.title,
            description: added.description,
            version: schema::version(&added.request_schema),
            schema_text: added.request_schema.to_string(),
        }
    }
}
