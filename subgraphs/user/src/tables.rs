//! The tables of this subgraph; no other crate reads or writes them.

diesel::table! {
    user_profiles (id) {
        id -> Text,
        name -> Text,
        email -> Text,
        created_at -> Timestamp,
        avatar_url -> Nullable<Text>,
        locale -> Nullable<Text>,
        time_zone -> Nullable<Text>,
        updated_at -> Nullable<Timestamp>,
        deactivated_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    user_tenants (tenant_id, user_id) {
        tenant_id -> Text,
        user_id -> Text,
        role -> Text,
    }
}

diesel::table! {
    user_roles (id) {
        id -> Text,
        tenant_id -> Text,
        slug -> Text,
        name -> Text,
        description -> Text,
        permissions -> Text,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    user_role_counts (tenant_id) {
        tenant_id -> Text,
        roles -> Integer,
    }
}

diesel::table! {
    user_tenant_roles (tenant_id, user_id, role_id) {
        tenant_id -> Text,
        user_id -> Text,
        role_id -> Text,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    user_profiles,
    user_tenants,
    user_roles,
    user_tenant_roles,
);
