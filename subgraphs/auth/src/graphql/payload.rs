//! What the mutations return, and the session.

use async_graphql::{ComplexObject, Context, Enum, ID, SimpleObject, Union};
use chrono::{DateTime, Utc};
use kit::id::SessionId;
use kit::scalar::Email;
use kit::{ContextExt as _, Viewer};

use super::factor::TwoFactorChallenge;
use super::oauth::Identity;
pub(crate) use super::tenant::Tenant;
pub(crate) use super::user::User;
use crate::login::{Entered, SignedIn, TWO_FACTORS};
use crate::store::identity::Identity as Linked;
use crate::store::session::Session as Row;
use crate::{Auth, cookie};

/// One signed-in device or program of a user. Only its user can see it.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Session {
    #[graphql(skip)]
    key: SessionId,
    /// The session's id.
    id: ID,
    /// What the user calls it, if they gave it a name.
    name: Option<String>,
    /// The network address that it was opened from.
    address: Option<String>,
    /// What the client that opened it calls itself.
    agent: Option<String>,
    /// Who is signed in.
    user: Option<User>,
    /// The tenant that the session works in, if one is chosen.
    tenant: Option<Tenant>,
    /// When the user signed in.
    created_at: DateTime<Utc>,
    /// When the user last proved who they are, by signing in or with `reauthenticate`.
    authenticated_at: DateTime<Utc>,
    /// By how many factors the user has proven who they are.
    assurance: Assurance,
    /// When the session last signed in or refreshed its tokens.
    last_used_at: DateTime<Utc>,
    /// When the session ends, however often it is used. One that is not used for seven days ends
    /// earlier, unless the operator set another time.
    expires_at: DateTime<Utc>,
    /// When the session was ended; null while it lasts.
    ended_at: Option<DateTime<Utc>>,
}

/// By how many factors somebody has proven who they are.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Assurance {
    /// By a password, or by an account elsewhere.
    OneFactor,
    /// By a code of the authenticator app or a recovery code besides.
    TwoFactor,
}

impl From<Row> for Session {
    fn from(row: Row) -> Self {
        Self {
            key: row.id,
            id: row.id.into(),
            name: row.name,
            address: row.address,
            agent: row.agent,
            user: Some(User { id: row.user }),
            tenant: row.tenant.map(|id| Tenant { id: id.into() }),
            created_at: row.created_at.and_utc(),
            authenticated_at: row.authenticated_at.and_utc(),
            assurance: match row.aal >= TWO_FACTORS {
                true => Assurance::TwoFactor,
                false => Assurance::OneFactor,
            },
            last_used_at: row.last_used_at.and_utc(),
            expires_at: row.expires_at.and_utc(),
            ended_at: row.revoked_at.map(|at| at.and_utc()),
        }
    }
}

#[ComplexObject]
impl Session {
    /// Whether it is the session of this request.
    async fn current(&self, ctx: &Context<'_>) -> bool {
        let session = ctx.viewer().and_then(Viewer::session);
        session.is_ok_and(|session| session == self.key)
    }
}

/// What registering has led to.
#[derive(SimpleObject)]
pub(crate) struct RegisterPayload {
    /// The address that was registered.
    pub(crate) email: Email,
    /// Whether a letter to the address must be answered before anybody can sign in, with its link
    /// or with `verifyEmail`.
    pub(crate) verification_required: bool,
    /// The new user. Null where a letter must be answered first: then the answer is the same for
    /// every address, whether it has an account or not.
    pub(crate) user: Option<User>,
}

/// A letter is on its way, if there is an account for it.
#[derive(SimpleObject)]
pub(crate) struct LetterPayload {
    /// The address, as it was sent.
    pub(crate) email: Email,
}

/// The address is proven.
#[derive(SimpleObject)]
pub(crate) struct VerifyEmailPayload {
    /// Whose it is. Go on with `login`.
    pub(crate) user: Option<User>,
}

/// The account has a new password.
#[derive(SimpleObject)]
pub(crate) struct ResetPasswordPayload {
    /// Whose account it is. Go on with `login`.
    pub(crate) user: Option<User>,
}

/// The account has a new password.
#[derive(SimpleObject)]
pub(crate) struct ChangePasswordPayload {
    /// The user.
    pub(crate) user: Option<User>,
}

/// The account has a new address.
#[derive(SimpleObject)]
pub(crate) struct ConfirmEmailChangePayload {
    /// The user.
    pub(crate) user: Option<User>,
}

/// The password was right, but the address must be proven before its user can sign in.
#[derive(SimpleObject)]
pub(crate) struct EmailUnverified {
    /// The address. `resendVerification` sends another letter to it.
    pub(crate) email: Email,
}

/// What signing in leads to. More members may follow.
#[derive(Union)]
#[expect(
    clippy::large_enum_variant,
    reason = "a request makes one, and it goes straight into the answer"
)]
pub(crate) enum LoginResult {
    /// The user is signed in.
    Success(LoginSuccess),
    /// The user is asked for a second factor.
    Challenge(TwoFactorChallenge),
    /// Nobody is signed in anew: the provider is linked to the account that was.
    Linked(IdentityLinked),
    /// The address must be proven first.
    EmailUnverified(EmailUnverified),
}

