//! Reading a tenant's events, page by page or as they happen.

use async_graphql::connection::CursorType as _;
use futures::{Stream, StreamExt as _};
use kit::error::StorageError;
use kit::event::{Event, EventType, Filter, Log};
use kit::id::{EventId, TenantId};
use kit::page::Cursor;
use kit::{App, Conn, Permission, Viewer};

use crate::error::PlatformError;

/// What reading the event log needs.
pub(crate) const READ: Permission = Permission("event:read");

/// The kinds of event that exist.
pub(crate) struct Catalogue(pub(crate) Vec<EventType>);

/// Lists up to `limit` events of the current tenant after a cursor, oldest first: those that need
/// no permission or one that the viewer holds.
pub(crate) async fn list(
    app: &App,
    viewer: &Viewer,
    catalogue: &Catalogue,
    selection: Selection,
    limit: i64,
) -> Result<Vec<Event>, PlatformError> {
    let (tenant, after, mut filter) = selection.check(viewer, catalogue)?;
    let mut conn = app.db.read().await?;
    let after = position(&mut conn, tenant, after).await?;
    let mut permissions = Log::permissions(&mut conn, tenant).await?;
    permissions.retain(|permission| viewer.allows(permission));
    filter.permissions = Some(permissions);
    Ok(Log::after(&mut conn, after.unwrap_or(0), &filter, limit).await?)
}

/// Follows the events of the current tenant that the viewer may see: after a cursor if one is
/// given, from now on otherwise.
pub(crate) async fn follow(
    app: &App,
    viewer: &Viewer,
    catalogue: &Catalogue,
    selection: Selection,
) -> Result<impl Stream<Item = Result<Event, StorageError>> + use<>, PlatformError> {
    let (tenant, after, filter) = selection.check(viewer, catalogue)?;
    let after = position(&mut app.db.read().await?, tenant, after).await?;
    let events = app.events.follow(app.db.clone(), after, filter);
    let viewer = viewer.clone();
    Ok(events.filter(move |event| {
        let visible = event
            .as_ref()
            .map_or(true, |event| is_visible(&viewer, event));
        std::future::ready(visible)
    }))
}

/// Whether a viewer who may read events may see this one.
pub(crate) fn is_visible(viewer: &Viewer, event: &Event) -> bool {
    let permission = event.permission.as_deref();
    permission.is_none_or(|permission| viewer.allows(permission))
}

/// Where a cursor stands in the log. A cursor is the event's id: a position would tell every tenant
/// how much happens in the others.
async fn position(
    conn: &mut Conn,
    tenant: TenantId,
    cursor: Option<EventId>,
) -> Result<Option<i64>, PlatformError> {
    let Some(id) = cursor else {
        return Ok(None);
    };
    let position = Log::position(conn, tenant, id).await?;
    position.map(Some).ok_or(PlatformError::Cursor)
}

/// Which events a client asks for.
pub(crate) struct Selection {
    pub(crate) after: Option<String>,
    pub(crate) types: Option<Vec<String>>,
}

impl Selection {
    /// Checks the viewer first, then the arguments.
    fn check(
        self,
        viewer: &Viewer,
        catalogue: &Catalogue,
    ) -> Result<(TenantId, Option<EventId>, Filter), PlatformError> {
        let tenant = viewer.require_in_tenant(READ)?;
        let kinds = self.types.unwrap_or_default();
        let known = |kind: &String| catalogue.0.iter().any(|one| one.kind == kind);
        if let Some(unknown) = kinds.iter().find(|kind| !known(kind)) {
            return Err(PlatformError::UnknownType(unknown.clone()));
        }
        let after = self
            .after
            .map(|cursor| Cursor::<EventId>::decode_cursor(&cursor))
            .transpose();
        let after = after
            .map_err(|_| PlatformError::Cursor)?
            .map(|cursor| cursor.0);
        let filter = Filter {
            tenant: Some(tenant),
            kinds,
            ..Filter::default()
        };
        Ok((tenant, after, filter))
    }
}
