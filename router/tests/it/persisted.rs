//! Documents that clients name instead of sending.

use std::sync::Arc;

use ::http::StatusCode;
use router::{BatchOptions, Code, HttpOptions, PersistedOptions, Trusted, TrustedDocuments};
use serde_json::{Value, json};

use crate::front::{CLASSIC, Front, MODERN, get, post};
use crate::graph::Shop;

const QUERY: &str = "{ me { name } }";
/// `printf '{ me { name } }' | sha256sum`
const HASH: &str = "b8d9506e34c83b0e53c2aa463624fcea354713bc38f95276e6f0bd893ffb5b88";

fn with(persisted: PersistedOptions) -> Front {
    Front::with(HttpOptions {
        persisted,
        batch: BatchOptions {
            enabled: true,
            ..BatchOptions::default()
        },
        ..HttpOptions::default()
    })
}

fn hashed(hash: &str) -> Value {
    json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } })
}

fn ada() -> Value {
    json!({ "data": { "me": { "name": "Ada" } } })
}

async fn code(front: &Front, body: Value) -> String {
    front.post(body).await.code().to_owned()
}

#[tokio::test]
async fn a_document_is_registered_by_its_hash_and_then_named() {
    let front = Front::open();
    let named = json!({ "extensions": hashed(HASH) });
    let answer = front.post(&named).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.code(), Code::PersistedQueryNotFound.as_str());
    assert_eq!(
        answer.body["errors"][0]["message"],
        "PersistedQueryNotFound"
    );
    let answer = front.send(post(MODERN, &named)).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);

    let both = json!({ "query": QUERY, "extensions": hashed(HASH) });
    assert_eq!(front.post(both).await.body, ada());
    assert_eq!(front.post(&named).await.body, ada());
    let empty = json!({ "query": "", "extensions": hashed(HASH) });
    assert_eq!(front.post(empty).await.body, ada());

    let extensions = hashed(HASH).to_string();
    let encoded: String = extensions
        .bytes()
        .map(|byte| format!("%{byte:02x}"))
        .collect();
    let answer = front.send(get(&format!("extensions={encoded}"))).await;
    assert_eq!(answer.body, ada());
    for id in [
        HASH.to_owned(),
        format!("sha256:{HASH}"),
        format!("sha256%3A{HASH}"),
    ] {
        let answer = front.send(get(&format!("documentId={id}"))).await;
        assert_eq!(answer.body, ada(), "{id}");
    }
}

