//! The tables of this subgraph; no other crate reads or writes them.

diesel::table! {
    forms (id) {
        id -> Text,
        service_id -> Text,
        owner_id -> Text,
        permission -> Text,
        method -> Text,
        base_url -> Text,
        path -> Text,
        title -> Text,
        description -> Nullable<Text>,
        schema_text -> Text,
        version -> Text,
    }
}

diesel::table! {
    form_subscriptions (tenant_id, service_id) {
        tenant_id -> Text,
        service_id -> Text,
    }
}

diesel::table! {
    form_deliveries (id) {
        id -> Text,
        tenant_id -> Text,
        form_id -> Text,
        lease -> Text,
        leased_until -> Timestamp,
        attempts -> Integer,
        created_at -> Timestamp,
    }
}

diesel::allow_tables_to_appear_in_same_query!(forms, form_subscriptions);

// In each tenant's own database.
diesel::table! {
    form_submissions (id) {
        id -> Text,
        form_id -> Text,
        form_version -> Text,
        submitted_by -> Text,
        idempotency_key -> Nullable<Text>,
        request_hash -> Text,
        data -> Text,
        secret_data -> Nullable<Text>,
        state -> Text,
        response_status -> Nullable<Integer>,
        latency_ms -> Nullable<Integer>,
        response_body -> Nullable<Text>,
        failure -> Nullable<Text>,
        submitted_at -> Timestamp,
        completed_at -> Nullable<Timestamp>,
    }
}
