//! The tables of this subgraph; no other crate reads or writes them.

diesel::table! {
    tenants (id) {
        id -> Text,
        slug -> Text,
        name -> Text,
        state -> Text,
        created_by -> Text,
        created_at -> Timestamp,
        attempt -> Integer,
        attempts_left -> Integer,
        due_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    tenant_provisioning_steps (tenant_id, attempt, step) {
        tenant_id -> Text,
        attempt -> Integer,
        step -> Text,
        state -> Text,
        error -> Nullable<Text>,
        started_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    tenant_creators (user_id) {
        user_id -> Text,
        tenants -> Integer,
    }
}

diesel::table! {
    memberships (id) {
        id -> Text,
        tenant_id -> Text,
        user_id -> Text,
        role -> Text,
        joined_at -> Timestamp,
    }
}

diesel::table! {
    service_subscriptions (id) {
        id -> Text,
        tenant_id -> Text,
        service_id -> Text,
        subscribed_by -> Text,
        subscribed_at -> Timestamp,
    }
}

diesel::table! {
    tenant_users (user_id) {
        user_id -> Text,
    }
}

diesel::table! {
    tenant_catalogue (service_id) {
        service_id -> Text,
        owner_id -> Text,
        visibility -> Text,
    }
}

diesel::table! {
    membership_roles (membership_id, role_id) {
        membership_id -> Text,
        role_id -> Text,
        slug -> Text,
    }
}

diesel::table! {
    tenant_roles (id) {
        id -> Text,
        tenant_id -> Text,
        slug -> Text,
        permissions -> Text,
    }
}

diesel::table! {
    tenant_invitations (id) {
        id -> Text,
        tenant_id -> Text,
        email -> Text,
        email_key -> Text,
        open_key -> Nullable<Text>,
        roles -> Text,
        invited_by -> Text,
        locale -> Text,
        digest -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        accepted_at -> Nullable<Timestamp>,
        accepted_by -> Nullable<Text>,
        revoked_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    tenant_letter_counts (source) {
        source -> Text,
        letters -> Integer,
        since -> Timestamp,
    }
}

diesel::allow_tables_to_appear_in_same_query!(tenants, memberships, membership_roles);
