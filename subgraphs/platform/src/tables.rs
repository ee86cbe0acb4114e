//! The tables of this subgraph.

diesel::table! {
    platform_administrators (user_id) {
        user_id -> Text,
        created_at -> Timestamp,
    }
}
