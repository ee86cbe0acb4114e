//! Services: registering one, and which of them a tenant sees.
//!
//! A service belongs to the tenant that registered it. That tenant sees it, and when it is public
//! every other tenant does. Reading needs no permission beyond a current tenant; endpoints carry
//! permissions of their own.

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::sql_types::Text;
use kit::id::{ServiceId, TenantId};
use kit::page::Page;
use kit::{App, Permission, Viewer, event};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::endpoint::{self, Draft, Placed};
use crate::error::RegistryError;
use crate::events::ServiceRegistered;
use crate::health;
use crate::slug;
use crate::store::{Service, ServiceFilter, Usage};

/// What registering a service needs.
pub(crate) const REGISTER: Permission = Permission("service:register");
/// What changing or checking a service of the tenant needs.
pub(crate) const MANAGE: Permission = Permission("service:manage");

const NAME_CHARS_MAX: usize = 200;
const VERSION_CHARS_MAX: usize = 60;
const DESCRIPTION_CHARS_MAX: usize = 20_000;
const ICON_CHARS_MAX: usize = 500;
const URL_CHARS_MAX: usize = 2_000;

/// Who can see a service.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
    AsExpression,
    FromSqlRow,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[diesel(sql_type = Text)]
pub(crate) enum Visibility {
    /// The tenant that owns it.
    Private,
    /// Every tenant.
    Public,
}

impl Visibility {
    pub(crate) const ALL: [Self; 2] = [Self::Private, Self::Public];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Private => "PRIVATE",
            Self::Public => "PUBLIC",
        }
    }
}

crate::store::text_column!(Visibility);

/// A service to be registered.
#[derive(Debug, Clone)]
pub(crate) struct NewService {
    pub(crate) name: String,
    pub(crate) slug: Option<String>,
    pub(crate) version: String,
    pub(crate) description: Option<String>,
    pub(crate) base_url: Url,
    pub(crate) visibility: Visibility,
    pub(crate) icon: Option<String>,
    pub(crate) health: health::Settings,
}

/// Registers a service that has no endpoints yet.
pub(crate) async fn register(
    app: &App,
    viewer: &Viewer,
    quota: Usage,
    new: NewService,
) -> Result<Service, RegistryError> {
    viewer.require_in_tenant(REGISTER)?;
    let health = new.health.clone().check()?;
    let service = check(app, viewer, new)?;
    save(app, &service, quota, health, Vec::new()).await?;
    Ok(service)
}

/// Checks what a service says about itself, and gives it an id.
pub(crate) fn check(app: &App, viewer: &Viewer, new: NewService) -> Result<Service, RegistryError> {
    let name = text("/name", &new.name, NAME_CHARS_MAX)?;
    let version = text("/version", &new.version, VERSION_CHARS_MAX)?;
    let slug = match new.slug {
        Some(slug) if slug::is_slug(&slug) => slug,
        Some(_) => return Err(slug_rule("`slug` must be")),
        None => slug::of_name(&name)
            .ok_or_else(|| slug_rule("give a `slug`, as the name has no letters for one:"))?,
    };
    Ok(Service {
        id: ServiceId::new(),
        tenant_id: viewer.tenant()?,
        slug,
        version,
        name,
        description: optional("/description", new.description, DESCRIPTION_CHARS_MAX)?,
        base_url: base_url(app, new.base_url)?,
        visibility: new.visibility,
        icon: icon(new.icon)?,
        endpoint_count: 0,
        created_by: viewer.user,
        created_at: app.clock.now_utc(),
    })
}

/// Writes a service, its endpoints and what is announced about them: all of it or nothing.
pub(crate) async fn save(
    app: &App,
    service: &Service,
    quota: Usage,
    health: health::Settings,
    endpoints: Vec<Draft>,
) -> Result<(), RegistryError> {
    let announced = ServiceRegistered {
        service_id: service.id,
        tenant_id: service.tenant_id,
        slug: service.slug.clone(),
        name: service.name.clone(),
        version: service.version.clone(),
        description: service.description.clone(),
        icon: service.icon.clone(),
        visibility: service.visibility,
        base_url: service.base_url.clone(),
        endpoint_count: service.endpoint_count,
    };
    let drafts: Vec<_> = endpoints
        .into_iter()
        .map(|draft| draft.place(service))
        .collect();
    let taken = Usage {
        services: 1,
        schema_bytes: drafts.iter().map(Placed::schema_bytes).sum(),
    };
    let mut conn = app.db.write().await?;
    Usage::begin(&mut conn, service.tenant_id).await?;
    conn.transaction(async |conn| {
        taken.add(conn, service.tenant_id, quota).await?;
        service.insert(conn).await?;
        health::begin(conn, service, health).await?;
        event::record(conn, &app.clock, &announced).await?;
        endpoint::insert_all(conn, app, drafts).await
    })
    .await
}

