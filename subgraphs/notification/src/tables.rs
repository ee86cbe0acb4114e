//! The tables of this subgraph; no other crate reads or writes them.

diesel::table! {
    notification_subscriptions (service_id, tenant_id) {
        service_id -> Text,
        tenant_id -> Text,
    }
}

// In each tenant's own database.
diesel::table! {
    notifications (id) {
        id -> Text,
        kind -> Text,
        service_id -> Text,
        title -> Text,
        body -> Text,
        permission -> Text,
        created_at -> Timestamp,
    }
}
