//! What a made-up operation is filled with. An id that is not known here fails the test, so that
//! whoever adds an operation says what it takes.

use serde_json::{Value, json};

/// Which of the ids of the world an argument takes; none for one that may be left out. `{{name}}`
/// stands for it in the variables.
pub(crate) fn id(operation: &str, argument: &str) -> Option<&'static str> {
    Some(match (operation, argument) {
        ("service", "id") | (_, "serviceId") => "service",
        ("tenant", "id") | (_, "tenantId") => "tenant",
        ("user", "id") | (_, "userId") => "user",
        ("form", "id") | (_, "formId") => "form",
        ("formSubmission", "id") => "submission",
        ("menuItem", "id") => "menu_item",
        ("notification", "id") => "notification",
        (_, "sessionId") => "session",
        ("apiKey", "id") | (_, "apiKeyId") => "api_key",
        ("role", "id") | (_, "roleId") => "role",
        (_, "invitationId") => "invitation",
        (_, "identityId") => "identity",
        _ => panic!(
            "tests/it/isolation/samples.rs does not know which id `{argument}` of `{operation}` is"
        ),
    })
}

/// A value that an operation needs to get as far as the id that it takes.
pub(crate) fn required(operation: &str, name: &str, of: &str) -> Value {
    match (operation, name, of) {
        (_, "slug", _) => json!("help-desk"),
        (_, "role", _) => json!("member"),
        (_, "roles", _) => json!(["member"]),
        (_, "path", _) => json!("/x"),
        ("explainAccess", "permission", _) => json!("service:read"),
        (_, "baseUrl" | "url", _) => json!("http://127.0.0.1:9"),
        (_, _, "EmailAddress") => json!("somebody@example.com"),
        (_, "password" | "newPassword", _) => json!("seven pelicans under a bridge"),
        (_, _, "Boolean") => json!(false),
        (_, _, "Int") => json!(1),
        (_, _, "JSON") => json!({}),
        (_, _, "String") => json!("x"),
        _ => {
            panic!("tests/it/isolation/samples.rs has no value for `{name}: {of}` of `{operation}`")
        }
    }
}

/// A value that is better given than left out.
pub(crate) fn optional(operation: &str, name: &str) -> Option<Value> {
    match (operation, name) {
        ("addTenantMember", "roles") => Some(json!(["member"])),
        _ => None,
    }
}