#[tokio::test]
async fn a_wrong_hash_registers_nothing() {
    let front = Front::open();
    let other = json!({ "query": "{ me { id } }", "extensions": hashed(HASH) });
    assert_eq!(code(&front, other).await, "BAD_USER_INPUT");
    let named = json!({ "extensions": hashed(HASH) });
    assert_eq!(code(&front, named).await, "PERSISTED_QUERY_NOT_FOUND");

    for extension in [
        json!({ "version": 2, "sha256Hash": HASH }),
        json!({ "sha256Hash": HASH }),
        json!({ "version": 1 }),
        json!({ "version": 1, "sha256Hash": 7 }),
        json!("x"),
    ] {
        let body = json!({ "query": QUERY, "extensions": { "persistedQuery": extension } });
        let answer = front.post(body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{extension}");
    }
    let body = json!({ "query": QUERY, "documentId": HASH });
    assert_eq!(front.post(body).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_oldest_document_makes_room() {
    let front = with(PersistedOptions {
        entries_max: 1,
        ..PersistedOptions::default()
    });
    let other = "{ __typename }";
    let other_hash = "7f56e67dd21ab3f30d1ff8b7bed08893f0a0db86449836189b361dd1e56ddb4b";
    for (query, hash) in [(QUERY, HASH), (other, other_hash)] {
        let body = json!({ "query": query, "extensions": hashed(hash) });
        assert_eq!(front.post(body).await.body.get("errors"), None);
    }
    let gone = json!({ "extensions": hashed(HASH) });
    assert_eq!(code(&front, gone).await, "PERSISTED_QUERY_NOT_FOUND");
    let kept = json!({ "extensions": hashed(other_hash) });
    assert_eq!(front.post(kept).await.body["data"]["__typename"], "Query");
}

#[tokio::test]
async fn without_persistence_clients_are_told_so() {
    let front = with(PersistedOptions {
        automatic: false,
        ..PersistedOptions::default()
    });
    for body in [
        json!({ "extensions": hashed(HASH) }),
        json!({ "query": QUERY, "extensions": hashed(HASH) }),
        json!({ "documentId": HASH }),
    ] {
        assert_eq!(code(&front, body).await, "PERSISTED_QUERY_NOT_SUPPORTED");
    }
    assert_eq!(front.post(json!({ "query": QUERY })).await.body, ada());
}

fn manifest() -> Arc<TrustedDocuments> {
    let manifest = json!({ HASH: QUERY, "Rename": "mutation R($to: String!) { rename(to: $to) }" });
    let documents = TrustedDocuments::parse(manifest.to_string().as_bytes());
    Arc::new(documents.expect("the manifest is fine"))
}

#[tokio::test]
async fn trusted_documents_are_known_from_the_start() {
    for automatic in [true, false] {
        let front = with(PersistedOptions {
            automatic,
            trusted: Trusted::Allow(manifest()),
            ..PersistedOptions::default()
        });
        for body in [
            json!({ "documentId": HASH }),
            json!({ "documentId": format!("sha256:{HASH}") }),
            json!({ "extensions": hashed(HASH) }),
            json!({ "query": QUERY, "extensions": hashed(HASH) }),
            json!({ "query": QUERY }),
        ] {
            assert_eq!(front.post(&body).await.body, ada(), "{body}");
        }
        let rename = json!({ "documentId": "Rename", "variables": { "to": "Z" } });
        assert_eq!(
            front.post(rename).await.body["data"]["rename"],
            json!(["Z"])
        );
        let other = json!({ "query": "{ me { id } }", "extensions": hashed(HASH) });
        assert_eq!(code(&front, other).await, "BAD_USER_INPUT");
        let unknown = json!({ "documentId": "Unknown" });
        assert_eq!(code(&front, unknown).await, "PERSISTED_QUERY_NOT_FOUND");
    }
}

#[tokio::test]
async fn nothing_but_trusted_documents_runs_where_they_are_required() {
    let front = with(PersistedOptions {
        trusted: Trusted::Required(manifest()),
        ..PersistedOptions::default()
    });
    assert_eq!(front.post(json!({ "documentId": HASH })).await.body, ada());
    let same = json!({ "query": QUERY, "extensions": hashed(HASH) });
    assert_eq!(front.post(same).await.body, ada());

    let other = "{ __typename }";
    let other_hash = "7f56e67dd21ab3f30d1ff8b7bed08893f0a0db86449836189b361dd1e56ddb4b";
    for body in [
        json!({ "query": QUERY }),
        json!({ "query": other, "extensions": hashed(other_hash) }),
    ] {
        assert_eq!(code(&front, body).await, "PERSISTED_QUERY_REQUIRED");
    }
    let named = json!({ "extensions": hashed(other_hash) });
    assert_eq!(code(&front, named).await, "PERSISTED_QUERY_NOT_FOUND");
    let batch = json!([{ "query": QUERY }, { "documentId": HASH }]);
    let answer = front.post(batch).await;
    assert_eq!(
        answer.body[0]["errors"][0]["extensions"]["code"],
        "PERSISTED_QUERY_REQUIRED"
    );
    assert_eq!(answer.body[1], ada());
    let answer = front.send(get("query=%7Bme%7Bname%7D%7D")).await;
    assert_eq!(answer.code(), "PERSISTED_QUERY_REQUIRED");
    let mutation = get("documentId=Rename&variables=%7B%22to%22%3A%22Z%22%7D");
    let answer = front.send(mutation).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    let stream = post(
        "text/event-stream",
        json!({ "query": "subscription { ticks }" }),
    );
    let answer = front.send(stream).await;
    let text = String::from_utf8(answer.bytes).expect("text");
    assert!(text.contains("PERSISTED_QUERY_REQUIRED"), "{text}");
    let answer = front.send(post(CLASSIC, json!({ "query": "" }))).await;
    assert_eq!(answer.code(), "PERSISTED_QUERY_REQUIRED");
}

#[tokio::test]
async fn a_manifest_is_held_against_the_schema() {
    let operations = json!([
        { "id": "1", "name": "A", "type": "query", "body": "query A { me { name } }" },
        { "id": "2", "name": "B", "type": "mutation", "body": "query B { me { name } }" },
        { "id": "3", "name": "C", "type": "query", "body": "query D { me { name } }" },
        { "id": "4", "name": "E", "type": "query", "body": "query E { nothing }" },
    ]);
    let manifest = json!({
        "format": "apollo-persisted-query-manifest", "version": 1, "operations": operations
    });
    let documents = TrustedDocuments::parse(manifest.to_string().as_bytes()).expect("it is read");
    let shop = Shop::open();
    let errors: Vec<String> = documents
        .check(&shop.engine)
        .await
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(errors.len(), 3, "{errors:#?}");
    assert_eq!(errors[0], r#"document "2": is a query, not a mutation"#);
    assert_eq!(
        errors[1],
        r#"document "3": document contains no operation named "C""#
    );
    assert!(errors[2].starts_with(r#"document "4": "#) && errors[2].contains("nothing"));

    let plain = json!({ "several": "query A { __typename } query B { __typename }", "bad": "{" });
    let documents = TrustedDocuments::parse(plain.to_string().as_bytes()).expect("it is read");
    let errors = documents.check(&shop.engine).await;
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].id.as_deref(), Some("bad"));
}
