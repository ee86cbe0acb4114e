//! Answers have an end.

use router::Options;
use serde_json::{Value, json};

use crate::graph::Shop;

const QUERY: &str = "{ topProducts(first: 3) { name reviews { body author { name } } } }";

#[tokio::test]
async fn an_answer_that_is_too_large_is_an_error_instead() {
    let shop = Shop::with(Options {
        answer_bytes_max: 100,
        ..Options::default()
    });
    let answer = shop.run(QUERY, json!({})).await;
    assert_eq!(answer["data"], Value::Null);
    let errors = answer["errors"].as_array().expect("it says why");
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0]["extensions"]["code"], "QUOTA_EXCEEDED");
}

#[tokio::test]
async fn data_that_are_too_many_leave_a_gap_that_says_so() {
    let shop = Shop::with(Options {
        data_bytes_max: 2_000,
        ..Options::default()
    });
    let query = "{ me { name } topProducts(first: 3) { name reviews { body } } }";
    let answer = shop.run(query, json!({})).await;
    assert_eq!(answer["data"]["me"]["name"], "Ada");
    assert_eq!(answer["data"]["topProducts"][0]["name"], "Table");

    let shop = Shop::with(Options {
        data_bytes_max: 700,
        ..Options::default()
    });
    let answer = shop.run(query, json!({})).await;
    let errors = answer["errors"].as_array().expect("it says why");
    let codes = errors.iter().map(|error| &error["extensions"]["code"]);
    assert!(
        codes.into_iter().all(|code| code == "QUOTA_EXCEEDED"),
        "{answer:#}"
    );
}
