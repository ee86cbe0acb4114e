//! Forms, for those who may see them.

use kit::id::FormId;
use kit::{App, Viewer};
use serde_json::Value;

use crate::error::FormError;
use crate::projection;
use crate::store::{Form, forms};

/// Finds forms of services that the viewer's tenant owns or subscribes to, as far as the viewer
/// holds the permission of their endpoints.
///
/// A form is known here a moment after its endpoint is: what is missing is looked for again when
/// the events that are on their way have arrived.
pub(crate) async fn by_ids(
    app: &App,
    viewer: &Viewer,
    ids: &[FormId],
) -> Result<Vec<Form>, FormError> {
    let Some(tenant) = viewer.tenant else {
        return Ok(Vec::new());
    };
    let mut conn = app.db.read().await?;
    let mut found = forms::of_tenant(&mut conn, tenant, ids).await?;
    drop(conn);
    if ids
        .iter()
        .any(|id| !found.iter().any(|form| form.id == *id))
    {
        app.events.caught_up(&app.db, projection::HANDLER).await?;
        let mut conn = app.db.read().await?;
        found = forms::of_tenant(&mut conn, tenant, ids).await?;
    }
    found.retain(|form| viewer.allows(&form.permission));
    Ok(found)
}

/// The form, or a refusal that says no more than that there is none.
pub(crate) async fn find(app: &App, viewer: &Viewer, id: FormId) -> Result<Form, FormError> {
    let found = by_ids(app, viewer, &[id]).await?.pop();
    found.ok_or(FormError::NotFound(id))
}

impl Form {
    /// The schema as the registry announced it.
    pub(crate) fn schema(&self) -> Result<Value, FormError> {
        serde_json::from_str(&self.schema_text).map_err(|err| FormError::Corrupt(err.into()))
    }
}
