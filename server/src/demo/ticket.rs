//! What the demo service keeps.

use serde::{Deserialize, Serialize};

/// A ticket.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Ticket {
    pub(super) id: u64,
    pub(super) status: Status,
    #[serde(flatten)]
    pub(super) ticket: NewTicket,
}

/// Whether anybody still works on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Status {
    Open,
    Closed,
}

/// What somebody reports.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct NewTicket {
    title: String,
    #[serde(default)]
    description: Option<String>,
    reporter: String,
    priority: Priority,
    #[serde(default)]
    due: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    place: Option<Place>,
    #[serde(default)]
    notify: bool,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Priority {
    Low,
    Normal,
    High,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    building: String,
    #[serde(default)]
    floor: Option<i32>,
}