impl LoginResult {
    /// Shows what `completeOAuth` has linked.
    pub(super) fn linked(identity: Linked) -> Self {
        Self::Linked(IdentityLinked {
            identity: identity.into(),
        })
    }

    /// Shows where a proof has led. Whoever is signed in by it may see who that is.
    pub(super) fn of(ctx: &Context<'_>, entered: Entered) -> Self {
        match entered {
            Entered::SignedIn(signed_in) => {
                ctx.revealed().add(signed_in.session.user);
                Self::Success(LoginSuccess::of(ctx, signed_in))
            }
            Entered::Challenged(challenge) => Self::Challenge(challenge.into()),
            Entered::Unverified(email) => Self::EmailUnverified(EmailUnverified {
                email: Email(email),
            }),
        }
    }
}

/// Hands a refresh token out: in a cookie for a browser that asked for one, else in the answer.
fn hand_out(ctx: &Context<'_>, signed_in: &SignedIn) -> Option<String> {
    let token = &signed_in.refresh;
    let Some(cookies) = ctx.cookies() else {
        return Some(token.reveal().to_owned());
    };
    let same_site = ctx.data_unchecked::<Auth>().config.cookie_same_site;
    let expires_at = signed_in.refresh_expires_at;
    cookies.set(cookie::kept(token, expires_at, same_site, &ctx.app().clock));
    None
}

/// The provider opens the account from now on.
#[derive(SimpleObject)]
pub(crate) struct IdentityLinked {
    /// Who the user is there.
    identity: Identity,
}

/// The user is signed in.
#[derive(SimpleObject)]
pub(crate) struct LoginSuccess {
    /// Speaks for the user: send it as `Authorization: Bearer …`.
    access_token: String,
    /// When the access token ends; refresh the session before.
    access_token_expires_at: DateTime<Utc>,
    /// Gets the next access token, once. Keep it as safe as a password. Null for a browser that sent
    /// `X-Portico-Session: cookie`: it is in a cookie then, which no script can read.
    refresh_token: Option<String>,
    /// When the refresh token ends.
    refresh_token_expires_at: DateTime<Utc>,
    /// The session that was opened.
    session: Session,
    /// Who is signed in. What depends on permissions can be read with the access token only.
    user: Option<User>,
}

impl LoginSuccess {
    pub(super) fn of(ctx: &Context<'_>, signed_in: SignedIn) -> Self {
        Self {
            refresh_token: hand_out(ctx, &signed_in),
            access_token: signed_in.access.text,
            access_token_expires_at: signed_in.access.expires_at,
            refresh_token_expires_at: signed_in.refresh_expires_at,
            user: Some(User {
                id: signed_in.session.user,
            }),
            session: signed_in.session.into(),
        }
    }
}

/// The session goes on with new tokens.
#[derive(SimpleObject)]
pub(crate) struct RefreshSessionPayload {
    /// The next access token.
    access_token: String,
    /// When the access token ends.
    access_token_expires_at: DateTime<Utc>,
    /// The next refresh token; the one that was sent is spent. Null for a browser that sent
    /// `X-Portico-Session: cookie`: it is in the cookie then.
    refresh_token: Option<String>,
    /// When the refresh token ends.
    refresh_token_expires_at: DateTime<Utc>,
    /// The session.
    session: Session,
}

impl RefreshSessionPayload {
    pub(super) fn of(ctx: &Context<'_>, signed_in: SignedIn) -> Self {
        Self {
            refresh_token: hand_out(ctx, &signed_in),
            access_token: signed_in.access.text,
            access_token_expires_at: signed_in.access.expires_at,
            refresh_token_expires_at: signed_in.refresh_expires_at,
            session: signed_in.session.into(),
        }
    }
}

/// The session has ended.
#[derive(SimpleObject)]
pub(crate) struct LogoutPayload {
    /// The session, with the time it was ended.
    pub(crate) session: Session,
}

/// The session has a name.
#[derive(SimpleObject)]
pub(crate) struct RenameSessionPayload {
    /// The session, with its name.
    pub(crate) session: Session,
}

/// The session has ended.
#[derive(SimpleObject)]
pub(crate) struct RevokeSessionPayload {
    /// The session, with the time it was ended.
    pub(crate) session: Session,
}

/// Sessions have ended.
#[derive(SimpleObject)]
pub(crate) struct LogoutEverywherePayload {
    /// How many sessions were ended.
    pub(crate) ended: i32,
}

/// The session works in another tenant.
#[derive(SimpleObject)]
pub(crate) struct SwitchTenantPayload {
    /// An access token for the tenant. Use it from now on; the refresh token stays the same.
    pub(crate) access_token: String,
    /// When the access token ends.
    pub(crate) access_token_expires_at: DateTime<Utc>,
    /// The session, with its new tenant.
    pub(crate) session: Session,
    /// The tenant. More than the id can be read with the new access token only.
    pub(crate) tenant: Option<Tenant>,
}
