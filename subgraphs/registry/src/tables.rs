//! The tables of this subgraph.

diesel::table! {
    services (id) {
        id -> Text,
        tenant_id -> Text,
        slug -> Text,
        version -> Text,
        name -> Text,
        description -> Nullable<Text>,
        base_url -> Text,
        visibility -> Text,
        icon -> Nullable<Text>,
        endpoint_count -> Integer,
        created_by -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    endpoints (id) {
        id -> Text,
        service_id -> Text,
        method -> Text,
        path -> Text,
        operation_id -> Nullable<Text>,
        title -> Text,
        description -> Nullable<Text>,
        tag -> Nullable<Text>,
        deprecated -> Bool,
        permission -> Text,
        base_url -> Nullable<Text>,
        request_schema -> Text,
        warnings -> Text,
    }
}

diesel::table! {
    service_health (service_id) {
        service_id -> Text,
        path -> Nullable<Text>,
        interval_ms -> Nullable<BigInt>,
        state -> Text,
        since -> Timestamp,
        seq -> BigInt,
        passes -> Integer,
        failures -> Integer,
        recent -> Integer,
        last_checked_at -> Nullable<Timestamp>,
        latency_ms -> Nullable<Integer>,
        error -> Nullable<Text>,
        due_at -> Timestamp,
        claim -> Nullable<Text>,
    }
}

diesel::table! {
    health_checks (id) {
        id -> Text,
        service_id -> Text,
        checked_at -> Timestamp,
        passed -> Bool,
        latency_ms -> Nullable<Integer>,
    }
}

diesel::table! {
    registry_usage (tenant_id) {
        tenant_id -> Text,
        services -> Integer,
        schema_bytes -> BigInt,
    }
}

diesel::joinable!(service_health -> services (service_id));
diesel::allow_tables_to_appear_in_same_query!(services, endpoints, service_health);
