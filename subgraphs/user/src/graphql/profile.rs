//! Changing profiles.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use kit::{ApiError, ContextExt as _};

use super::object::User;
use super::parse;
use crate::profile::{self, Update};

/// Entry points for changing profiles.
#[derive(Default)]
pub(super) struct ProfileMutation;

/// Entry points for changing.
#[Object]
impl ProfileMutation {
    /// Changes your profile. Administrators of the platform change anybody's, with the permission
    /// `platform.account:update`.
    async fn update_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user, and what changes.")] input: UpdateUserInput,
    ) -> Result<UpdateUserPayload, ApiError> {
        let (app, viewer) = (ctx.app(), ctx.viewer()?);
        let user = match input.user_id {
            Some(id) => parse(id, "/userId")?,
            None => viewer.user,
        };
        let update = Update {
            name: input.name,
            avatar_url: input.avatar_url,
            locale: input.locale,
            time_zone: input.time_zone,
        };
        let profile = profile::update(app, viewer, user, update).await?;
        Ok(UpdateUserPayload {
            user: User::seen_by(viewer, profile),
        })
    }
}

/// A profile to change. What is absent stays as it is; what is null is cleared.
#[derive(InputObject)]
struct UpdateUserInput {
    /// The user; yourself if absent.
    user_id: Option<ID>,
    /// What the user is called: 1 to 100 characters. It cannot be cleared.
    name: MaybeUndefined<String>,
    /// Address of a picture of the user: an https URL of at most 2048 characters.
    avatar_url: MaybeUndefined<String>,
    /// The language that the user prefers, as a tag of BCP 47 such as `id-ID`. Letters are written in
    /// it if we can, in English otherwise.
    locale: MaybeUndefined<String>,
    /// Where the user's clock runs, as a name of the IANA database such as `Asia/Jakarta`.
    time_zone: MaybeUndefined<String>,
}

/// What `updateUser` answers.
#[derive(SimpleObject)]
struct UpdateUserPayload {
    /// The user as they are now.
    user: User,
}
