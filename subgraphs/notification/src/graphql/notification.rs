//! Notifications, as clients see them.

use async_graphql::{Enum, ID, SimpleObject};
use chrono::{DateTime, Utc};

use crate::store::{self, Kind};

/// Something that the members of a tenant were told.
#[derive(SimpleObject)]
pub(crate) struct Notification {
    /// Its id.
    id: ID,
    /// Why you were told.
    kind: NotificationKind,
    /// What happened, in one line.
    title: String,
    /// What happened, in full.
    body: String,
    /// The service that it is about.
    service: Option<Service>,
    /// When it happened.
    created_at: DateTime<Utc>,
}

/// Why members are notified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Kind")]
enum NotificationKind {
    /// A service went down.
    ServiceDown,
    /// A service came back after it was down.
    ServiceRecovered,
}

/// A registered service.
#[derive(SimpleObject)]
#[graphql(unresolvable = "id")]
struct Service {
    /// Its id.
    id: ID,
}

impl From<store::Notification> for Notification {
    fn from(row: store::Notification) -> Self {
        Self {
            id: row.id.to_string().into(),
            kind: row.kind.into(),
            title: row.title,
            body: row.body,
            service: Some(Service {
                id: row.service_id.to_string().into(),
            }),
            created_at: row.created_at.and_utc(),
        }
    }
}
