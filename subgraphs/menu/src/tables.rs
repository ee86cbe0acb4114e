//! The tables of this subgraph; no other crate reads or writes them.

diesel::table! {
    menu_items (id) {
        id -> Text,
        service_id -> Text,
        parent_id -> Nullable<Text>,
        endpoint_id -> Nullable<Text>,
        tag -> Nullable<Text>,
        label -> Text,
        path -> Nullable<Text>,
        icon -> Nullable<Text>,
        permission -> Nullable<Text>,
    }
}

diesel::table! {
    menu_services (service_id) {
        service_id -> Text,
        owner_id -> Text,
        visibility -> Text,
        endpoints -> Integer,
    }
}

diesel::table! {
    menu_subscriptions (tenant_id, service_id) {
        tenant_id -> Text,
        service_id -> Text,
        subscription_id -> Text,
    }
}

diesel::allow_tables_to_appear_in_same_query!(menu_services, menu_subscriptions);
