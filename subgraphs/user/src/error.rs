//! Everything that an operation on users and roles can refuse or fail to do.

use std::sync::Arc;

use kit::db::ConnectError;
use kit::error::StorageError;
use kit::id::UserId;
use kit::permission::Excess;
use kit::role::RoleId;
use kit::{Code, Coded, Denied};

use crate::definition::ROLES_MAX;
use crate::pattern::{BYTES_MAX, PATTERNS_MAX};

/// Why an operation did not happen.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UserError {
    /// The viewer may not do this.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// More than the viewer has.
    #[error(transparent)]
    Excess(#[from] Excess),
    /// A person's name is empty, too long or holds control characters.
    #[error("a name has 1 to 100 characters and no control characters")]
    Name,
    /// The picture's address is none.
    #[error("`avatarUrl` must be an https URL of at most 2048 characters without credentials")]
    AvatarUrl,
    /// The locale is none.
    #[error("`locale` must be a language tag (BCP 47) like `en`, `id-ID` or `zh-Hant-TW`")]
    Locale,
    /// The time zone is none.
    #[error("`timeZone` must be a name of the IANA database, like `Asia/Jakarta` or `UTC`")]
    TimeZone,
    /// No such user.
    #[error("user {0} does not exist")]
    UnknownUser(UserId),
    /// Too long.
    #[error("`search` has at most 100 characters")]
    Search,
    /// Roles are held in a tenant.
    #[error("`role` goes without `everywhere`: roles are held in the current tenant")]
    RoleEverywhere,
    /// No such role of the current tenant.
    #[error("there is no role `{0}`; `roles` lists them")]
    UnknownSlug(String),
    /// A role's slug is none.
    #[error(
        "a slug has 2 to 40 characters of a-z, 0-9 and `-`, beginning and ending with a letter or digit"
    )]
    Slug,
    /// A role of the tenant, or a built-in one, has the slug.
    #[error("the slug `{0}` is taken; choose another")]
    SlugTaken(String),
    /// A role's name is empty, too long or holds control characters.
    #[error("a role's name has 1 to 100 characters and no control characters")]
    RoleName,
    /// A role's description is too long or holds control characters.
    #[error("a role's description has at most 500 characters and no control characters")]
    Description,
    /// A role grants nothing, or too much for one role.
    #[error(
        "a role has 1 to {PATTERNS_MAX} different patterns of at most {BYTES_MAX} bytes together"
    )]
    PatternCount,
    /// Not written like a pattern.
    #[error(
        "`{0}` is no permission: write `resource:action`, such as `tenant.member:read`, with `*` for whole segments"
    )]
    Pattern(String),
    /// A pattern of nothing that there is.
    #[error(
        "there is no permission `{pattern}`; did you mean `{nearest}`? `permissions` lists them"
    )]
    UnknownPattern {
        /// What was written.
        pattern: String,
        /// The name most like it.
        nearest: String,
    },
    /// The platform is not in the tenant.
    #[error("a role of a tenant has nothing to say about the platform: leave `platform` out")]
    PlatformPattern,
    /// A tenant has enough roles.
    #[error("a tenant has at most {ROLES_MAX} roles of its own")]
    TooManyRoles,
    /// Absent, or of another tenant.
    #[error("role {0} does not exist")]
    UnknownRole(RoleId),
    /// The same in every tenant.
    #[error("the built-in roles are the same in every tenant and stay as they are")]
    BuiltIn,
    /// Members hold the role.
    #[error("{0} members hold this role; give them others with `updateTenantMember` first")]
    RoleHeld(i64),
    /// Not a permission.
    #[error("`permission` must be written like `service.billing:read`, without `*`")]
    Permission,
    /// Reading rows failed.
    #[error("user storage failed")]
    Storage(#[from] StorageError),
}

impl From<diesel::result::Error> for UserError {
    fn from(err: diesel::result::Error) -> Self {
        Self::Storage(err.into())
    }
}

impl From<ConnectError> for UserError {
    fn from(err: ConnectError) -> Self {
        Self::Storage(err.into())
    }
}

impl Coded for UserError {
    fn code(&self) -> Code {
        match self {
            Self::Denied(denied) => denied.code(),
            Self::Excess(_) | Self::BuiltIn => Code::Forbidden,
            Self::UnknownUser(_) | Self::UnknownRole(_) => Code::NotFound,
            Self::SlugTaken(_) | Self::RoleHeld(_) => Code::Conflict,
            Self::TooManyRoles => Code::QuotaExceeded,
            Self::Name
            | Self::AvatarUrl
            | Self::Locale
            | Self::TimeZone
            | Self::Search
            | Self::RoleEverywhere
            | Self::UnknownSlug(_)
            | Self::Slug
            | Self::RoleName
            | Self::Description
            | Self::PatternCount
            | Self::Pattern(_)
            | Self::UnknownPattern { .. }
            | Self::PlatformPattern
            | Self::Permission => Code::BadUserInput,
            Self::Storage(_) => Code::Internal,
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Name | Self::RoleName => Some("/name"),
            Self::AvatarUrl => Some("/avatarUrl"),
            Self::Locale => Some("/locale"),
            Self::TimeZone => Some("/timeZone"),
            Self::UnknownUser(_) => Some("/userId"),
            Self::Search => Some("/search"),
            Self::UnknownSlug(_) | Self::RoleEverywhere => Some("/role"),
            Self::Slug | Self::SlugTaken(_) => Some("/slug"),
            Self::Description => Some("/description"),
            Self::PatternCount
            | Self::Pattern(_)
            | Self::UnknownPattern { .. }
            | Self::PlatformPattern
            | Self::Excess(_) => Some("/permissions"),
            Self::UnknownRole(_) | Self::BuiltIn | Self::RoleHeld(_) => Some("/roleId"),
            Self::Permission => Some("/permission"),
            Self::Denied(_) | Self::TooManyRoles | Self::Storage(_) => None,
        }
    }
}

/// The rows of a batch could not be read.
#[derive(Debug, Clone, thiserror::Error)]
#[error("users cannot be loaded")]
pub(crate) struct Unloaded(#[source] Arc<StorageError>);

impl From<StorageError> for Unloaded {
    fn from(err: StorageError) -> Self {
        Self(Arc::new(err))
    }
}

impl Coded for Unloaded {
    fn code(&self) -> Code {
        Code::Internal
    }
}
