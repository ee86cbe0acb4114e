//! Reading a tenant's events, page by page or as they happen.

use async_graphql::connection::CursorType as _;
use futures::Stream;
use kit::error::StorageError;
use kit::event::{Event, EventType, Filter, Log};
use kit::page::Cursor;
use kit::{App, Permission, Viewer};

use crate::error::PlatformError;

/// What reading the event log needs.
pub(crate) const READ: Permission = Permission("event:read");

/// The kinds of event that exist.
pub(crate) struct Catalogue(pub(crate) Vec<EventType>);

/// Lists up to `limit` events of the current tenant after a cursor, oldest first.
pub(crate) async fn list(
    app: &App,
    viewer: &Viewer,
    catalogue: &Catalogue,
    selection: Selection,
    limit: i64,
) -> Result<Vec<Event>, PlatformError> {
    let (after, filter) = selection.check(viewer, catalogue)?;
    let mut conn = app.db.read().await?;
    Ok(Log::after(&mut conn, after.unwrap_or(0), &filter, limit).await?)
}

/// Follows the events of the current tenant: after a cursor if one is given, from now on otherwise.
pub(crate) fn follow(
    app: &App,
    viewer: &Viewer,
    catalogue: &Catalogue,
    selection: Selection,
) -> Result<impl Stream<Item = Result<Event, StorageError>> + use<>, PlatformError> {
    let (after, filter) = selection.check(viewer, catalogue)?;
    Ok(app.events.follow(app.db.clone(), after, filter))
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
    ) -> Result<(Option<i64>, Filter), PlatformError> {
        let tenant = viewer.require_in_tenant(READ)?;
        let kinds = self.types.unwrap_or_default();
        let known = |kind: &String| catalogue.0.iter().any(|one| one.kind == kind);
        if let Some(unknown) = kinds.iter().find(|kind| !known(kind)) {
            return Err(PlatformError::UnknownType(unknown.clone()));
        }
        let after = self
            .after
            .map(|cursor| Cursor::<i64>::decode_cursor(&cursor))
            .transpose();
        let after = after
            .map_err(|_| PlatformError::Cursor)?
            .map(|cursor| cursor.0);
        Ok((
            after,
            Filter {
                tenant: Some(tenant),
                kinds,
                subject: None,
            },
        ))
    }
}
