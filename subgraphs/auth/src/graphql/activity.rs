//! The record of what happened, in the API.

use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use kit::{ApiError, ContextExt as _};

use super::payload::Tenant;
use crate::activity::{Action, ActivityId, Failure};
use crate::loaders::Activities;
use crate::store::activity::Entry;

/// Something that happened, or was attempted, to an account or a session. Only its user can see it.
#[derive(SimpleObject)]
pub(crate) struct AuthActivity {
    /// The entry's id.
    id: ID,
    /// When.
    time: DateTime<Utc>,
    /// What was attempted; null if another version of the platform recorded it.
    action: Option<Action>,
    /// Whether it succeeded.
    succeeded: bool,
    /// Why it was refused; null for a success.
    failure: Option<Failure>,
    /// The id of the session that it was about, which may have ended since.
    session_id: Option<ID>,
    /// The tenant that it was about.
    tenant: Option<Tenant>,
    /// The network address that it came from.
    address: Option<String>,
    /// What the client called itself.
    agent: Option<String>,
}

impl From<&Entry> for AuthActivity {
    fn from(entry: &Entry) -> Self {
        Self {
            id: entry.id.into(),
            time: entry.time.and_utc(),
            action: Action::parse(&entry.action),
            succeeded: entry.failure.is_none(),
            failure: entry.failure.as_deref().and_then(Failure::parse),
            session_id: entry.session_id.map(ID::from),
            tenant: entry.tenant_id.map(|id| Tenant { id: id.into() }),
            address: entry.address.clone(),
            agent: entry.agent.clone(),
        }
    }
}

impl From<Entry> for AuthActivity {
    fn from(entry: Entry) -> Self {
        Self::from(&entry)
    }
}

/// Reading the record.
#[derive(Default)]
pub(super) struct ActivityQuery;

#[Object]
impl ActivityQuery {
    #[graphql(entity)]
    async fn find_auth_activity_by_id(
        &self,
        ctx: &Context<'_>,
        id: ID,
    ) -> Result<Option<AuthActivity>, ApiError> {
        let (Some(entries), Ok(id)) = (ctx.data_opt::<Activities>(), ActivityId::try_from(id))
        else {
            return Ok(None);
        };
        if ctx.viewer().is_ok_and(|viewer| viewer.session().is_err()) {
            return Ok(None);
        }
        let found = entries.load(id).await?;
        Ok(found.map(|entry| AuthActivity::from(&*entry)))
    }
}
