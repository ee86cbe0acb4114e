//! The checks of the published graphql-http audit that the specification demands (MUST) or
//! recommends (SHOULD), and those that it permits (MAY) where we decided for them.

use ::http::StatusCode;
use axum::body::Body;
use serde_json::{Value, json};

use crate::front::{Answer, CLASSIC, Front, MODERN, get, post, request};

/// Sends the same body for each media type.
async fn both(body: impl ToString) -> [(&'static str, Answer); 2] {
    let front = Front::open();
    let classic = front.send(post(CLASSIC, body.to_string())).await;
    let modern = front.send(post(MODERN, body.to_string())).await;
    [(CLASSIC, classic), (MODERN, modern)]
}

async fn with_headers(headers: &[(&str, &str)]) -> Answer {
    let body = json!({ "query": "{ __typename }" }).to_string();
    let front = Front::open();
    front.send(request("POST", "/graphql", headers, body)).await
}

fn content_type(answer: &Answer) -> &str {
    answer.headers["content-type"]
        .to_str()
        .expect("a content type is text")
}

#[tokio::test]
async fn media_types_are_negotiated() {
    let json = ("content-type", "application/json");
    for (accept, media) in [
        // SHOULD accept application/graphql-response+json and match the content-type
        (Some(MODERN), MODERN),
        // MUST accept application/json and match the content-type
        (Some(CLASSIC), CLASSIC),
        // SHOULD accept */* and use application/json for the content-type
        (Some("*/*"), CLASSIC),
        // SHOULD assume application/json content-type when accept is missing
        (None, CLASSIC),
        (Some("application/json; charset=utf-8"), CLASSIC),
    ] {
        let accept = accept.map(|accept| ("accept", accept));
        let headers: Vec<_> = [Some(json), accept].into_iter().flatten().collect();
        let answer = with_headers(&headers).await;
        assert_eq!(answer.status, StatusCode::OK);
        // MUST use utf-8 encoding when responding
        assert_eq!(content_type(&answer), format!("{media}; charset=utf-8"));
        assert_eq!(answer.headers["vary"], "accept");
    }
}

#[tokio::test]
async fn utf8_is_understood_said_or_not() {
    let front = Front::open();
    let query = r#"query ($w: String!) { me { greeting(word: $w) } }"#;
    let body = json!({ "query": query, "variables": { "w": "Grüße 🌍" } }).to_string();
    // MUST accept utf-8 encoded request; MUST assume utf-8 in request if encoding is unspecified
    for content_type in ["application/json; charset=utf-8", "application/json"] {
        let headers = [("content-type", content_type)];
        let request = request("POST", "/graphql", &headers, body.clone());
        let answer = front.send(request).await;
        assert_eq!(answer.body["data"]["me"]["greeting"], "Grüße 🌍 1");
    }
    let headers = [("content-type", "application/json")];
    let bad = b"{\"query\":\"{ __typename } # \xff\"}".to_vec();
    let answer = front.send(request("POST", "/graphql", &headers, bad)).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn requests_come_by_post_and_queries_by_get() {
    let front = Front::open();
    // MUST accept POST requests
    let answer = front.post(json!({ "query": "{ __typename }" })).await;
    assert_eq!(answer.body, json!({ "data": { "__typename": "Query" } }));
    // MAY accept application/x-www-form-urlencoded formatted GET requests
    let answer = front.send(get("query=%7B%20__typename%20%7D")).await;
    assert_eq!(answer.body, json!({ "data": { "__typename": "Query" } }));
    // MUST NOT execute mutations on GET requests
    let answer = front
        .send(get("query=mutation%7Brename(to%3A%22x%22)%7D"))
        .await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    // MAY allow URL-encoded JSON string {variables} parameter in GETs
    let query = "query=query+T(%24w%3AString!)%7Bme%7Bgreeting(word%3A%24w)%7D%7D";
    let parameters =
        format!("{query}&operationName=T&variables=%7B%22w%22%3A%22Hi%22%7D&extensions=%7B%7D");
    let answer = front.send(get(&parameters)).await;
    assert_eq!(answer.body["data"]["me"]["greeting"], "Hi 1");
    // MAY respond with 4xx status code if content-type is not supplied on POST requests
    let answer = with_headers(&[("apollo-require-preflight", "1")]).await;
    assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    // MAY use 400 status code when request body is missing on POST
    let headers = [("content-type", "application/json")];
    let answer = front
        .send(request("POST", "/graphql", &headers, Body::empty()))
        .await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn parameters_have_their_types() {
    let query = "query T { __typename }";
    let fine = [
        // MUST/SHOULD allow string {query} and {operationName} parameters
        json!({ "query": query, "operationName": "T" }),
        // MUST/SHOULD allow null {variables}, {operationName} and {extensions} parameters
        json!({ "query": query, "operationName": null, "variables": null, "extensions": null }),
        // MUST/SHOULD allow map {variables} and {extensions} parameters
        json!({ "query": query, "variables": { "a": 1 }, "extensions": { "b": [] } }),
        json!({ "query": query, "unknown": true }),
    ];
    for body in fine {
        for (accept, answer) in both(&body).await {
            assert_eq!(answer.status, StatusCode::OK, "{accept} {body}");
            assert_eq!(answer.body.get("errors"), None);
        }
    }

    let mut wrong = vec![json!({}), json!({ "notquery": query })];
    for value in [
        json!({ "obj": "ect" }),
        json!(0),
        json!(false),
        json!(["array"]),
    ] {
        wrong.push(json!({ "query": value }));
        wrong.push(json!({ "query": query, "operationName": value }));
    }
    for value in [json!("string"), json!(0), json!(false), json!(["array"])] {
        wrong.push(json!({ "query": query, "variables": value }));
        wrong.push(json!({ "query": query, "extensions": value }));
    }
    // MAY use 400 status code on parameters of another type
    for body in wrong {
        for (accept, answer) in both(&body).await {
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{accept} {body}");
            assert_eq!(answer.body.get("data"), None);
        }
    }
    // MAY use 400 status code on JSON parsing failure
    for (accept, answer) in both("{ \"not a JSON").await {
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{accept}");
    }
}

/// What every well-formed answer is, by the specification: one map with `data`, `errors` or both.
fn is_well_formed(answer: &Value) -> bool {
    let errors = answer.get("errors").map(Value::as_array);
    let is_refusal = errors.flatten().is_some_and(|errors| !errors.is_empty());
    answer.is_object() && (answer.get("data").is_some() || is_refusal)
}

#[tokio::test]
async fn what_can_not_be_executed_is_400_only_in_the_modern_media_type() {
    for body in [
        // document parsing failure
        json!({ "query": "{" }),
        // document validation failure
        json!({ "query": "{ 8f31403dfe404bccbb0e835f2629c6a7 }" }),
        json!({ "query": "{ nothing }" }),
        // operation that can not be determined
        json!({ "query": "query A { __typename } query B { __typename }" }),
        json!({ "query": "query A { __typename }", "operationName": "B" }),
        // variable coercion failure
        json!({ "query": "query ($n: Int!) { limited(n: $n) }" }),
        json!({ "query": "query ($n: Int!) { limited(n: $n) }", "variables": { "n": "x" } }),
    ] {
        let [(_, classic), (_, modern)] = both(&body).await;
        // SHOULD use 200 status code on ... failure when accepting application/json
        assert_eq!(classic.status, StatusCode::OK, "{body}");
        // SHOULD use 400 status code on ... failure when accepting application/graphql-response+json
        assert_eq!(modern.status, StatusCode::BAD_REQUEST, "{body}");
        for answer in [classic, modern] {
            assert!(is_well_formed(&answer.body), "{body}");
            // SHOULD not contain the data entry on ... failure
            assert_eq!(answer.body.get("data"), None, "{body}");
        }
    }
}

#[tokio::test]
async fn partial_data_is_a_success() {
    let front = Front::of(
        crate::graph::Shop::without("inventory"),
        std::sync::Arc::new(router::Anonymous),
        router::HttpOptions::default(),
    );
    for accept in [CLASSIC, MODERN] {
        let body = json!({ "query": "{ topProducts { name inStock } }" });
        let answer = front.send(post(accept, body)).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(answer.body.get("errors").is_some(), "{}", answer.body);
        assert!(answer.body.get("data").is_some(), "{}", answer.body);
    }
}

#[tokio::test]
async fn what_nobody_can_read_is_not_acceptable() {
    for accept in ["text/html", "application/xml", "application/json;q=0"] {
        let headers = [("content-type", "application/json"), ("accept", accept)];
        let answer = with_headers(&headers).await;
        assert_eq!(answer.status, StatusCode::NOT_ACCEPTABLE, "{accept}");
        assert!(is_well_formed(&answer.body));
    }
}