/// Lists services that the tenant sees, and counts them if asked to.
pub(crate) async fn list(
    app: &App,
    viewer: &Viewer,
    filter: &ServiceFilter,
    page: &Page<ServiceId>,
    counted: bool,
) -> Result<(Vec<Service>, i64), RegistryError> {
    let tenant = viewer.tenant()?;
    let mut conn = app.db.read().await?;
    let total = if counted {
        Service::count(&mut conn, tenant, filter).await?
    } else {
        0
    };
    Ok((Service::page(&mut conn, tenant, filter, page).await?, total))
}

/// The service with a slug: the tenant's own before a public one, the newest before an older one.
pub(crate) async fn find_by_slug(
    app: &App,
    viewer: &Viewer,
    slug: &str,
    version: Option<&str>,
) -> Result<Option<Service>, RegistryError> {
    let tenant = viewer.tenant()?;
    let mut conn = app.db.read().await?;
    match Service::find_own_by_slug(&mut conn, tenant, slug, version).await? {
        Some(own) => Ok(Some(own)),
        None => Ok(Service::find_by_slug(&mut conn, tenant, slug, version).await?),
    }
}

fn slug_rule(beginning: &str) -> RegistryError {
    let max = slug::CHARS_MAX;
    let message = format!(
        "{beginning} lower-case letters and digits with single dashes in between, at most {max}"
    );
    RegistryError::invalid("/slug", message)
}

/// An icon is shown by whoever shows the service, so it is a name or something to be fetched from
/// the web and nothing that runs.
fn icon(icon: Option<String>) -> Result<Option<String>, RegistryError> {
    let icon = optional("/icon", icon, ICON_CHARS_MAX)?;
    let is_name = |icon: &str| {
        let special = |c: char| c.is_control() || c.is_whitespace() || ":/\\<>&\"'`".contains(c);
        !icon.contains(special)
    };
    let is_web = |icon: &str| {
        Url::parse(icon).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
    };
    match icon {
        Some(icon) if !is_name(&icon) && !is_web(&icon) => {
            let rule = "`icon` must be a name, such as `ticket`, or an address that begins with http:// or https://";
            Err(RegistryError::invalid("/icon", rule))
        }
        icon => Ok(icon),
    }
}

/// An address that may be followed and that paths can be put below.
pub(crate) fn base_url(app: &App, url: Url) -> Result<String, RegistryError> {
    app.outbound
        .check(&url)
        .map_err(|err| RegistryError::invalid("/baseUrl", format!("`baseUrl`: {err}")))?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err(RegistryError::invalid(
            "/baseUrl",
            "`baseUrl` must have neither a query nor a fragment",
        ));
    }
    if url.as_str().len() > URL_CHARS_MAX {
        return Err(too_long("/baseUrl", URL_CHARS_MAX));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// A text that must be there, without the space around it.
pub(crate) fn text(
    field: &'static str,
    text: &str,
    chars_max: usize,
) -> Result<String, RegistryError> {
    match text.trim() {
        "" => Err(RegistryError::invalid(
            field,
            format!("`{}` must not be empty", &field[1..]),
        )),
        text if text.chars().count() > chars_max => Err(too_long(field, chars_max)),
        text => Ok(text.to_owned()),
    }
}

/// A text that may be absent; an empty one is.
pub(crate) fn optional(
    field: &'static str,
    value: Option<String>,
    chars_max: usize,
) -> Result<Option<String>, RegistryError> {
    match value.filter(|value| !value.trim().is_empty()) {
        None => Ok(None),
        Some(value) => text(field, &value, chars_max).map(Some),
    }
}

fn too_long(field: &'static str, max: usize) -> RegistryError {
    RegistryError::invalid(
        field,
        format!("`{}` must have at most {max} characters", &field[1..]),
    )
}

/// The tenant that owns what this viewer manages.
pub(crate) fn managed_tenant(viewer: &Viewer) -> Result<TenantId, RegistryError> {
    Ok(viewer.require_in_tenant(MANAGE)?)
}
