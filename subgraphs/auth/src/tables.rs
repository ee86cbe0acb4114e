//! The tables of this subgraph; no other crate reads or writes them.

diesel::table! {
    accounts (id) {
        id -> Text,
        email -> Text,
        email_key -> Text,
        password -> Nullable<Text>,
        locale -> Text,
        last_tenant_id -> Nullable<Text>,
        created_at -> Timestamp,
        verified_at -> Nullable<Timestamp>,
        deactivated_at -> Nullable<Timestamp>,
        name -> Nullable<Text>,
    }
}

diesel::table! {
    account_tenants (account_id, tenant_id) {
        account_id -> Text,
        tenant_id -> Text,
        owns -> SmallInt,
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
        name -> Nullable<Text>,
        aal -> SmallInt,
        authenticated_at -> Timestamp,
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
        signs_from -> Nullable<Timestamp>,
        retired_at -> Nullable<Timestamp>,
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

diesel::table! {
    auth_tickets (digest) {
        digest -> Text,
        purpose -> Text,
        account_id -> Nullable<Text>,
        code_digest -> Nullable<Text>,
        attempts -> Integer,
        sealed -> Nullable<Text>,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    second_factors (account_id) {
        account_id -> Text,
        sealed -> Text,
        last_step -> BigInt,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        activated_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    recovery_codes (account_id, digest) {
        account_id -> Text,
        digest -> Text,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    api_keys (id) {
        id -> Text,
        digest -> Text,
        name -> Text,
        owner -> Text,
        tenant_id -> Nullable<Text>,
        principal_id -> Text,
        created_by -> Text,
        scopes -> Text,
        denials -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        last_used_at -> Nullable<Timestamp>,
        revoked_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    api_key_owners (owner) {
        owner -> Text,
        made -> Integer,
    }
}

diesel::table! {
    account_identities (id) {
        id -> Text,
        account_id -> Text,
        provider -> Text,
        issuer -> Text,
        subject -> Text,
        email -> Nullable<Text>,
        created_at -> Timestamp,
        last_used_at -> Timestamp,
    }
}
