//! Interfaces and unions.

use serde_json::json;

use crate::graph::Shop;

#[tokio::test]
async fn each_member_of_a_union_has_its_own_fields() {
    let shop = Shop::open();
    let query = "{ search { __typename ... on User { name reviews(first: 1) { body } }
        ... on Robot { model owner { name reviews { body } } } } }";
    let data = shop.data(query).await;
    assert_eq!(
        data["search"],
        json!([
            { "__typename": "User", "name": "Ada", "reviews": [{ "body": "Love it" }] },
            { "__typename": "Robot", "model": "Marvin", "owner": { "name": "Cy", "reviews": [] } },
        ])
    );
}

#[tokio::test]
async fn an_interface_is_told_by_its_typename() {
    let shop = Shop::open();
    let query =
        "{ actors { id ... on User { name reviews { body } } ... on RobotActor { battery } } }";
    let data = shop.data(query).await;
    assert_eq!(
        data["actors"],
        json!([
            { "id": "2", "name": "Bob", "reviews": [
                { "body": "Could be better" }, { "body": "Prefer something else" },
            ] },
            { "id": "r2", "battery": 0.5 },
        ])
    );
}

#[tokio::test]
async fn one_name_may_mean_fields_of_different_types() {
    let shop = Shop::open();
    let query = "{ search { ... on User { rank } ... on Robot { class: rank id } } }";
    let data = shop.data(query).await;
    assert_eq!(
        data["search"],
        json!([{ "rank": "STAFF" }, { "class": "cleaner", "id": "7" }])
    );
    assert_eq!(
        shop.log.texts(),
        ["accounts {search{__typename ...on User{rank} ...on Robot{_p0_rank:rank id}}}"]
    );
}

#[tokio::test]
async fn nested_type_conditions_narrow_together() {
    let shop = Shop::open();
    let query = "{ actors { ... on Actor { ... on User { ... on Actor { id } name } } } me { ... on Actor { id ... on RobotActor { battery } } } }";
    let data = shop.data(query).await;
    assert_eq!(
        data,
        json!({ "actors": [{ "id": "2", "name": "Bob" }, {}], "me": { "id": "1" } })
    );
}
