//! The permissions that operations on services require, in words.

use kit::Permission;
use kit::permission::Described;

use crate::service;

/// What operations of this subgraph require.
pub fn permissions() -> Vec<Described> {
    vec![
        Described::new(
            service::REGISTER,
            "Services",
            "Registers services and imports their descriptions.",
        ),
        Described::new(
            service::MANAGE,
            "Services",
            "Changes the services that the tenant has registered, their endpoints and their health checks.",
        ),
        Described::new(
            Permission("service:read"),
            "Services",
            "Sees the services of the tenant.",
        ),
        Described::new(
            Permission("service.*:read"),
            "Services",
            "Uses what reads in a service: the endpoints that change nothing, their forms and the events of the service. Each service has its own, such as `service.billing:read`.",
        ),
        Described::new(
            Permission("service.*:write"),
            "Services",
            "Uses what writes in a service: the endpoints that change something, and their forms. Each service has its own, such as `service.billing:write`.",
        ),
    ]
}
