//! The service registry: services, their endpoints, and whether they are up.

pub mod openapi;
