//! How the items of a service come to be: by event, once.

use kit::event::{Handler, HandlerError};
use kit::id::{EndpointId, ServiceId, TenantId};
use kit::{App, Conn};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use crate::ids::MenuItemId;
use crate::store::{self, Item, Service};

/// Keeps the items, and who sees which service.
pub(crate) const ITEMS: &str = "menu.items";
/// Keeps the subscriptions of tenants.
pub(crate) const SUBSCRIPTIONS: &str = "menu.subscriptions";

const LABEL_MAX: usize = 200;
/// What a unique column can take.
const TAG_MAX: usize = 150;
/// What RFC 3986 calls unreserved stays as it is.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

#[derive(Deserialize)]
struct ServiceRegistered {
    service_id: ServiceId,
    tenant_id: TenantId,
    name: String,
    icon: Option<String>,
    visibility: String,
    endpoint_count: i32,
}

#[derive(Deserialize)]
struct EndpointAdded {
    endpoint_id: EndpointId,
    service_id: ServiceId,
    service_slug: String,
    method: String,
    title: String,
    tag: Option<String>,
    permission: String,
}

#[derive(Deserialize)]
struct TenantServiceSubscribed {
    tenant_id: TenantId,
    service_id: ServiceId,
    subscription_id: String,
}

/// What this subgraph does when something happened. Services and endpoints go through one handler,
/// so that a service is known before its endpoints; subscriptions through another, so that they do
/// not wait for the endpoints of a large import.
pub fn handlers(_: &App) -> Vec<Handler> {
    const KINDS: &[&str] = &["service.registered", "endpoint.added"];
    vec![
        Handler::new(ITEMS, KINDS, |conn, event| {
            Box::pin(async move {
                if event.kind == "endpoint.added" {
                    return add_endpoint(conn, Deserialize::deserialize(&event.data)?).await;
                }
                add_service(conn, Deserialize::deserialize(&event.data)?).await
            })
        }),
        Handler::new(
            SUBSCRIPTIONS,
            &["tenant.service_subscribed"],
            |conn, event| {
                Box::pin(async move {
                    add_subscription(conn, Deserialize::deserialize(&event.data)?).await
                })
            },
        ),
    ]
}

async fn add_subscription(
    conn: &mut Conn,
    subscribed: TenantServiceSubscribed,
) -> Result<(), HandlerError> {
    store::remember_subscription(
        conn,
        subscribed.tenant_id,
        subscribed.service_id,
        &subscribed.subscription_id,
    )
    .await?;
    Ok(())
}

async fn add_service(conn: &mut Conn, registered: ServiceRegistered) -> Result<(), HandlerError> {
    let service = Service {
        service_id: registered.service_id,
        owner_id: registered.tenant_id,
        visibility: registered.visibility,
        endpoints: registered.endpoint_count,
    };
    store::remember_service(conn, &service).await?;
    let root = Item {
        id: root_of(registered.service_id),
        service_id: registered.service_id,
        parent_id: None,
        endpoint_id: None,
        tag: None,
        label: cut(&registered.name, LABEL_MAX),
        path: None,
        icon: registered.icon,
        permission: None,
    };
    store::insert(conn, &root).await?;
    Ok(())
}

async fn add_endpoint(conn: &mut Conn, added: EndpointAdded) -> Result<(), HandlerError> {
    let tag = added
        .tag
        .as_deref()
        .map(str::trim)
        .filter(|tag| !tag.is_empty());
    let parent = match tag {
        Some(tag) => group(conn, added.service_id, &cut(tag, TAG_MAX)).await?,
        None => root_of(added.service_id),
    };
    let item = Item {
        // The same body as the endpoint's: a second item for one endpoint cannot exist.
        id: MenuItemId::from_uuid(added.endpoint_id.uuid()),
        service_id: added.service_id,
        parent_id: Some(parent),
        endpoint_id: Some(added.endpoint_id),
        tag: None,
        label: cut(&added.title, LABEL_MAX),
        path: Some(path(&added)),
        icon: Some(icon(&added.method).to_owned()),
        permission: Some(added.permission),
    };
    store::insert(conn, &item).await?;
    Ok(())
}

/// The item that groups a tag, made when it is first met.
async fn group(conn: &mut Conn, service: ServiceId, tag: &str) -> Result<MenuItemId, HandlerError> {
    if let Some(found) = store::find_group(conn, service, tag).await? {
        return Ok(found);
    }
    let group = Item {
        id: MenuItemId::new(),
        service_id: service,
        parent_id: Some(root_of(service)),
        endpoint_id: None,
        tag: Some(tag.to_owned()),
        label: tag.to_owned(),
        path: None,
        icon: None,
        permission: None,
    };
    store::insert(conn, &group).await?;
    Ok(group.id)
}

/// The item of a service has the same body as the service's id, so that nobody looks it up.
fn root_of(service: ServiceId) -> MenuItemId {
    MenuItemId::from_uuid(service.uuid())
}

/// The endpoint's id is in it, as nothing else is unique: two versions of a service have the same
/// slug and operations, and so may services of two tenants that meet in one menu.
fn path(added: &EndpointAdded) -> String {
    let slug = utf8_percent_encode(&added.service_slug, SEGMENT);
    format!("/services/{slug}/{}", added.endpoint_id)
}

/// What calling an endpoint does, as far as its method tells.
fn icon(method: &str) -> &'static str {
    match method {
        "GET" | "HEAD" | "OPTIONS" | "TRACE" => "read",
        "POST" => "create",
        "PUT" | "PATCH" => "update",
        "DELETE" => "delete",
        _ => "action",
    }
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}
