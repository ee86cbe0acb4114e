//! Forms, as clients see them.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use kit::id::{EndpointId, FormId};
use kit::page::{Page, PageArgs, Paged};
use kit::{ApiError, ContextExt as _};
use serde_json::{Value, json};

use super::endpoint::Endpoint;
use super::field::FormField;
use super::submission::FormSubmission;
use crate::catalog::{Catalog, Prepared};
use crate::error::FormError;
use crate::ids::SubmissionId;
use crate::loaders::Forms;
use crate::{store, submission};

/// How many warnings a form shows.
const WARNINGS_MAX: usize = 200;

/// What to fill in to call an endpoint.
pub(crate) struct Form {
    pub(crate) id: FormId,
    pub(crate) title: String,
    pub(crate) description: Option<String>,
    pub(crate) prepared: Arc<Prepared>,
}

impl Form {
    /// A form as it is remembered here.
    pub(crate) async fn stored(ctx: &Context<'_>, form: &store::Form) -> Result<Self, FormError> {
        let prepared = ctx
            .data_unchecked::<Catalog>()
            .prepare(form.schema()?)
            .await?;
        Ok(Self {
            id: form.id,
            title: form.title.clone(),
            description: form.description.clone(),
            prepared,
        })
    }
}

/// What to fill in to call an endpoint. Its fields and the check of what is submitted are made of
/// the same schema.
#[Object]
impl Form {
    /// Unique id.
    async fn id(&self) -> ID {
        self.id.to_string().into()
    }

    /// What submitting it does, in a few words.
    async fn title(&self) -> &str {
        &self.title
    }

    /// What submitting it does, at length. May hold Markdown.
    async fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    /// Changes whenever the form's rules change. A submission belongs to one version.
    async fn version(&self) -> &str {
        &self.prepared.version
    }

    /// The fields on top, in the order to show them; groups hold more.
    async fn fields(&self) -> Vec<FormField> {
        self.prepared
            .fields
            .fields
            .iter()
            .map(FormField::from)
            .collect()
    }

    /// The JSON Schema 2020-12 that submitted data is checked by. It refers to nothing outside of
    /// itself. Keywords of our own check nothing: `x-portico-warnings` say what was taken out;
    /// `x-portico-media-type`, `x-portico-encoding`, `x-portico-style`, `x-portico-explode` and
    /// `x-portico-allow-reserved` say how a value is written into the request.
    async fn json_schema(&self) -> Value {
        match &self.prepared.schema {
            Ok(schema) => schema.document().clone(),
            Err(_) => json!(false),
        }
    }

    /// Whether the body takes properties that have no field.
    async fn accepts_unknown_properties(&self) -> bool {
        self.prepared.fields.accepts_unknown_properties
    }

    /// What the endpoint's schema says that the form cannot show, and why; those of the fields
    /// included, at most 200.
    async fn warnings(&self) -> Vec<String> {
        let mut warnings = self.prepared.fields.all_warnings();
        warnings.truncate(WARNINGS_MAX);
        warnings
    }

    /// The endpoint that it calls.
    async fn endpoint(&self) -> Option<Endpoint> {
        Some(Endpoint::key(EndpointId::from_uuid(self.id.uuid())))
    }

    /// What was submitted through it in your current tenant, newest first. Null if your tenant
    /// neither owns nor subscribes to the service, or you lack the permission of the endpoint.
    async fn submissions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the front, 1 to 100; 25 if absent.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the back, 1 to 100; not together with `first`.")]
        last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Option<Paged<SubmissionId, FormSubmission>>, ApiError> {
        let viewer = ctx.viewer()?;
        let page = Page::new(PageArgs {
            first,
            after,
            last,
            before,
        })?;
        if ctx.data_unchecked::<Forms>().load(self.id).await?.is_none() {
            return Ok(None);
        }
        let with_total = ctx.look_ahead().field("totalCount").exists();
        let listed = submission::list(ctx.app(), viewer, self.id, &page, with_total).await?;
        let connection = page.connection(
            listed.rows,
            listed.total,
            |row| row.id,
            FormSubmission::from,
        );
        Ok(Some(connection))
    }
}
