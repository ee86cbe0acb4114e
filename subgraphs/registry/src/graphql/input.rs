//! Inputs and payloads of the mutations.

use async_graphql::{Context, ID, InputObject, SimpleObject};
use kit::ApiError;
use serde_json::Value;

use super::endpoint::{Endpoint, HttpMethod, OpenApiWarning};
use super::scalar::{Upload, WebUrl};
use super::service::{Service, ServiceVisibility};
use crate::endpoint::ByHand;
use crate::error::RegistryError;
use crate::health::Settings;
use crate::import::{Overrides, Source};
use crate::service::{NewService, Visibility};

/// How the health of a service is checked.
#[derive(Debug, Clone, Default, InputObject)]
pub(crate) struct HealthCheckInput {
    /// Path below the service's address that answers with a status from 200 to 299 when all is well.
    /// Without it the address itself is asked, and every answer but a server error counts as well.
    path: Option<String>,
    /// Seconds between two checks, 5 to 86400; the platform's setting if absent.
    interval_seconds: Option<i32>,
}

/// A service that is registered by hand.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct RegisterServiceInput {
    /// Name, up to 200 characters.
    name: String,
    /// Short name in lower-case letters, digits and dashes, up to 60 characters; made of the name if
    /// absent.
    slug: Option<String>,
    /// Version, as the service itself counts, up to 60 characters.
    version: String,
    /// Where it answers, `http` or `https`.
    base_url: WebUrl,
    /// What it is for. May hold Markdown.
    description: Option<String>,
    /// Who can see it; only the current tenant if absent.
    visibility: Option<ServiceVisibility>,
    /// Its icon: a name, or an address that begins with `http://` or `https://`.
    icon: Option<String>,
    /// How its health is checked.
    health_check: Option<HealthCheckInput>,
}

/// A service that was registered.
#[derive(SimpleObject)]
pub(crate) struct RegisterServicePayload {
    /// The service.
    pub(crate) service: Service,
}

/// An OpenAPI document, 3.0 or 3.1, in JSON or YAML: give exactly one of `text`, `file` and `url`.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct ImportOpenApiInput {
    /// The document itself.
    text: Option<String>,
    /// The document as a file.
    file: Option<Upload>,
    /// Where the document can be fetched.
    url: Option<WebUrl>,
    /// Where the service answers; the document's first server if absent.
    base_url: Option<WebUrl>,
    /// Name; the document's title if absent.
    name: Option<String>,
    /// Short name in lower-case letters, digits and dashes, up to 60 characters; made of the name if
    /// absent.
    slug: Option<String>,
    /// Version; the document's if absent.
    version: Option<String>,
    /// Who can see it; only the current tenant if absent.
    visibility: Option<ServiceVisibility>,
    /// Its icon: a name, or an address that begins with `http://` or `https://`.
    icon: Option<String>,
    /// How its health is checked.
    health_check: Option<HealthCheckInput>,
}

/// A service that was imported with all of its endpoints.
#[derive(SimpleObject)]
pub(crate) struct ImportOpenApiPayload {
    /// The service.
    pub(crate) service: Service,
    /// How many endpoints it has, whether the viewer may use them or not.
    pub(crate) endpoint_count: i32,
    /// What could not be taken over and belongs to no single endpoint. `Endpoint.warnings` has the
    /// rest.
    pub(crate) warnings: Vec<OpenApiWarning>,
    /// How many warnings there are, those of the endpoints included.
    pub(crate) warning_count: i32,
}

/// An endpoint that is added by hand.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct AddEndpointInput {
    /// The service that it belongs to.
    service_id: ID,
    /// HTTP method.
    method: HttpMethod,
    /// Path below the service's address, with variables in braces, each once, such as
    /// `/tickets/{id}`; up to 500 characters.
    path: String,
    /// What it does, in a few words, up to 300 characters.
    title: String,
    /// What it does, at length. May hold Markdown.
    description: Option<String>,
    /// The group that it belongs to.
    tag: Option<String>,
    /// Its name in the service's own documentation.
    operation_id: Option<String>,
    /// Whether the service advises against it.
    #[graphql(default)]
    deprecated: bool,
    /// What a user needs to see and use it, such as `service.billing:read` or
    /// `service.billing.invoice:approve` in the service `billing`. If absent, `service.<slug>:read`
    /// for methods that only read and `service.<slug>:write` for the others.
    permission: Option<String>,
    /// JSON Schema 2020-12 of a request: an object whose properties `path`, `query`, `header`,
    /// `cookie` and `body` group its parts. If absent, a request has the variables of the path.
    request_schema: Option<Value>,
}

/// An endpoint that was added.
#[derive(SimpleObject)]
pub(crate) struct AddEndpointPayload {
    /// The endpoint.
    pub(crate) endpoint: Endpoint,
}

/// A service to be checked.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct CheckServiceHealthInput {
    /// The service.
    pub(crate) service_id: ID,
}

/// A service that was checked.
#[derive(SimpleObject)]
pub(crate) struct CheckServiceHealthPayload {
    /// The service.
    pub(crate) service: Service,
}

impl From<HealthCheckInput> for Settings {
    fn from(input: HealthCheckInput) -> Self {
        Self {
            path: input.path,
            interval_s: input.interval_seconds,
        }
    }
}

fn visibility(input: Option<ServiceVisibility>) -> Visibility {
    input.map_or(Visibility::Private, Into::into)
}

impl From<RegisterServiceInput> for NewService {
    fn from(input: RegisterServiceInput) -> Self {
        Self {
            name: input.name,
            slug: input.slug,
            version: input.version,
            description: input.description,
            base_url: input.base_url.0,
            visibility: visibility(input.visibility),
            icon: input.icon,
            health: input.health_check.unwrap_or_default().into(),
        }
    }
}

impl ImportOpenApiInput {
    /// Where the document comes from, and what goes before what it says.
    pub(crate) fn split(self, ctx: &Context<'_>) -> Result<(Source, Overrides), RegistryError> {
        let source = match (self.text, self.file, self.url) {
            (Some(text), None, None) => Source::Text(text),
            (None, Some(file), None) => Source::File(file.open(ctx).ok_or_else(|| {
                RegistryError::invalid("/file", "the request came without the file that it names")
            })?),
            (None, None, Some(url)) => Source::Url(url.0),
            _ => {
                return Err(RegistryError::invalid(
                    "",
                    "give exactly one of `text`, `file` and `url`",
                ));
            }
        };
        let overrides = Overrides {
            name: self.name,
            slug: self.slug,
            version: self.version,
            base_url: self.base_url.map(|url| url.0),
            visibility: visibility(self.visibility),
            icon: self.icon,
            health: self.health_check.unwrap_or_default().into(),
        };
        Ok((source, overrides))
    }
}

impl AddEndpointInput {
    /// The endpoint, before it is checked.
    pub(crate) fn by_hand(self) -> Result<ByHand, ApiError> {
        Ok(ByHand {
            service: super::parse(self.service_id, "/serviceId")?,
            method: self.method.into(),
            path: self.path,
            operation_id: self.operation_id,
            title: self.title,
            description: self.description,
            tag: self.tag,
            deprecated: self.deprecated,
            permission: self.permission,
            request_schema: self.request_schema,
        })
    }
}
