//! Operations of services.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use kit::{ApiError, Code};
use serde_json::Value;

use super::service::Service;
use crate::openapi;
use crate::store;

/// HTTP methods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "openapi::Method")]
pub(crate) enum HttpMethod {
    /// Reads.
    Get,
    /// Replaces.
    Put,
    /// Sends something to be processed; often creates.
    Post,
    /// Removes.
    Delete,
    /// Asks what can be done.
    Options,
    /// Reads without the content.
    Head,
    /// Changes in part.
    Patch,
    /// Echoes.
    Trace,
}

/// Something in a service's own description that could not be taken over as it stands.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct OpenApiWarning {
    /// Where, as a JSON pointer into the OpenAPI document.
    pointer: String,
    /// What, and what was made of it.
    message: String,
}

impl From<openapi::Warning> for OpenApiWarning {
    fn from(warning: openapi::Warning) -> Self {
        Self {
            pointer: warning.pointer,
            message: warning.message,
        }
    }
}

/// Which endpoints to list; all conditions hold at once.
#[derive(Debug, Clone, Default, InputObject)]
pub(crate) struct EndpointFilter {
    /// Only those with this HTTP method.
    method: Option<HttpMethod>,
    /// Only those in this group.
    tag: Option<String>,
    /// Only those whose path, title or operation id contains this text.
    search: Option<String>,
}

impl From<EndpointFilter> for store::EndpointFilter {
    fn from(filter: EndpointFilter) -> Self {
        Self {
            method: filter.method.map(Into::into),
            tag: filter.tag,
            search: filter.search,
        }
    }
}

/// One operation of a service.
pub(crate) struct Endpoint(pub(crate) store::Endpoint);

/// One operation of a service. Only those that the viewer may use are shown.
#[Object]
impl Endpoint {
    /// Unique id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// HTTP method.
    async fn method(&self) -> HttpMethod {
        self.0.method.into()
    }

    /// Path below the service's address, with variables in braces.
    async fn path(&self) -> &str {
        &self.0.path
    }

    /// Its name in the service's own description.
    async fn operation_id(&self) -> Option<&str> {
        self.0.operation_id.as_deref()
    }

    /// What it does, in a few words.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// What it does, at length. May hold Markdown.
    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// The group that it belongs to.
    async fn tag(&self) -> Option<&str> {
        self.0.tag.as_deref()
    }

    /// Whether the service advises against it.
    async fn deprecated(&self) -> bool {
        self.0.deprecated
    }

    /// What a user needs to see and use it.
    async fn permission(&self) -> &str {
        &self.0.permission
    }

    /// JSON Schema 2020-12 of a request: an object whose properties `path`, `query`, `header`,
    /// `cookie` and `body` group its parts. It refers to nothing outside of itself.
    async fn request_schema(&self) -> Result<Value, ApiError> {
        serde_json::from_str(&self.0.request_schema).map_err(|err| {
            tracing::error!(error = &err as &dyn std::error::Error, endpoint.id = %self.0.id, "a kept schema is no JSON");
            ApiError::new(Code::Internal, "internal server error")
        })
    }

    /// What in the service's own description of it could not be taken over.
    async fn warnings(&self) -> Vec<OpenApiWarning> {
        self.0.warnings.0.iter().cloned().map(Into::into).collect()
    }

    /// The service that it belongs to.
    async fn service(&self, ctx: &Context<'_>) -> Result<Service, ApiError> {
        let service = super::loaders(ctx)?
            .services
            .load(self.0.service_id)
            .await?;
        let service = service.ok_or(crate::error::RegistryError::NotFound(self.0.service_id))?;
        Ok(Service(service))
    }
}
