//! The ids that only forms give out.

use kit::typed_id;

typed_id!(
    /// Data that somebody submitted through a form.
    SubmissionId, "sbm");

typed_id!(
    /// The right to deliver one submission, for a while.
    LeaseId, "lea");
