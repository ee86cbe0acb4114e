//! The rows of this subgraph: who hears about a service, and what each tenant was told.

mod kind;
pub(crate) mod notifications;
pub(crate) mod subscriptions;

pub(crate) use kind::Kind;
pub(crate) use notifications::Notification;
