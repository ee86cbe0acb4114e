//! Importing a service from its OpenAPI document.

use std::time::Duration;

use kit::id::TenantId;
use kit::outbound::Request;
use kit::{App, Viewer};
use url::Url;

use crate::endpoint::Draft;
use crate::error::RegistryError;
use crate::health;
use crate::openapi::{self, Description, Limits, Operation, Warning};
use crate::service::{self, NewService, REGISTER, Visibility};
use crate::store::{Service, Usage};
use kit::turns::{Bounds, Turn, Turns};

/// Documents that are fetched at once; each waits for somebody else's server.
const FETCHED: Bounds = Bounds {
    all_max: 16,
    each_max: 2,
    queue_max: 6,
};
/// Documents that are read at once; each takes memory several times its size.
const READ: Bounds = Bounds {
    all_max: 2,
    each_max: 1,
    queue_max: 6,
};
/// How long somebody waits for a turn.
const PATIENCE: Duration = Duration::from_secs(15);

/// Bounds how many documents this process works on at once, in all and of each tenant.
#[derive(Clone)]
pub(crate) struct Desk {
    fetching: Turns<TenantId>,
    reading: Turns<TenantId>,
}

impl Default for Desk {
    fn default() -> Self {
        Self {
            fetching: Turns::new(FETCHED),
            reading: Turns::new(READ),
        }
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
    quota: Usage,
    source: Source,
    overrides: Overrides,
) -> Result<Imported, RegistryError> {
    let tenant = viewer.require_in_tenant(REGISTER)?;
    let health = overrides.health.clone().check()?;
    let document = read(app, desk, tenant, source).await?;
    let base_url = base_url(&document, &overrides)?;
    // An address that was given is meant for all operations, whatever the document says of some.
    let base = overrides.base_url.is_none().then_some(&base_url);
    let Document {
        description, turn, ..
    } = document;
    let Description {
        operations,
        warnings,
        ..
    } = description;
    let found = NewService {
        name: overrides.name.unwrap_or(description.title),
        slug: overrides.slug,
        version: overrides.version.unwrap_or(description.version),
        description: description.description,
        base_url: base_url.clone(),
        visibility: overrides.visibility,
        icon: overrides.icon,
        health: overrides.health,
    };
    let endpoint_count =
        i32::try_from(operations.len()).expect("the limit of a document is smaller");
    let service = Service {
        endpoint_count,
        ..service::check(app, viewer, found)?
    };
    let drafts: Vec<_> = operations
        .into_iter()
        .map(|operation| place(app, operation, base))
        .collect();
    let warning_count = warnings.len()
        + drafts
            .iter()
            .map(|draft| draft.warnings.len())
            .sum::<usize>();
    service::save(app, &service, quota, health, drafts).await?;
    drop(turn);
    Ok(Imported {
        service,
        warnings,
        warning_count,
    })
}

/// A document that was read, and the turn that it takes up until it is written.
struct Document {
    address: Option<Url>,
    description: Description,
    turn: Turn<TenantId>,
}

/// Gets the document and reads it, away from the threads that serve requests.
async fn read(
    app: &App,
    desk: &Desk,
    tenant: TenantId,
    source: Source,
) -> Result<Document, RegistryError> {
    let (field, address, text) = match source {
        Source::Text(text) => ("/text", None, text.into_bytes()),
        Source::File(file) => ("/file", None, contents(file).await?),
        Source::Url(url) => {
            let _turn = turn(&desk.fetching, tenant).await?;
            ("/url", Some(url.clone()), fetch(app, url).await?)
        }
    };
    // The turn goes with the work: a request that is given up does not stop its thread.
    let turn = turn(&desk.reading, tenant).await?;
    let reading = tokio::task::spawn_blocking(move || (openapi::read(&text), turn)).await;
    let (description, turn) =
        reading.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()));
    let description = description.map_err(|error| RegistryError::OpenApi { field, error })?;
    Ok(Document {
        address,
        description,
        turn,
    })
}

async fn turn(turns: &Turns<TenantId>, tenant: TenantId) -> Result<Turn<TenantId>, RegistryError> {
    let turn = turns.take(&tenant, PATIENCE).await;
    turn.ok_or(RegistryError::Busy)
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
fn base_url(document: &Document, overrides: &Overrides) -> Result<Url, RegistryError> {
    if let Some(url) = &overrides.base_url {
        return Ok(url.clone());
    }
    let servers = &document.description.servers;
    let named = servers.first().map_or("/", |server| server.url.as_str());
    let found = match &document.address {
        Some(address) => address.join(named),
        None => Url::parse(named),
    };
    found.map_err(|_| {
        let message = "the document names no absolute address of the service; give `baseUrl`";
        RegistryError::invalid("/baseUrl", message)
    })
}

/// An operation as an endpoint, at an address of its own where it has one that can be followed.
fn place(app: &App, operation: Operation, base: Option<&Url>) -> Draft {
    let own = operation.server.clone().zip(base);
    let mut draft = Draft::from(operation);
    let Some((server, base)) = own else {
        return draft;
    };
    let found = base.join(&server).ok();
    match found.and_then(|url| service::base_url(app, url).ok()) {
        Some(url) => draft.base_url = Some(url),
        None => {
            let path = draft.path.replace('~', "~0").replace('/', "~1");
            let method = draft.method.as_str().to_lowercase();
            draft.warnings.push(Warning {
                pointer: format!("/paths/{path}/{method}/servers"),
                message: "the operation's own address cannot be followed; the service's is used"
                    .to_owned(),
            });
        }
    }
    draft
}
