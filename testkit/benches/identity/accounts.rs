//! Accounts, many of them.

use serde_json::{Value, json};
use testkit::{Client, PASSWORD};

use crate::server::stranger;

pub(crate) const REGISTER: &str = "mutation ($input: RegisterInput!) {
    register(input: $input) { verificationRequired }
}";

/// What registers an address.
pub(crate) fn registration(email: &str) -> Value {
    json!({ "name": "Ada", "email": email, "password": PASSWORD })
}

/// Registers so many addresses that begin so.
pub(crate) async fn register(client: &Client, beginning: &str, count: usize) -> Vec<String> {
    let emails = names(beginning, count);
    for email in &emails {
        let input = json!({ "input": registration(email) });
        stranger(client).data(REGISTER, input).await;
    }
    emails
}

/// So many addresses that begin so.
pub(crate) fn names(beginning: &str, count: usize) -> Vec<String> {
    let name = |number| format!("{beginning}-{number:04}@example.com");
    (0..count).map(name).collect()
}
