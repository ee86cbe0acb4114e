//! Bounds on one document, checked before it costs anything (planner fault 4).

use serde_json::json;

use crate::graph::Shop;

#[tokio::test]
async fn the_fragment_bomb_is_refused() {
    let mut bomb = "{ me { ...A0 } }".to_owned();
    for level in 0..18 {
        let next = level + 1;
        bomb += &format!(
            " fragment A{level} on User {{ a{level}: manager {{ ...A{next} }} b{level}: manager {{ ...A{next} }} }}"
        );
    }
    bomb += " fragment A18 on User { name }";
    let shop = Shop::open();
    let answer = shop.run(&bomb, json!({})).await;
    assert_eq!(
        answer["errors"][0]["extensions"]["code"],
        "GRAPHQL_VALIDATION_FAILED"
    );
    assert!(shop.log.take().is_empty());
}

#[tokio::test]
async fn tokens_are_counted_while_reading() {
    let shop = Shop::open();
    let long = format!("{{ me {{ {} }} }}", "name ".repeat(20_000));
    let answer = shop.run(&long, json!({})).await;
    assert_eq!(
        answer["errors"][0]["extensions"]["code"],
        "GRAPHQL_PARSE_FAILED"
    );
}

#[tokio::test]
async fn deep_nesting_is_no_stack_overflow() {
    let shop = Shop::open();
    for (open, close) in [("{ me ", "}"), ("{ ... on Query ", "}")] {
        let deep = format!(
            "{}{{ me {{ id }} }}{}",
            open.repeat(2_000),
            close.repeat(2_000)
        );
        let answer = shop.run(&deep, json!({})).await;
        assert!(answer.get("errors").is_some());
    }
    let list = format!(
        "{{ scalars(json: {}1{}) }}",
        "[".repeat(3_000),
        "]".repeat(3_000)
    );
    assert!(shop.run(&list, json!({})).await.get("errors").is_some());
}

#[tokio::test]
async fn a_hundred_logins_are_too_many() {
    let shop = Shop::open();
    let fields: String = (0..51)
        .map(|n| format!("a{n}: rename(to: \"x\") "))
        .collect();
    let answer = shop
        .run(&format!("mutation {{ {fields} }}"), json!({}))
        .await;
    assert_eq!(
        answer["errors"][0]["extensions"]["code"],
        "GRAPHQL_VALIDATION_FAILED"
    );
    assert!(shop.log.take().is_empty());
}
