//! Lines of menus, as clients see them.

use std::sync::Arc;

use async_graphql::{ID, Object, SimpleObject};

use super::service::Service;
use crate::tree::Node;

/// What a viewer can reach, as trees.
#[derive(SimpleObject)]
pub(crate) struct Menu {
    /// The top of the menu: one item for each subscribed service of which you may see something, in
    /// the order in which the tenant subscribed.
    pub(crate) items: Vec<MenuItem>,
}

/// An item with the visible part of what is below it.
pub(crate) struct MenuItem(pub(crate) Arc<Node>);

/// A line of a menu: a service, a group of its endpoints, or an endpoint.
#[Object]
impl MenuItem {
    /// Its id.
    async fn id(&self) -> ID {
        self.0.item.id.to_string().into()
    }

    /// What it is called.
    async fn label(&self) -> &str {
        &self.0.item.label
    }

    /// Where it leads: the service's slug and the endpoint's id, for example
    /// `/services/billing/ep_01h2xcejqtf2nbrexx3vqjhp41`. No two items have the same, and it stays
    /// the same as long as the endpoint is there. Null if the item only groups others.
    async fn path(&self) -> Option<&str> {
        self.0.item.path.as_deref()
    }

    /// What to show beside the label: the service's icon for a service; `read`, `create`, `update`,
    /// `delete` or `action` for an endpoint.
    async fn icon(&self) -> Option<&str> {
        self.0.item.icon.as_deref()
    }

    /// The service that it belongs to.
    async fn service(&self) -> Option<Service> {
        Some(Service {
            id: self.0.item.service_id,
        })
    }

    /// The endpoint that it leads to, if it leads to one.
    async fn endpoint(&self) -> Option<Endpoint> {
        let id = self.0.item.endpoint_id?;
        Some(Endpoint {
            id: id.to_string().into(),
        })
    }

    /// What is below it: groups first, then endpoints.
    async fn children(&self) -> Vec<MenuItem> {
        self.0.children.iter().cloned().map(MenuItem).collect()
    }
}

/// One operation of a service.
#[derive(SimpleObject)]
#[graphql(unresolvable = "id")]
struct Endpoint {
    /// Its id.
    id: ID,
}
