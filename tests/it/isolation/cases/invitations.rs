//! The rows of invitations to tenants.

use serde_json::json;

use super::Outsider::{Blind, Elsewhere};
use super::{Case, MUTATION, QUERY, case, none, open, refused};

/// A row for each operation on them.
pub(super) const CASES: &[Case] = &[
    open(case(
        QUERY,
        "invitation",
        "{ invitation(token: \"pti_unknown\") { tenantSlug tenantName roles email } }",
        none,
        Elsewhere,
    )),
    refused(
        "FORBIDDEN",
        case(
            MUTATION,
            "inviteTenantMember",
            "mutation ($id: ID!) { inviteTenantMember(input: { tenantId: $id, email: \"x@example.com\", roles: [\"viewer\"] }) { invitation { id } } }",
            |ids| json!({ "id": ids.tenant }),
            Blind,
        ),
    ),
    refused(
        "FORBIDDEN",
        case(
            MUTATION,
            "resendInvitation",
            "mutation ($id: ID!) { resendInvitation(input: { invitationId: $id }) { invitation { id email } } }",
            |ids| json!({ "id": ids.invitation }),
            Blind,
        ),
    ),
    refused(
        "FORBIDDEN",
        case(
            MUTATION,
            "revokeInvitation",
            "mutation ($id: ID!) { revokeInvitation(input: { invitationId: $id }) { invitation { id email } } }",
            |ids| json!({ "id": ids.invitation }),
            Blind,
        ),
    ),
    refused(
        "BAD_USER_INPUT",
        case(
            MUTATION,
            "acceptInvitation",
            "mutation { acceptInvitation(input: { token: \"pti_unknown\" }) { membership { id } } }",
            none,
            Elsewhere,
        ),
    ),
];
