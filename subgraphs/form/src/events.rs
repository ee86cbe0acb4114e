//! What forms announce.

use kit::event::Payload;
use kit::id::{FormId, TenantId, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::SubmissionId;
use crate::store::State;

/// Somebody submitted a form, and what became of it is known.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct FormSubmitted {
    /// The submission.
    pub(crate) submission_id: SubmissionId,
    /// The form.
    pub(crate) form_id: FormId,
    /// The tenant that it was submitted in.
    pub(crate) tenant_id: TenantId,
    /// Who submitted it.
    pub(crate) user_id: UserId,
    /// What became of it.
    pub(crate) state: State,
    /// What the form needs, so that whoever may not see the submission does not see this either.
    #[serde(skip)]
    pub(crate) permission: Option<String>,
}

/// The delivery of a submission to its endpoint ended, well or badly.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct FormDelivered {
    /// The submission.
    pub(crate) submission_id: SubmissionId,
    /// The form.
    pub(crate) form_id: FormId,
    /// The tenant that it was submitted in.
    pub(crate) tenant_id: TenantId,
    /// What became of it.
    pub(crate) state: State,
    /// The HTTP status of the endpoint's answer; none without an answer.
    pub(crate) status: Option<i32>,
    /// What the form needs, so that whoever may not see the submission does not see this either.
    #[serde(skip)]
    pub(crate) permission: Option<String>,
}

impl Payload for FormSubmitted {
    const KIND: &'static str = "form.submitted";

    fn subject(&self) -> String {
        self.submission_id.to_string()
    }

    fn tenant(&self) -> Option<TenantId> {
        Some(self.tenant_id)
    }

    fn permission(&self) -> Option<String> {
        self.permission.clone()
    }
}

impl Payload for FormDelivered {
    const KIND: &'static str = "form.delivered";

    fn subject(&self) -> String {
        self.submission_id.to_string()
    }

    fn tenant(&self) -> Option<TenantId> {
        Some(self.tenant_id)
    }

    fn permission(&self) -> Option<String> {
        self.permission.clone()
    }
}
