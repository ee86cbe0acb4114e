//! Endpoints: adding them, and what it takes to see one.

use kit::db::Json;
use kit::id::{EndpointId, ServiceId};
use kit::permission::is_well_formed;
use kit::{App, Conn, Viewer, event};
use serde_json::Value;

use crate::error::RegistryError;
use crate::events::{EndpointAdded, EndpointDetail};
use crate::openapi::{self, Limits, Method, Operation, Warning};
use crate::service::{managed_tenant, optional, text};
use crate::store::{Endpoint, NewEndpoint, Service, Usage};

const TITLE_CHARS_MAX: usize = 300;
const NAME_CHARS_MAX: usize = 200;
const DESCRIPTION_CHARS_MAX: usize = 20_000;
const PERMISSION_CHARS_MAX: usize = 150;

/// Endpoints written at once while a service is imported.
const BATCH_MAX: usize = 40;
/// Request schemas written at once; MySQL takes 16 MiB in one statement by default.
const BATCH_BYTES_MAX: usize = 4 * 1024 * 1024;

/// An endpoint before it is written.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) operation_id: Option<String>,
    pub(crate) title: String,
    pub(crate) description: Option<String>,
    pub(crate) tag: Option<String>,
    pub(crate) deprecated: bool,
    /// The default for its method if absent.
    pub(crate) permission: Option<String>,
    /// Where it answers, if not at the service's address.
    pub(crate) base_url: Option<String>,
    pub(crate) request_schema: Value,
    pub(crate) warnings: Vec<Warning>,
}

/// An endpoint described by hand.
#[derive(Debug, Clone)]
pub(crate) struct ByHand {
    pub(crate) service: ServiceId,
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) operation_id: Option<String>,
    pub(crate) title: String,
    pub(crate) description: Option<String>,
    pub(crate) tag: Option<String>,
    pub(crate) deprecated: bool,
    pub(crate) permission: Option<String>,
    pub(crate) request_schema: Option<Value>,
}

impl From<Operation> for Draft {
    fn from(operation: Operation) -> Self {
        Self {
            method: operation.method,
            path: operation.path,
            operation_id: operation.operation_id,
            title: operation.title,
            description: operation.description,
            tag: operation.tag,
            deprecated: operation.deprecated,
            permission: None,
            base_url: None,
            request_schema: operation.request_schema,
            warnings: operation.warnings,
        }
    }
}

/// What an endpoint requires unless it says otherwise.
fn default_permission(slug: &str, method: Method) -> String {
    let action = if method.is_safe() { "read" } else { "write" };
    format!("service.{slug}:{action}")
}

/// Adds an endpoint to a service of the tenant.
pub(crate) async fn add(
    app: &App,
    viewer: &Viewer,
    quota: Usage,
    by_hand: ByHand,
) -> Result<Endpoint, RegistryError> {
    let tenant = managed_tenant(viewer)?;
    let id = by_hand.service;
    let draft = by_hand.check()?;
    let mut conn = app.db.write().await?;
    conn.transaction(async |conn| {
        let service = Service::find_own(conn, tenant, id)
            .await?
            .ok_or(RegistryError::NotFound(id))?;
        draft.check_permission(&service)?;
        let placed = draft.place(&service);
        let taken = Usage {
            services: 0,
            schema_bytes: placed.schema_bytes(),
        };
        taken.add(conn, tenant, quota).await?;
        let max = Limits::default().operations_max;
        if !Service::count_endpoint(conn, id, max).await? {
            return Err(RegistryError::TooManyEndpoints(max));
        }
        let id = placed.row.id;
        Endpoint::insert(conn, placed.row).await?;
        event::record(conn, &app.clock, &placed.added).await?;
        let mut written = Endpoint::by_ids(conn, &[id]).await?;
        written.pop().ok_or(RegistryError::Storage(
            diesel::result::Error::NotFound.into(),
        ))
    })
    .await
}

