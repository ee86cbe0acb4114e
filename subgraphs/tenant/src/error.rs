//! What an operation of this subgraph can refuse or fail to do.

use kit::db::ConnectError;
use kit::error::StorageError;
use kit::id::{ServiceId, TenantId, UserId};
use kit::permission::Excess;
use kit::{Code, Coded, Denied};

use crate::ids::InvitationId;
use crate::invitation::PENDING_MAX;
use crate::plan::Feature;
use crate::role::ROLES_MAX;
use crate::store::{InvitationState, State};

/// Everything that can go wrong here.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TenantError {
    /// The viewer may not.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The name is empty, too long or holds control characters.
    #[error("a tenant's name has 1 to 100 characters and no control characters")]
    Name,
    /// The slug is not one.
    #[error(
        "`{0}` is no slug: 2 to 40 characters of a-z, 0-9 and `-`, beginning and ending with a letter or digit"
    )]
    Slug(String),
    /// The name has nothing that a slug can be made of.
    #[error("no slug can be made of this name; give `slug`")]
    NoSlug,
    /// Another tenant has the slug.
    #[error("the slug `{0}` is taken; choose another")]
    SlugTaken(String),
    /// Absent, or not the viewer's current tenant.
    #[error("tenant {0} does not exist or is not your current tenant")]
    NotCurrent(TenantId),
    /// Absent, or the viewer does not belong to it.
    #[error("tenant {0} does not exist")]
    NotFound(TenantId),
    /// Its rows are shown in the tenant only.
    #[error("this is shown in the tenant itself; make {0} the current one with `switchTenant`")]
    Elsewhere(TenantId),
    /// Only one's own.
    #[error("this is shown to the user themselves only")]
    NotYourself,
    /// No such role.
    #[error("there is no role `{0}`; `roles` lists them")]
    UnknownRole(String),
    /// None or too many.
    #[error("a member has 1 to {ROLES_MAX} roles; name them in `roles`")]
    RoleCount,
    /// An owner has no other role.
    #[error("`owner` grants everything and goes with no other role; name it alone")]
    OwnerAlone,
    /// Owners are made and changed by owners.
    #[error("only an owner can add, change or remove an owner")]
    OwnerOnly,
    /// Nobody would own the tenant.
    #[error("this is the last owner; make somebody else an owner first")]
    LastOwner,
    /// More than the viewer has.
    #[error(transparent)]
    Excess(#[from] Excess),
    /// No such user.
    #[error("user {0} does not exist")]
    UnknownUser(UserId),
    /// The user is not in the tenant.
    #[error("user {0} is no member of the tenant")]
    NoMember(UserId),
    /// The user is in already.
    #[error("user {0} is a member already")]
    AlreadyMember(UserId),
    /// No such service, or the tenant may not see it.
    #[error("service {0} does not exist")]
    UnknownService(ServiceId),
    /// The plan does not have it, or no more of it.
    #[error("the tenant's plan allows no more: `{}`", .0.key())]
    Quota(Feature),
    /// One user has created enough.
    #[error("you have created {0} tenants, which is the most that one user can")]
    TooManyTenants(i32),
    /// Nothing to try again.
    #[error("tenant {id} is {state}; only a FAILED one can be provisioned again")]
    NotFailed { id: TenantId, state: State },
    /// No e-mail address.
    #[error("this is no e-mail address")]
    Email,
    /// One is enough.
    #[error("this address has a pending invitation; `resendInvitation` sends it again")]
    AlreadyInvited,
    /// Too many wait.
    #[error("{PENDING_MAX} invitations are pending, which is the most; revoke some of them")]
    TooManyPending,
    /// The tenant writes too many letters.
    #[error("the tenant has sent too many invitations; try again in an hour")]
    TooManyLetters,
    /// The address gets too many letters.
    #[error("this address was sent too many invitations; try again in an hour")]
    TooManyLettersToAddress,
    /// Not in the current tenant.
    #[error("invitation {0} does not exist")]
    NoInvitation(InvitationId),
    /// Nothing to change.
    #[error("invitation {id} is {state}")]
    InvitationOver {
        id: InvitationId,
        state: InvitationState,
    },
    /// What was offered is not there any more.
    #[error("a role of this invitation was deleted; revoke it, and invite anew")]
    RoleGone,
    /// A key that belongs to no member.
    #[error("an invitation is in the name of a member, and a tenant's API key is none")]
    KeyInvites,
    /// Unknown, used, revoked, too old, or its inviter could not give this any more.
    #[error("this invitation is not good, or not any more; ask for a new one")]
    BadInvitation,
    /// The viewer needs no invitation.
    #[error("you are a member of this tenant already; the invitation stays good for somebody else")]
    MemberAlready,
    /// The database failed.
    #[error("the tenants' storage failed")]
    Storage(#[from] StorageError),
}

impl From<diesel::result::Error> for TenantError {
    fn from(err: diesel::result::Error) -> Self {
        Self::Storage(err.into())
    }
}

impl From<ConnectError> for TenantError {
    fn from(err: ConnectError) -> Self {
        Self::Storage(err.into())
    }
}

impl Coded for TenantError {
    fn code(&self) -> Code {
        match self {
            Self::Denied(denied) => denied.code(),
            Self::Name
            | Self::Slug(_)
            | Self::NoSlug
            | Self::UnknownRole(_)
            | Self::RoleCount
            | Self::OwnerAlone
            | Self::Email
            | Self::BadInvitation => Code::BadUserInput,
            Self::SlugTaken(_)
            | Self::AlreadyMember(_)
            | Self::LastOwner
            | Self::NotFailed { .. }
            | Self::AlreadyInvited
            | Self::InvitationOver { .. }
            | Self::RoleGone
            | Self::MemberAlready => Code::Conflict,
            Self::NotCurrent(_)
            | Self::NotFound(_)
            | Self::UnknownUser(_)
            | Self::NoMember(_)
            | Self::UnknownService(_)
            | Self::NoInvitation(_) => Code::NotFound,
            Self::Elsewhere(_)
            | Self::NotYourself
            | Self::OwnerOnly
            | Self::Excess(_)
            | Self::KeyInvites => Code::Forbidden,
            Self::Quota(_) | Self::TooManyTenants(_) | Self::TooManyPending => Code::QuotaExceeded,
            Self::TooManyLetters | Self::TooManyLettersToAddress => Code::RateLimited,
            Self::Storage(_) => Code::Internal,
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Name => Some("/name"),
            Self::Slug(_) | Self::NoSlug | Self::SlugTaken(_) => Some("/slug"),
            Self::NotCurrent(_) | Self::NotFound(_) | Self::NotFailed { .. } => Some("/tenantId"),
            Self::UnknownRole(_) | Self::RoleCount | Self::OwnerAlone | Self::Excess(_) => {
                Some("/roles")
            }
            Self::UnknownUser(_) | Self::NoMember(_) | Self::AlreadyMember(_) => Some("/userId"),
            Self::UnknownService(_) => Some("/serviceId"),
            Self::Email | Self::AlreadyInvited | Self::TooManyLettersToAddress => Some("/email"),
            Self::NoInvitation(_) | Self::InvitationOver { .. } | Self::RoleGone => {
                Some("/invitationId")
            }
            Self::BadInvitation | Self::MemberAlready => Some("/token"),
            Self::Denied(_)
            | Self::Elsewhere(_)
            | Self::NotYourself
            | Self::OwnerOnly
            | Self::LastOwner
            | Self::Quota(_)
            | Self::TooManyTenants(_)
            | Self::TooManyPending
            | Self::TooManyLetters
            | Self::KeyInvites
            | Self::Storage(_) => None,
        }
    }
}
