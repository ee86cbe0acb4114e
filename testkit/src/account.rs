//! Signing in, as a client does it.

use serde_json::{Value, json};

use crate::Client;

/// Hard enough to guess for every account of a test.
pub const PASSWORD: &str = "seven pelicans under a violet bridge";

const REGISTER: &str =
    "mutation ($input: RegisterInput!) { register(input: $input) { user { id } } }";
const LOGIN: &str = "mutation ($input: LoginInput!) {
    login(input: $input) { __typename ... on LoginSuccess { accessToken refreshToken } }
}";
const CREATE_TENANT: &str =
    "mutation ($input: CreateTenantInput!) { createTenant(input: $input) { tenant { id } } }";
const SWITCH_TENANT: &str =
    "mutation ($input: SwitchTenantInput!) { switchTenant(input: $input) { accessToken } }";

impl Client {
    /// Registers an account with this address and [`PASSWORD`], and signs in to it.
    pub async fn register(&self, email: &str) -> Self {
        let name = email.split('@').next().unwrap_or(email);
        let input = json!({ "name": name, "email": email, "password": PASSWORD });
        self.data(REGISTER, json!({ "input": input })).await;
        self.login(email, PASSWORD).await
    }

    /// Signs in.
    pub async fn login(&self, email: &str, password: &str) -> Self {
        let input = json!({ "email": email, "password": password });
        let data = self.data(LOGIN, json!({ "input": input })).await;
        self.with_token(text(&data["login"]["accessToken"]))
    }

    /// Creates a tenant and returns its id.
    pub async fn create_tenant(&self, name: &str) -> String {
        let input = json!({ "name": name });
        let data = self.data(CREATE_TENANT, json!({ "input": input })).await;
        text(&data["createTenant"]["tenant"]["id"]).to_owned()
    }

    /// The same user, working in a tenant.
    pub async fn switch_tenant(&self, tenant: &str) -> Self {
        let input = json!({ "tenantId": tenant });
        let data = self.data(SWITCH_TENANT, json!({ "input": input })).await;
        self.with_token(text(&data["switchTenant"]["accessToken"]))
    }

    /// The same user, working in a new tenant of this name.
    pub async fn in_new_tenant(&self, name: &str) -> Self {
        let tenant = self.create_tenant(name).await;
        self.switch_tenant(&tenant).await
    }
}

fn text(value: &Value) -> &str {
    value
        .as_str()
        .unwrap_or_else(|| panic!("expected a text and not {value}"))
}