/// Writes the endpoints of a new service and announces them, in the caller's transaction.
pub(crate) async fn insert_all(
    conn: &mut Conn,
    app: &App,
    placed: Vec<Placed>,
) -> Result<(), RegistryError> {
    let mut placed = placed.into_iter();
    loop {
        let (mut rows, mut added, mut bytes) = (Vec::new(), Vec::new(), 0);
        while rows.len() < BATCH_MAX && bytes < BATCH_BYTES_MAX {
            let Some(next) = placed.next() else { break };
            bytes += next.row.request_schema.len();
            rows.push(next.row);
            added.push(next.added);
        }
        if rows.is_empty() {
            return Ok(());
        }
        Endpoint::insert_all(conn, rows).await?;
        event::record_all(conn, &app.clock, &added).await?;
    }
}

impl ByHand {
    fn check(self) -> Result<Draft, RegistryError> {
        let path = text("/path", &self.path, Limits::default().path_chars_max)?;
        if let Some(fault) = openapi::template::fault(&path) {
            return Err(RegistryError::invalid("/path", format!("`path` {fault}")));
        }
        let permission = optional("/permission", self.permission, PERMISSION_CHARS_MAX)?;
        if let Some(wrong) = permission
            .as_ref()
            .filter(|permission| !is_well_formed(permission))
        {
            let rule = format!("`{wrong}` is no permission; write it like `service.billing:read`");
            return Err(RegistryError::invalid("/permission", rule));
        }
        let schema = self.request_schema.as_ref();
        let request_schema = openapi::request_schema(&path, schema).map_err(|fault| {
            let message = format!("`requestSchema`: {}", fault.message);
            RegistryError::invalid(format!("/requestSchema{}", fault.pointer), message)
        })?;
        Ok(Draft {
            method: self.method,
            operation_id: optional("/operationId", self.operation_id, NAME_CHARS_MAX)?,
            title: text("/title", &self.title, TITLE_CHARS_MAX)?,
            description: optional("/description", self.description, DESCRIPTION_CHARS_MAX)?,
            tag: optional("/tag", self.tag, NAME_CHARS_MAX)?,
            deprecated: self.deprecated,
            permission,
            base_url: None,
            request_schema,
            warnings: Vec::new(),
            path,
        })
    }
}

/// An endpoint with an id: its row, and what is announced about it.
#[derive(Debug)]
pub(crate) struct Placed {
    row: NewEndpoint,
    added: EndpointAdded,
}

impl Placed {
    /// How much of the tenant's quota it takes.
    pub(crate) fn schema_bytes(&self) -> i64 {
        i64::try_from(self.row.request_schema.len()).unwrap_or(i64::MAX)
    }
}

impl Draft {
    /// Refuses a permission that is not about this service: whoever may use something else would
    /// be let in, or asked for more than anybody was told.
    fn check_permission(&self, service: &Service) -> Result<(), RegistryError> {
        let own = format!("service.{}", service.slug);
        let is_own = |permission: &String| {
            let rest = permission.strip_prefix(&own);
            rest.is_some_and(|rest| rest.starts_with([':', '.']))
        };
        if self.permission.as_ref().is_none_or(is_own) {
            return Ok(());
        }
        let rule = format!("`permission` must be about this service; write it like `{own}:read`");
        Err(RegistryError::invalid("/permission", rule))
    }

    /// The endpoint in this service.
    pub(crate) fn place(self, service: &Service) -> Placed {
        let id = EndpointId::new();
        let permission = self
            .permission
            .unwrap_or_else(|| default_permission(&service.slug, self.method));
        let row = NewEndpoint {
            id,
            service_id: service.id,
            method: self.method,
            path: self.path.clone(),
            operation_id: self.operation_id.clone(),
            title: self.title.clone(),
            description: self.description.clone(),
            tag: self.tag.clone(),
            deprecated: self.deprecated,
            permission: permission.clone(),
            base_url: self.base_url.clone(),
            request_schema: self.request_schema.to_string(),
            warnings: Json(self.warnings),
        };
        let added = EndpointAdded {
            endpoint_id: id,
            service_id: service.id,
            tenant_id: service.tenant_id,
            service_slug: service.slug.clone(),
            visibility: service.visibility,
            method: self.method.to_string(),
            path: self.path,
            operation_id: self.operation_id,
            title: self.title,
            description: self.description,
            tag: self.tag,
            deprecated: self.deprecated,
            permission,
            detail: EndpointDetail {
                base_url: self.base_url.unwrap_or_else(|| service.base_url.clone()),
                request_schema: self.request_schema,
            },
        };
        Placed { row, added }
    }
}
