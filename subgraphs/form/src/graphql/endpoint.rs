//! The form of an endpoint.

use async_graphql::{Context, ID, Object};
use kit::id::{EndpointId, FormId};
use kit::{ApiError, Code};
use serde_json::Value;

use super::form::Form;
use crate::catalog::Catalog;

/// An endpoint, as far as its form needs it.
pub(crate) struct Endpoint {
    pub(crate) id: EndpointId,
    pub(crate) title: String,
    pub(crate) description: Option<String>,
    pub(crate) request_schema: Value,
}

impl Endpoint {
    /// An endpoint of which only the key is known.
    pub(crate) fn key(id: EndpointId) -> Self {
        Self {
            id,
            title: String::new(),
            description: None,
            request_schema: Value::Null,
        }
    }
}

/// One operation of a service.
#[Object]
impl Endpoint {
    /// Unique id.
    async fn id(&self) -> ID {
        self.id.to_string().into()
    }

    /// What it does, in a few words.
    #[graphql(external)]
    async fn title(&self) -> &str {
        &self.title
    }

    /// What it does, at length. May hold Markdown.
    #[graphql(external)]
    async fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    /// JSON Schema 2020-12 of a request.
    #[graphql(external)]
    async fn request_schema(&self) -> &Value {
        &self.request_schema
    }

    /// The form that its request schema makes: what to fill in to call it. Null when nothing is
    /// known of its requests.
    #[graphql(requires = "title description requestSchema")]
    async fn form(&self, ctx: &Context<'_>) -> Result<Option<Form>, ApiError> {
        if !self.request_schema.is_object() {
            return Ok(None);
        }
        let catalog = ctx.data_unchecked::<Catalog>();
        let prepared = catalog
            .prepare(self.request_schema.clone())
            .await
            .map_err(|err| {
                tracing::error!(
                    error = &err as &dyn std::error::Error,
                    "a form cannot be made"
                );
                ApiError::new(Code::Internal, "internal server error")
            })?;
        Ok(Some(Form {
            id: FormId::from_uuid(self.id.uuid()),
            title: self.title.clone(),
            description: self.description.clone(),
            prepared,
        }))
    }
}
