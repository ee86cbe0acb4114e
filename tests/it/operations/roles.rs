//! Roles, and who may do what.

use serde_json::json;
use testkit::Client;

use super::ledger::Ledger;

/// Defines a role, changes it, asks what it means and deletes it.
pub(super) async fn defined(kim: &Client, ledger: &mut Ledger) -> Client {
    let permissions = "{ permissions { name description } }";
    let permissions = ledger.run(kim, "permissions", permissions, json!({})).await;
    let names = permissions.as_array().expect("a list").iter();
    let names = names
        .filter_map(|it| it["name"].as_str())
        .collect::<Vec<_>>();
    assert!(names.contains(&"user:read"), "{names:?}");
    let input = json!({ "slug": "reader", "name": "Reader", "permissions": ["user:read"] });
    let role = "{ role { id permissions } }";
    let made = ledger.mutate(kim, "createRole", input, role).await;
    let id = &made["role"]["id"];
    let input = json!({ "roleId": id, "permissions": ["user:read", "event:read"] });
    let changed = ledger.mutate(kim, "updateRole", input, role).await;
    assert_eq!(
        changed["role"]["permissions"],
        json!(["user:read", "event:read"])
    );
    let found = "query ($id: ID!) { role(id: $id) { slug builtIn } }";
    let found = ledger.run(kim, "role", found, json!({ "id": id })).await;
    assert_eq!(found, json!({ "slug": "reader", "builtIn": false }));
    let roles = "{ roles { slug } }";
    let roles = ledger.run(kim, "roles", roles, json!({})).await;
    assert_eq!(roles[4]["slug"], "reader");
    let users = "{ users(filter: { role: \"owner\" }) { nodes { id name } } }";
    let users = ledger.run(kim, "users", users, json!({})).await;
    let own = &users["nodes"][0];
    let user = "query ($id: ID!) { user(id: $id) { id name } }";
    let user = ledger
        .run(kim, "user", user, json!({ "id": own["id"] }))
        .await;
    assert_eq!(&user, own);
    let why = "query ($id: ID!) { explainAccess(userId: $id, permission: \"service:write\") {
        allowed decidedBy { role { slug } } } }";
    let why = ledger
        .run(kim, "explainAccess", why, json!({ "id": own["id"] }))
        .await;
    assert_eq!(why["decidedBy"]["role"]["slug"], "owner");
    let input = json!({ "roleId": id });
    let gone = "{ deletedRoleId }";
    let gone = ledger.mutate(kim, "deleteRole", input, gone).await;
    assert_eq!(&gone["deletedRoleId"], id);
    kim.clone()
}
