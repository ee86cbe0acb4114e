//! The rows of second factors and API keys.

use serde_json::json;

use super::Outsider::{Blind, Elsewhere};
use super::{Case, MUTATION, QUERY, case, none, open, refused};

/// Every root field of theirs.
pub(super) const CASES: &[Case] = &[
    case(
        MUTATION,
        "setupTwoFactor",
        "mutation { setupTwoFactor { expiresAt } }",
        none,
        Elsewhere,
    ),
    case(
        MUTATION,
        "confirmTwoFactor",
        "mutation { confirmTwoFactor(input: { code: \"12345\" }) { recoveryCodes } }",
        none,
        Elsewhere,
    ),
    open(case(
        MUTATION,
        "completeTwoFactor",
        "mutation { completeTwoFactor(input: { challengeToken: \"ptt_unknown\", code: \"123456\" }) { accessToken } }",
        none,
        Elsewhere,
    )),
    case(
        MUTATION,
        "disableTwoFactor",
        "mutation { disableTwoFactor(input: { code: \"123456\" }) { session { id } } }",
        none,
        Elsewhere,
    ),
    case(
        MUTATION,
        "regenerateRecoveryCodes",
        "mutation { regenerateRecoveryCodes(input: { code: \"123456\" }) { recoveryCodes } }",
        none,
        Elsewhere,
    ),
    case(
        MUTATION,
        "reauthenticate",
        "mutation { reauthenticate(input: { password: \"another-Tractor-7\" }) { session { id } } }",
        none,
        Elsewhere,
    ),
    case(
        QUERY,
        "apiKey",
        "query ($id: ID!) { apiKey(id: $id) { id name scopes } }",
        |ids| json!({ "id": ids.api_key }),
        Blind,
    ),
    refused(
        "FORBIDDEN",
        case(
            MUTATION,
            "createApiKey",
            "mutation { createApiKey(input: { name: \"X\", owner: TENANT, scopes: [\"service:read\"] }) { apiKey { name } } }",
            none,
            Elsewhere,
        ),
    ),
    refused(
        "NOT_FOUND",
        case(
            MUTATION,
            "updateApiKey",
            "mutation ($id: ID!) { updateApiKey(input: { apiKeyId: $id, name: \"X\" }) { apiKey { id } } }",
            |ids| json!({ "id": ids.api_key }),
            Blind,
        ),
    ),
    refused(
        "NOT_FOUND",
        case(
            MUTATION,
            "revokeApiKey",
            "mutation ($id: ID!) { revokeApiKey(input: { apiKeyId: $id }) { apiKey { id } } }",
            |ids| json!({ "id": ids.api_key }),
            Blind,
        ),
    ),
];
