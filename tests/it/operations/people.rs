//! What administrators of the platform do.

use serde_json::json;
use testkit::Portico;

use super::ledger::Ledger;

/// Makes an account, closes it, opens it and deletes it.
pub(super) async fn managed(portico: &Portico, ledger: &mut Ledger) {
    let administrator = portico.signed_in_administrator().await;
    let input = json!({ "name": "Lou", "email": "lou@example.com" });
    let user = "{ user { id name } }";
    let made = ledger
        .mutate(&administrator, "createUser", input, user)
        .await;
    assert_eq!(made["user"]["name"], "Lou");
    let input = json!({ "userId": made["user"]["id"] });
    for operation in ["deactivateUser", "reactivateUser"] {
        let answer = ledger
            .mutate(&administrator, operation, input.clone(), user)
            .await;
        assert_eq!(answer, made);
    }
    let gone = "{ deletedUserId }";
    let gone = ledger
        .mutate(&administrator, "deleteUser", input, gone)
        .await;
    assert_eq!(gone["deletedUserId"], made["user"]["id"]);
}
