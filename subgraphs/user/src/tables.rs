//! The tables of this subgraph; no other crate reads or writes them.

diesel::table! {
    user_profiles (id) {
        id -> Text,
        name -> Text,
        email -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    user_tenants (tenant_id, user_id) {
        tenant_id -> Text,
        user_id -> Text,
        role -> Text,
    }
}

diesel::allow_tables_to_appear_in_same_query!(user_profiles, user_tenants);
