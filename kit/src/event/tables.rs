//! The tables of the event log; no other crate reads or writes them.

diesel::table! {
    events (id) {
        id -> Text,
        position -> Nullable<BigInt>,
        kind -> Text,
        subject -> Text,
        tenant_id -> Nullable<Text>,
        time -> Timestamp,
        permission -> Nullable<Text>,
        data -> Text,
    }
}

diesel::table! {
    event_details (event_id) {
        event_id -> Text,
        data -> Text,
    }
}

diesel::table! {
    event_heads (id) {
        id -> Integer,
        position -> BigInt,
    }
}

diesel::table! {
    event_cursors (handler) {
        handler -> Text,
        position -> BigInt,
    }
}

diesel::table! {
    event_failures (handler, event_id) {
        handler -> Text,
        event_id -> Text,
        error -> Text,
        failed_at -> Timestamp,
    }
}
