//! The API of this subgraph.

mod event;
mod status;

use async_graphql::connection::{Connection, Edge, EmptyFields};
use async_graphql::{Context, ID, Object, Subscription as SubscriptionRoot};
use futures::{Stream, StreamExt as _};
use kit::id::EventId;
use kit::page::{Cursor, Page, PageArgs};
use kit::{ApiError, ContextExt as _};

use crate::event::{Catalogue, Selection, follow, list};
use crate::loaders::Events;
use crate::status::StartedAt;
use event::{Event, EventType};
use status::PlatformStatus;

type EventConnection = Connection<Cursor<EventId>, Event, EmptyFields, EmptyFields>;

/// The queries of this subgraph.
pub struct Query;

/// Entry points for reading.
#[Object]
impl Query {
    /// What happened in the current tenant, oldest first. A cursor stays valid for ever: keep the
    /// last one and go on from there. Needs the permission `event:read`; an event about something
    /// that has a permission of its own, such as an endpoint, is shown to those who hold that too.
    async fn events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many events, 1 to 100; 25 if absent.")] first: Option<i32>,
        #[graphql(desc = "Only events after this cursor.")] after: Option<String>,
        #[graphql(desc = "Only events of these types; all if absent.")] types: Option<Vec<String>>,
    ) -> Result<EventConnection, ApiError> {
        let viewer = ctx.viewer()?;
        let page = Page::<EventId>::new(PageArgs {
            first,
            ..PageArgs::default()
        })?;
        let catalogue = ctx.data_unchecked::<Catalogue>();
        let begins = after.is_some();
        let selection = Selection { after, types };
        let mut rows = list(ctx.app(), viewer, catalogue, selection, page.limit()).await?;
        let more = rows.len() as i64 > page.size;
        rows.truncate(page.size as usize);
        let mut connection = Connection::new(begins, more);
        let edge = |row: kit::event::Event| Edge::new(Cursor(row.id), Event::from(row));
        connection.edges.extend(rows.into_iter().map(edge));
        Ok(connection)
    }

    /// Every type of event that the platform announces, with the JSON Schema of its data.
    async fn event_types(&self, ctx: &Context<'_>) -> Vec<EventType> {
        ctx.data_unchecked::<Catalogue>()
            .0
            .iter()
            .cloned()
            .map(EventType::from)
            .collect()
    }

    /// How the platform is doing. For its administrators: needs the permission `platform:read`.
    async fn platform_status(&self, ctx: &Context<'_>) -> Result<PlatformStatus, ApiError> {
        let state = crate::status::read(ctx.app(), ctx.viewer()?).await?;
        Ok(PlatformStatus::new(
            state,
            ctx.data_unchecked::<StartedAt>().0,
        ))
    }

    /// An event by its key.
    #[graphql(entity)]
    async fn find_event_by_id(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The event's id.")] id: ID,
    ) -> Result<Option<Event>, ApiError> {
        let Some(events) = ctx.data_opt::<Events>() else {
            return Ok(None);
        };
        let viewer = ctx.viewer()?;
        viewer.require(crate::event::READ)?;
        let Ok(id) = EventId::try_from(id) else {
            return Ok(None);
        };
        let found = events.load(id).await;
        let visible = found.filter(|event| crate::event::is_visible(viewer, event));
        Ok(visible.map(Event::from))
    }
}

/// The subscriptions of this subgraph.
pub struct Subscription;

/// Entry points for following.
#[SubscriptionRoot]
impl Subscription {
    /// What happens in the current tenant, as it happens. With `after`, first everything since that
    /// cursor: a client that reconnects with the last cursor it saw misses nothing. Needs the
    /// permission `event:read`; an event about something that has a permission of its own, such as
    /// an endpoint, is shown to those who hold that too.
    async fn events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Begin after this cursor; with the next event if absent.")] after: Option<
            String,
        >,
        #[graphql(desc = "Only events of these types; all if absent.")] types: Option<Vec<String>>,
    ) -> Result<impl Stream<Item = Result<Event, ApiError>> + use<>, ApiError> {
        let catalogue = ctx.data_unchecked::<Catalogue>();
        let selection = Selection { after, types };
        let events = follow(ctx.app(), ctx.viewer()?, catalogue, selection).await?;
        Ok(events.map(|event| Ok(event.map(Event::from)?)))
    }
}
