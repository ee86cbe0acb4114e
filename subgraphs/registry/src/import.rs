//! Importing a service from its OpenAPI document.

use std::sync::Arc;

use kit::outbound::Request;
use kit::{App, Viewer};
use tokio::sync::Semaphore;
use url::Url;

use crate::endpoint::Draft;
use crate::error::RegistryError;
use crate::health;
use crate::openapi::{self, Description, Limits, Operation, Warning};
use crate::service::{self, NewService, REGISTER, Visibility};
use crate::store::Service;

/// Documents that are read at once; each takes memory several times its size.
const READ_AT_ONCE: usize = 2;

/// Bounds how many documents this process reads at once.
#[derive(Clone)]
pub(crate) struct Desk(Arc<Semaphore>);

impl Default for Desk {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(READ_AT_ONCE)))
    }
}

/// Where a document comes from.
#[derive(Debug)]
pub(crate) enum Source {
    /// The request itself.
    Text(String),
    /// A file that was sent along.
    File(std::fs::File),
    /// An address.
    Url(Url),
}

/// What goes before what the document says.
#[derive(Debug, Clone)]
pub(crate) struct Overrides {
    pub(crate) name: Option<String>,
    pub(crate) slug: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) base_url: Option<Url>,
    pub(crate) visibility: Visibility,
    pub(crate) icon: Option<String>,
    pub(crate) health: health::Settings,
}

/// A service that was imported, and what of its document could not be taken over.
pub(crate) struct Imported {
    pub(crate) service: Service,
    pub(crate) warnings: Vec<Warning>,
    pub(crate) warning_count: usize,
}

/// Registers a service and all of its endpoints from an OpenAPI document.
///
/// Nothing is written unless everything is: the document is read before the transaction begins.
pub(crate) async fn import(
    app: &App,
    desk: &Desk,
    viewer: &Viewer,
    source: Source,
    overrides: Overrides,
) -> Result<Imported, RegistryError> {
    viewer.require_in_tenant(REGISTER)?;
    let health = overrides.health.clone().check()?;
    let turn = desk
        .0
        .acquire()
        .await
        .expect("the semaphore is never closed");
    let (field, address, description) = read(app, source).await?;
    let base_url = base_url(&description, address.as_ref(), &overrides)?;
    let own_addresses = overrides.base_url.is_none();
    let Description {
        title,
        version,
        description,
        operations,
        warnings,
        ..
    } = description;
    let service = service::check(
        app,
        viewer,
        NewService {
            name: overrides.name.unwrap_or(title),
            slug: overrides.slug,
            version: overrides.version.unwrap_or(version),
            description,
            base_url: base_url.clone(),
            visibility: overrides.visibility,
            icon: overrides.icon,
            health: overrides.health,
        },
    )?;
    let count = i32::try_from(operations.len())
        .map_err(|_| RegistryError::invalid(field, "too many operations"))?;
    let service = Service {
        endpoint_count: count,
        ..service
    };
    let in_operations: usize = operations
        .iter()
        .map(|operation| operation.warnings.len())
        .sum();
    let warning_count = in_operations + warnings.len();
    let place = |operation| place(app, operation, own_addresses.then_some(&base_url));
    let drafts = operations.into_iter().map(place).collect();
    service::save(app, &service, health, drafts).await?;
    drop(turn);
    Ok(Imported {
        service,
        warnings,
        warning_count,
    })
}

/// Gets the document and reads it, away from the threads that serve requests.
async fn read(
    app: &App,
    source: Source,
) -> Result<(&'static str, Option<Url>, Description), RegistryError> {
    let (field, address, text) = match source {
        Source::Text(text) => ("/text", None, text.into_bytes()),
        Source::File(file) => ("/file", None, contents(file).await?),
        Source::Url(url) => ("/url", Some(url.clone()), fetch(app, url).await?),
    };
    let reading = tokio::task::spawn_blocking(move || openapi::read(&text)).await;
    let description = reading.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()));
    let description = description.map_err(|error| RegistryError::OpenApi { field, error })?;
    Ok((field, address, description))
}

async fn contents(file: std::fs::File) -> Result<Vec<u8>, RegistryError> {
    use std::io::Read as _;

    // One byte more than is allowed lets the reader see that there is more.
    let max = Limits::default().document_bytes_max as u64 + 1;
    let reading = tokio::task::spawn_blocking(move || {
        let mut text = Vec::new();
        file.take(max).read_to_end(&mut text).map(|_| text)
    });
    let read = reading
        .await
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()));
    read.map_err(|err| {
        tracing::warn!(
            error = &err as &dyn std::error::Error,
            "an uploaded file cannot be read"
        );
        RegistryError::invalid("/file", "the uploaded file cannot be read; send it again")
    })
}

async fn fetch(app: &App, url: Url) -> Result<Vec<u8>, RegistryError> {
    let mut request = Request::get(url);
    request.limits.body_bytes_max = Some(Limits::default().document_bytes_max);
    let response = app
        .outbound
        .send(request)
        .await
        .map_err(RegistryError::Fetch)?;
    match response.status.is_success() {
        true => Ok(response.body),
        false => Err(RegistryError::FetchStatus(response.status.as_u16())),
    }
}

/// The address given, or the document's own, which may be relative to where the document is.
fn base_url(
    description: &Description,
    address: Option<&Url>,
    overrides: &Overrides,
) -> Result<Url, RegistryError> {
    if let Some(url) = &overrides.base_url {
        return Ok(url.clone());
    }
    let named = description
        .servers
        .first()
        .map_or("/", |server| server.url.as_str());
    let found = address.map_or_else(|| Url::parse(named), |address| address.join(named));
    found.map_err(|_| {
        let message = "the document names no absolute address of the service; give `baseUrl`";
        RegistryError::invalid("/baseUrl", message)
    })
}

/// An operation as an endpoint; its own address counts only where the service's comes from the
/// document too, because an address that was given is meant for all of them.
fn place(app: &App, operation: Operation, base: Option<&Url>) -> Draft {
    let pointer = || {
        format!(
            "/paths/{}/{}",
            operation.path.replace('/', "~1"),
            operation.method
        )
        .to_lowercase()
    };
    let own = operation.server.as_deref().zip(base);
    let own = own.map(|(server, base)| {
        (
            pointer(),
            base.join(server)
                .ok()
                .filter(|url| app.outbound.check(url).is_ok()),
        )
    });
    let mut draft = Draft::from(operation);
    match own {
        None => {}
        Some((_, Some(url))) => {
            draft.base_url = Some(url.as_str().trim_end_matches('/').to_owned())
        }
        Some((pointer, None)) => draft.warnings.push(Warning {
            pointer: format!("{pointer}/servers"),
            message: "the operation's own address cannot be followed; the service's is used"
                .to_owned(),
        }),
    }
    draft
}
