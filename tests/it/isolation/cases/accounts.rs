//! The rows of accounts in the hands of administrators, and of going.

use serde_json::json;

use super::Outsider::{Blind, Elsewhere};
use super::{Case, MUTATION, case, none, refused};

/// Every root field of theirs.
pub(super) const CASES: &[Case] = &[
    refused(
        "FORBIDDEN",
        case(
            MUTATION,
            "createUser",
            "mutation { createUser(input: { name: \"Kim\", email: \"new@example.com\" }) { user { id } } }",
            none,
            Blind,
        ),
    ),
    refused(
        "FORBIDDEN",
        case(
            MUTATION,
            "deactivateUser",
            "mutation ($id: ID!) { deactivateUser(input: { userId: $id }) { user { id } } }",
            |ids| json!({ "id": ids.user }),
            Blind,
        ),
    ),
    refused(
        "FORBIDDEN",
        case(
            MUTATION,
            "reactivateUser",
            "mutation ($id: ID!) { reactivateUser(input: { userId: $id }) { user { id } } }",
            |ids| json!({ "id": ids.user }),
            Blind,
        ),
    ),
    refused(
        "FORBIDDEN",
        case(
            MUTATION,
            "deleteUser",
            "mutation ($id: ID!) { deleteUser(input: { userId: $id }) { deletedUserId } }",
            |ids| json!({ "id": ids.user }),
            Blind,
        ),
    ),
    case(
        MUTATION,
        "exportMyData",
        "mutation { exportMyData { data { userId account sessions activity profile memberships } } }",
        none,
        Elsewhere,
    ),
];
