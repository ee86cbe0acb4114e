//! The API of this subgraph.

mod endpoint;
mod field;
mod form;
mod number;
mod submission;

use async_graphql::{Context, ID, InputObject, Object, Union};
use kit::id::{EndpointId, FormId};
use kit::{ApiError, App, ContextExt as _};
use serde_json::Value;

use crate::catalog::Catalog;
use crate::ids::SubmissionId;
use crate::loaders::{Forms, Submissions};
use crate::submission::{Answer, NewSubmission, submit};
use endpoint::Endpoint;
use form::Form;
use submission::{FormRejected, FormSubmission};

/// The queries of this subgraph.
pub struct Query;

/// Entry points for reading.
#[Object]
impl Query {
    /// A form of a service that your current tenant owns or subscribes to; null if there is none
    /// with this id, or you lack the permission of its endpoint.
    async fn form(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The form's id.")] id: ID,
    ) -> Result<Option<Form>, ApiError> {
        ctx.viewer()?;
        let id = FormId::try_from(id).map_err(|err| ApiError::from(err).at("/id"))?;
        load_form(ctx, id).await
    }

    /// A submission in your current tenant; null if there is none with this id, or you lack the
    /// permission of its form's endpoint.
    async fn form_submission(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The submission's id.")] id: ID,
    ) -> Result<Option<FormSubmission>, ApiError> {
        ctx.viewer()?;
        let id = SubmissionId::try_from(id).map_err(|err| ApiError::from(err).at("/id"))?;
        load_submission(ctx, id).await
    }

    /// An endpoint by its key, with what its form is made of.
    #[graphql(entity)]
    async fn find_endpoint_by_id(
        &self,
        ctx: &Context<'_>,
        #[graphql(key, desc = "The endpoint's id.")] id: ID,
        #[graphql(desc = "What the endpoint does, in a few words.")] title: Option<String>,
        #[graphql(desc = "What the endpoint does, at length.")] description: Option<String>,
        #[graphql(desc = "JSON Schema of a request.")] request_schema: Option<Value>,
    ) -> Result<Option<Endpoint>, ApiError> {
        ctx.viewer()?;
        let endpoint = EndpointId::try_from(id).ok().map(|id| Endpoint {
            id,
            title: title.unwrap_or_default(),
            description,
            request_schema: request_schema.unwrap_or_default(),
        });
        Ok(endpoint)
    }

    /// A form by its key.
    #[graphql(entity)]
    async fn find_form_by_id(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The form's id.")] id: ID,
    ) -> Result<Option<Form>, ApiError> {
        ctx.viewer()?;
        match FormId::try_from(id) {
            Ok(id) => load_form(ctx, id).await,
            Err(_) => Ok(None),
        }
    }

    /// A submission by its key.
    #[graphql(entity)]
    async fn find_form_submission_by_id(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The submission's id.")] id: ID,
    ) -> Result<Option<FormSubmission>, ApiError> {
        ctx.viewer()?;
        match SubmissionId::try_from(id) {
            Ok(id) => load_submission(ctx, id).await,
            Err(_) => Ok(None),
        }
    }
}

async fn load_form(ctx: &Context<'_>, id: FormId) -> Result<Option<Form>, ApiError> {
    match ctx.data_unchecked::<Forms>().load(id).await? {
        Some(form) => Ok(Some(Form::stored(ctx, &form).await?)),
        None => Ok(None),
    }
}

async fn load_submission(
    ctx: &Context<'_>,
    id: SubmissionId,
) -> Result<Option<FormSubmission>, ApiError> {
    let found = ctx.data_unchecked::<Submissions>().load(id).await?;
    Ok(found.map(FormSubmission::from))
}

/// The mutations of this subgraph.
pub struct Mutation;

/// Entry points for writing.
#[Object]
impl Mutation {
    /// Checks data by the form's rules, keeps it in your tenant's own database and delivers it to
    /// the endpoint. Waits for the endpoint's answer, at most twelve seconds; a delivery that takes
    /// longer, as the platform's `outbound.timeout_ms` may allow, goes on without you.
    ///
    /// Needs the permission of the endpoint.
    async fn submit_form(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The form and its data.")] input: SubmitFormInput,
    ) -> Result<SubmitFormResult, ApiError> {
        let viewer = ctx.viewer()?;
        let form =
            FormId::try_from(input.form_id).map_err(|err| ApiError::from(err).at("/formId"))?;
        let new = NewSubmission {
            form,
            data: input.data,
            idempotency_key: input.idempotency_key,
        };
        let app: &App = ctx.app();
        let answer = submit(app, ctx.data_unchecked::<Catalog>(), viewer, new).await?;
        Ok(match answer {
            Answer::Accepted(submission) => {
                SubmitFormResult::Submission(FormSubmission(submission))
            }
            Answer::Rejected(errors) => SubmitFormResult::Rejected(errors.into()),
        })
    }
}

/// A form and what to submit through it.
#[derive(InputObject)]
struct SubmitFormInput {
    /// The form.
    form_id: ID,
    /// The values, grouped as in the form's JSON Schema: each stands at its field's pointer.
    data: Value,
    /// Text of your own choice, 1 to 190 visible ASCII characters, that makes it safe to send this
    /// mutation again: the same key with the same data answers with the first submission, and with
    /// other data it is refused.
    idempotency_key: Option<String>,
}

/// What became of submitted data.
#[derive(Union)]
enum SubmitFormResult {
    Submission(FormSubmission),
    Rejected(FormRejected),
}
