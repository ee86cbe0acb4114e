//! Tenants, as clients see them.

use async_graphql::{Context, Enum, ID, Object};
use chrono::{DateTime, Utc};
use kit::ApiError;
use kit::page::{PageArgs, Paged};

use super::invitation::{Invitation, InvitationFilter};
use super::member::Membership;
use super::plan::{Feature, Plan};
use super::subscription::TenantService;
use crate::ids::{InvitationId, MembershipId, SubscriptionId};
use crate::plan::{self, FREE};
use crate::store;

/// A tenant of the viewer.
pub(crate) struct Tenant(pub(crate) store::Tenant);

/// An isolated customer of the platform, with members, services and a database of its own.
#[Object]
impl Tenant {
    /// Its id.
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Its short name in addresses; unique.
    async fn slug(&self) -> &str {
        &self.0.slug
    }

    /// What people call it.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Where it is in its life.
    async fn state(&self) -> TenantState {
        self.0.state.into()
    }

    /// When it was asked for.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at.and_utc()
    }

    /// The plan that it is on.
    async fn plan(&self) -> Plan {
        Plan(&FREE)
    }

    /// What it may use, and how much of it.
    async fn features(&self) -> Vec<Feature> {
        let features = plan::Feature::ALL.into_iter();
        features
            .map(|feature| Feature::of(&FREE, feature))
            .collect()
    }

    /// Its members, in the order in which they joined. Shown in the current tenant; needs the
    /// permission `tenant.member:read`.
    async fn members(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the front, 1 to 100; 25 if absent.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the back, 1 to 100; not together with `first`.")]
        last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Option<Result<Paged<MembershipId, Membership>, ApiError>> {
        let args = PageArgs {
            first,
            after,
            last,
            before,
        };
        Some(super::member::list(ctx, self.0.id, args).await)
    }

    /// Whom it has invited, in the order in which they were; those whose time is over for 90 days are
    /// not kept. Shown in the current tenant; needs the permission `tenant.member:manage`.
    async fn invitations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the front, 1 to 100; 25 if absent.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the back, 1 to 100; not together with `first`.")]
        last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
        #[graphql(desc = "Which ones; all if absent.")] filter: Option<InvitationFilter>,
    ) -> Option<Result<Paged<InvitationId, Invitation>, ApiError>> {
        let args = PageArgs {
            first,
            after,
            last,
            before,
        };
        Some(super::invitation::list(ctx, self.0.id, args, filter).await)
    }

    /// The services that it subscribes to, in the order in which it did. Shown in the current
    /// tenant.
    async fn services(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the front, 1 to 100; 25 if absent.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the back, 1 to 100; not together with `first`.")]
        last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Option<Result<Paged<SubscriptionId, TenantService>, ApiError>> {
        let args = PageArgs {
            first,
            after,
            last,
            before,
        };
        Some(super::subscription::list(ctx, self.0.id, args).await)
    }
}

/// Where a tenant is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "store::State")]
enum TenantState {
    /// Asked for; nothing is made yet.
    Requested,
    /// Its database is being made. What fails is tried again in the background.
    Provisioning,
    /// Ready to be entered.
    Active,
    /// Its database could not be made; `retryTenantProvisioning` tries again.
    Failed,
}
