//! The tables of this subgraph; no other crate reads or writes them.

diesel::table! {
    accounts (id) {
        id -> Text,
        email -> Text,
        email_key -> Text,
        password -> Text,
        last_tenant_id -> Nullable<Text>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    account_tenants (account_id, tenant_id) {
        account_id -> Text,
        tenant_id -> Text,
    }
}

diesel::table! {
    login_failures (source) {
        source -> Text,
        failures -> Integer,
        last_at -> Timestamp,
    }
}

diesel::table! {
    sessions (id) {
        id -> Text,
        account_id -> Text,
        tenant_id -> Nullable<Text>,
        address -> Nullable<Text>,
        agent -> Nullable<Text>,
        created_at -> Timestamp,
        last_used_at -> Timestamp,
        expires_at -> Timestamp,
        revoked_at -> Nullable<Timestamp>,
        revoked_because -> Nullable<Text>,
    }
}

diesel::table! {
    refresh_tokens (digest) {
        digest -> Text,
        session_id -> Text,
        generation -> Integer,
        expires_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
        successor -> Nullable<Text>,
    }
}

diesel::table! {
    signing_keys (kid) {
        kid -> Text,
        signing -> Nullable<SmallInt>,
        public -> Text,
        private -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    auth_activities (id) {
        id -> Text,
        time -> Timestamp,
        action -> Text,
        failure -> Nullable<Text>,
        account_id -> Nullable<Text>,
        session_id -> Nullable<Text>,
        tenant_id -> Nullable<Text>,
        address -> Nullable<Text>,
        agent -> Nullable<Text>,
    }
}
