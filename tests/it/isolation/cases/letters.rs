//! The operations that letters belong to.

use super::Outsider::Elsewhere;
use super::{Case, MUTATION, case, none, open};

/// A row for each of them.
pub(super) const CASES: &[Case] = &[
    open(case(
        MUTATION,
        "verifyEmail",
        "mutation { verifyEmail(input: { token: \"ptt_unknown\" }) { user { id } } }",
        none,
        Elsewhere,
    )),
    open(case(
        MUTATION,
        "resendVerification",
        "mutation { resendVerification(input: { email: \"nobody@example.com\" }) { email } }",
        none,
        Elsewhere,
    )),
    open(case(
        MUTATION,
        "requestPasswordReset",
        "mutation { requestPasswordReset(input: { email: \"nobody@example.com\" }) { email } }",
        none,
        Elsewhere,
    )),
    open(case(
        MUTATION,
        "resetPassword",
        "mutation { resetPassword(input: { token: \"ptt_unknown\", newPassword: \"seven pelicans under a bridge\" }) { user { id } } }",
        none,
        Elsewhere,
    )),
    case(
        MUTATION,
        "changePassword",
        "mutation { changePassword(input: { currentPassword: \"wrong password\", newPassword: \"seven pelicans under a bridge\" }) { user { id } } }",
        none,
        Elsewhere,
    ),
    case(
        MUTATION,
        "requestEmailChange",
        "mutation { requestEmailChange(input: { newEmail: \"nobody@example.com\" }) { email } }",
        none,
        Elsewhere,
    ),
    open(case(
        MUTATION,
        "confirmEmailChange",
        "mutation { confirmEmailChange(input: { token: \"ptt_unknown\" }) { user { id } } }",
        none,
        Elsewhere,
    )),
];
