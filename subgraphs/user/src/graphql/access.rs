//! Explaining access.

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use kit::{ApiError, ContextExt as _};

use super::object::{Role, User};
use super::{find_user, parse};
use crate::access::{self, Explanation, Reason};

/// Entry points for reading about access.
#[derive(Default)]
pub(super) struct AccessQuery;

/// Entry points for reading.
#[Object]
impl AccessQuery {
    /// Whether a member of the current tenant may do something, and which role says so. About
    /// others it needs the permission `tenant.role:read`.
    async fn explain_access(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user.")] user_id: ID,
        #[graphql(
            desc = "The permission, such as `tenant.member:manage` or `service.billing:read`."
        )]
        permission: String,
    ) -> Result<AccessExplanation, ApiError> {
        let (app, viewer) = (ctx.app(), ctx.viewer()?);
        let user = parse(user_id, "/userId")?;
        let explanation = access::explain(app, viewer, user, permission).await?;
        Ok(AccessExplanation(explanation))
    }
}

struct AccessExplanation(Explanation);

/// Whether somebody may do something in the current tenant, and why.
#[Object]
impl AccessExplanation {
    /// Whether the user may. Null if this cannot be told: what the platform lets others do is not
    /// the tenant's to know.
    async fn allowed(&self) -> Option<bool> {
        self.0.allowed
    }

    /// What the answer comes from.
    async fn outcome(&self) -> AccessOutcome {
        self.0.outcome.into()
    }

    /// The permission that was asked about.
    async fn permission(&self) -> &str {
        &self.0.permission
    }

    /// The user, if you may see them.
    async fn user(&self, ctx: &Context<'_>) -> Result<Option<User>, ApiError> {
        find_user(ctx, self.0.user).await
    }

    /// What decides: a denial if there is one, otherwise a grant. Null if no role of the user has a
    /// say in it.
    async fn decided_by(&self) -> Option<AccessReason> {
        self.0.reasons.first().cloned().map(AccessReason::from)
    }

    /// Every pattern of a role of the user that has a say in it, denials first.
    async fn reasons(&self) -> Vec<AccessReason> {
        let reasons = self.0.reasons.iter().cloned();
        reasons.map(AccessReason::from).collect()
    }
}

/// A pattern of a role that covers a permission.
#[derive(SimpleObject)]
struct AccessReason {
    /// Whether it grants or denies.
    effect: AccessEffect,
    /// The role that has the pattern.
    role: Role,
    /// The pattern, with its `!` if it denies.
    pattern: String,
}

impl From<Reason> for AccessReason {
    fn from(reason: Reason) -> Self {
        Self {
            effect: match reason.denies {
                true => AccessEffect::Deny,
                false => AccessEffect::Grant,
            },
            role: reason.role.into(),
            pattern: reason.pattern,
        }
    }
}

/// What a pattern does to what it covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
enum AccessEffect {
    /// It lets do it.
    Grant,
    /// It forbids it, whatever grants it.
    Deny,
}

/// What an answer about access comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "access::Outcome")]
enum AccessOutcome {
    /// A role grants it and none denies it.
    Granted,
    /// A role denies it.
    Denied,
    /// No role of the user grants it.
    NotGranted,
    /// The user does not belong to the current tenant.
    NotAMember,
    /// It is about the platform: its administrators have it, and no role of a tenant matters.
    Platform,
}
