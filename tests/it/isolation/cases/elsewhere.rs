//! The operations of signing in elsewhere.

use super::Outsider::{Blind, Elsewhere};
use super::{Case, MUTATION, QUERY, case, none, open};

/// A row for each of them.
pub(crate) const CASES: &[Case] = &[
    open(case(
        QUERY,
        "oauthProviders",
        "{ oauthProviders { name displayName kind } }",
        none,
        Elsewhere,
    )),
    open(case(
        MUTATION,
        "oauthAuthorization",
        "mutation { oauthAuthorization(input: { provider: \"none\" }) { authorizationUrl } }",
        none,
        Elsewhere,
    )),
    open(case(
        MUTATION,
        "completeOAuth",
        "mutation { completeOAuth(input: { state: \"s\", code: \"c\", flowToken: \"f\" }) { __typename } }",
        none,
        Elsewhere,
    )),
    open(case(
        MUTATION,
        "returnFromOAuth",
        "mutation { returnFromOAuth(input: { provider: \"none\", state: \"s\", code: \"c\" }) { url } }",
        none,
        Elsewhere,
    )),
    open(case(
        MUTATION,
        "redeemSignIn",
        "mutation { redeemSignIn(input: { code: \"c\", handOverToken: \"t\" }) { __typename } }",
        none,
        Elsewhere,
    )),
    case(
        MUTATION,
        "unlinkIdentity",
        "mutation { unlinkIdentity(input: { identityId: \"idn_01h2xcejqtf2nbrexx3vqjhp41\" }) { identity { id } } }",
        none,
        Blind,
    ),
];
