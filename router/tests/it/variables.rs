//! Variables are coerced as the specification says, and errors name the place.

use serde_json::{Value, json};

use crate::graph::Shop;

const ECHO: &str = "query ($input: EchoInput!) { echo(input: $input) }";

async fn echo(variables: Value) -> String {
    let answer = Shop::open().run(ECHO, variables).await;
    answer["data"]["echo"]
        .as_str()
        .unwrap_or_else(|| panic!("{answer:#}"))
        .to_owned()
}

async fn refused(query: &str, variables: Value) -> String {
    let shop = Shop::open();
    let answer = shop.run(query, variables).await;
    assert_eq!(answer.get("data"), None, "{answer:#}");
    assert!(shop.log.take().is_empty());
    let error = &answer["errors"][0];
    assert_eq!(error["extensions"]["code"], "BAD_USER_INPUT", "{answer:#}");
    error["message"]
        .as_str()
        .expect("a message is text")
        .to_owned()
}

#[tokio::test]
async fn defaults_lists_of_one_and_nested_inputs() {
    assert_eq!(
        echo(json!({ "input": { "name": "a" } })).await,
        "a 3 None None None"
    );
    let full = json!({ "input": { "name": "a", "count": 1, "rank": "STAFF", "tags": "one",
        "nested": { "flag": true, "factor": 2 } } });
    assert_eq!(
        echo(full).await,
        r#"a 1 Some(true) Some(["one"]) Some((true, Some(2.0)))"#
    );
}

#[tokio::test]
async fn literals_with_variables_inside_are_filled() {
    let shop = Shop::open();
    let query = r#"query ($n: String!, $rank: Rank, $t: String, $f: Float) {
        echo(input: { name: $n, rank: $rank, tags: ["x", $t], nested: { flag: false, factor: $f } }) }"#;
    let answer = shop
        .run(query, json!({ "n": "N", "t": "T", "f": 1.5 }))
        .await;
    assert_eq!(
        answer["data"]["echo"],
        r#"N 3 None Some(["x", "T"]) Some((false, Some(1.5)))"#
    );
    assert_eq!(
        shop.log.texts(),
        ["accounts query($a0:EchoInput!){_p0_echo:echo(input:$a0)}"]
    );
}

#[tokio::test]
async fn errors_name_the_path() {
    for (input, message) in [
        (
            json!({}),
            "$input.name: a value of type String! is required",
        ),
        (
            json!({ "name": null }),
            "$input.name: expected a value of type String!, found null",
        ),
        (
            json!({ "name": 1 }),
            "$input.name: expected a value of type String, found a number that does not fit",
        ),
        (
            json!({ "name": "a", "rank": "BOSS" }),
            r#"$input.rank: Rank has no value "BOSS""#,
        ),
        (
            json!({ "name": "a", "tags": ["x", 2] }),
            "$input.tags[1]: expected a value of type String, found a number that does not fit",
        ),
        (
            json!({ "name": "a", "nested": {} }),
            "$input.nested.flag: a value of type Boolean! is required",
        ),
        (
            json!({ "name": "a", "count": 3_000_000_000_u32 }),
            "$input.count: expected a value of type Int, found a number that does not fit",
        ),
        (
            json!({ "name": "a", "other": 1 }),
            "$input.other: EchoInput has no such field",
        ),
        (
            json!("text"),
            "$input: expected a value of type EchoInput, found a string",
        ),
    ] {
        assert_eq!(refused(ECHO, json!({ "input": input })).await, message);
    }
    assert_eq!(
        refused(ECHO, json!({})).await,
        "$input: a value of type EchoInput! is required"
    );
}

#[tokio::test]
async fn the_place_is_also_a_pointer() {
    let input = json!({ "input": { "name": "a", "tags": ["x", 2] } });
    let answer = Shop::open().run(ECHO, input).await;
    assert_eq!(answer["errors"][0]["extensions"]["field"], "/tags/1");
}

#[tokio::test]
async fn one_of_takes_exactly_one() {
    let query = "query ($by: Key!) { pick(by: $by) }";
    let answer = Shop::open().run(query, json!({ "by": { "id": 7 } })).await;
    assert_eq!(answer["data"]["pick"], "id 7");
    for by in [
        json!({}),
        json!({ "id": 1, "name": "a" }),
        json!({ "id": null }),
    ] {
        let message = refused(query, json!({ "by": by })).await;
        assert_eq!(
            message,
            "$by: exactly one field of Key must be given, and not null"
        );
    }
}

#[tokio::test]
async fn scalars_are_coerced() {
    let query = "query ($i: Int, $f: Float, $id: ID, $j: JSON) { scalars(int: $i, float: $f, id: $id, json: $j) }";
    let variables = json!({ "i": 2.0, "f": 1, "id": 5, "j": { "a": [1, null, { "b": "c" }] } });
    let answer = Shop::open().run(query, variables).await;
    assert_eq!(
        answer["data"]["scalars"],
        r#"Some(2) Some(1.0) Some("5") Some("{\"a\":[1,null,{\"b\":\"c\"}]}")"#
    );
    let literals = r#"{ scalars(int: 2, float: 1, id: 5, json: { a: [1, null, { b: "c" }] }) }"#;
    assert_eq!(Shop::open().data(literals).await, answer["data"]);
}

#[tokio::test]
async fn a_variable_that_is_not_given_leaves_its_argument_out() {
    let shop = Shop::open();
    let query = "query ($n: Int, $w: String) { topProducts(first: $n) { upc } scalars(id: $w) }";
    let query = query.replace("$w: String", "$w: ID");
    let answer = shop.run(&query, json!({})).await;
    assert_eq!(
        answer["data"]["topProducts"].as_array().map(Vec::len),
        Some(2)
    );
    let answer = shop.run(&query, json!({ "n": 1, "w": null })).await;
    assert_eq!(
        answer["data"]["topProducts"].as_array().map(Vec::len),
        Some(1)
    );
}

#[tokio::test]
async fn files_only_come_with_the_request() {
    let by_variable = "mutation ($f: Upload!) { readFile(file: $f) }";
    let hostile = json!({ "f": "#__graphql_file__:7" });
    let message = refused(by_variable, hostile).await;
    assert_eq!(
        message,
        "$f: a file must be sent as a part of a multipart request"
    );

    let shop = Shop::open();
    for query in [
        r##"mutation { readFile(file: "#__graphql_file__:7") }"##,
        r##"mutation ($f: Upload! = "#__graphql_file__:7") { readFile(file: $f) }"##,
        r##"mutation { readFiles(files: ["#__graphql_file__:7"]) }"##,
    ] {
        let answer = shop.run(query, json!({})).await;
        let code = &answer["errors"][0]["extensions"]["code"];
        assert_eq!(code, "GRAPHQL_VALIDATION_FAILED", "{answer:#}");
    }
    assert!(shop.log.take().is_empty());
}
