//! The API of this subgraph, a file for each part of it.

mod access;
mod definition;
mod object;
mod people;
mod personal_data;
mod profile;
mod role;

use async_graphql::{Context, ID, MergedObject};
use kit::id::{InvalidId, UserId};
use kit::{ApiError, ContextExt as _};

use crate::loaders::Users;
use crate::user;
use object::User;

/// Entry points for reading.
#[derive(MergedObject, Default)]
pub struct Query(
    people::PeopleQuery,
    role::RoleQuery,
    access::AccessQuery,
    personal_data::PersonalDataQuery,
);

/// Entry points for changing.
#[derive(MergedObject, Default)]
pub struct Mutation(definition::RoleMutation, profile::ProfileMutation);

/// The user with this id, if the viewer may see them or the request has just signed them in.
async fn find_user(ctx: &Context<'_>, id: UserId) -> Result<Option<User>, ApiError> {
    if ctx.revealed().contains(id) {
        return Ok(user::revealed(ctx.app(), id).await?.map(User::whole));
    }
    let (Some(users), Ok(viewer)) = (ctx.data_opt::<Users>(), ctx.viewer()) else {
        return Ok(None);
    };
    let found = users.load(id).await?;
    Ok(found.map(|profile| User::seen_by(viewer, profile)))
}

/// Reads an id out of an input, and says which one if it is malformed.
fn parse<T: TryFrom<ID, Error = InvalidId>>(id: ID, field: &str) -> Result<T, ApiError> {
    T::try_from(id).map_err(|err| ApiError::from(err).at(field))
}
