//! Bad input through the front door: a clear answer, nothing half done, and the process stays up.

use futures::future::join_all;
use serde_json::{Value, json};
use testkit::{Backend, Client, Portico, Upload, on_both};

on_both![
    hostile_documents_are_refused_by_name,
    two_clients_register_one_service_once,
    what_a_document_refers_to_is_never_fetched,
];

const IMPORT: &str = "mutation ($input: ImportOpenApiInput!) {
    importOpenApi(input: $input) { endpointCount warnings { pointer message } service { id } }
}";

async fn owner(portico: &Portico) -> Client {
    portico
        .client()
        .register("owner@example.com")
        .await
        .in_new_tenant("Acme")
        .await
}

async fn hostile_documents_are_refused_by_name(backend: Backend) {
    let portico = Portico::start(backend).await;
    let owner = owner(&portico).await;
    let deep = format!(
        "{{\"openapi\": {}1{}}}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let bomb = (1..40).fold("a0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_owned(), |text, n| {
        let before = format!("*a{}", n - 1);
        format!("{text}a{n}: &a{n} [{before},{before},{before},{before},{before}]\n")
    });
    let truncated = "{\"openapi\": \"3.0.3\", \"info\": {\"title\"";
    let cases = [
        ("", "/text", "empty"),
        (truncated, "/text", "line 1"),
        ("openapi: 3.0.3\ninfo: [", "/text", "line"),
        ("just a text", "/text", "openapi"),
        (
            "{\"swagger\": \"2.0\", \"info\": {}, \"paths\": {}}",
            "/text",
            "3.0",
        ),
        (&deep, "/text", "deep"),
        (&bomb, "/text", ""),
    ];
    for (text, field, word) in cases {
        let input = json!({ "input": { "text": text, "baseUrl": "http://127.0.0.1:9" } });
        let answer = owner.post(IMPORT, input).await;
        let error = &answer["errors"][0];
        let start = &text[..text.len().min(60)];
        assert_eq!(
            error["extensions"]["code"], "BAD_USER_INPUT",
            "{start}: {answer}"
        );
        assert_eq!(error["extensions"]["field"], field, "{start}: {answer}");
        let message = error["message"].as_str().expect("a message");
        assert!(
            message.to_lowercase().contains(word),
            "{start}: {message:?} lacks {word:?}"
        );
        assert!(
            message.len() < 1_000,
            "{start}: the message has {} bytes",
            message.len()
        );
    }

    let huge = vec![b' '; 100 << 20];
    let file = Upload {
        variable: "input.file",
        name: "huge.json",
        media_type: "application/json",
        content: &huge,
    };
    let answer = owner
        .upload(IMPORT, json!({ "input": { "file": null } }), file)
        .await;
    let code = answer["errors"][0]["extensions"]["code"].as_str();
    assert_eq!(code, Some("BAD_USER_INPUT"), "{answer}");

    let (one, two) = (
        "mutation { importOpenApi(input: {}) { endpointCount } }",
        json!({}),
    );
    assert_eq!(owner.code(one, two).await, "BAD_USER_INPUT");
    let services = owner.data("{ services { nodes { id } } }", json!({})).await;
    assert_eq!(
        services["services"]["nodes"],
        json!([]),
        "something is half done"
    );
    assert_eq!(portico.client().get("/health/ready").await.0, 200);
}

async fn two_clients_register_one_service_once(backend: Backend) {
    let portico = Portico::start(backend).await;
    let owner = owner(&portico).await;
    let register = "mutation { registerService(input: {
        name: \"Billing\", version: \"1\", baseUrl: \"http://127.0.0.1:9\"
    }) { service { id } } }";
    let answers = join_all((0..12).map(|_| owner.post(register, json!({})))).await;
    let registered =
        |answer: &&Value| answer["data"]["registerService"]["service"]["id"].is_string();
    assert_eq!(answers.iter().filter(registered).count(), 1, "{answers:#?}");
    for refused in answers.iter().filter(|answer| !registered(answer)) {
        assert_eq!(
            refused["errors"][0]["extensions"]["code"], "CONFLICT",
            "{refused}"
        );
    }
    let services = owner.data("{ services { totalCount } }", json!({})).await;
    assert_eq!(services["services"]["totalCount"], 1);
}

async fn what_a_document_refers_to_is_never_fetched(backend: Backend) {
    let outside = testkit::Outside::start().await;
    let portico = Portico::start(backend).await;
    let owner = owner(&portico).await;
    let schema = |reference: &str| json!({ "content": { "application/json": { "schema": { "$ref": reference } } } });
    let remote = outside.url("/schema.json");
    let document = json!({
        "openapi": "3.1.0",
        "info": { "title": "Sly", "version": "1" },
        "servers": [{ "url": "http://127.0.0.1:9" }],
        "paths": {
            "/file": { "post": { "requestBody": schema("file:///etc/passwd") } },
            "/http": { "post": { "requestBody": schema(&remote) } },
            "/self": { "post": { "requestBody": schema("#/components/schemas/Tree") } },
            "/loop": { "post": { "requestBody": schema("#/components/schemas/Loop") } },
        },
        "components": { "schemas": {
            "Tree": { "type": "object", "properties": {
                "children": { "type": "array", "items": { "$ref": "#/components/schemas/Tree" } },
            } },
            "Loop": { "$ref": "#/components/schemas/Loop" },
        } },
    });
    let input = json!({ "input": { "text": document.to_string() } });
    let imported = &owner.data(IMPORT, input).await["importOpenApi"];
    assert_eq!(
        imported["endpointCount"], 4,
        "an endpoint is never lost because of one schema"
    );
    let query = "query ($id: ID!) { service(id: $id) { endpoints { nodes {
        path warnings { pointer message } form { id warnings fields { __typename } }
    } } } }";
    let service = owner
        .data(query, json!({ "id": imported["service"]["id"] }))
        .await;
    let endpoints = service["service"]["endpoints"]["nodes"]
        .as_array()
        .expect("a list");
    for endpoint in endpoints {
        assert!(endpoint["form"]["id"].is_string(), "{endpoint}");
        let warned = endpoint["warnings"].to_string();
        match endpoint["path"].as_str() {
            Some("/file") => assert!(warned.contains("file:///etc/passwd"), "{endpoint}"),
            Some("/http") => assert!(warned.contains("schema.json"), "{endpoint}"),
            Some("/loop") => assert_ne!(warned, "[]", "{endpoint}"),
            _ => {}
        }
    }
    assert_eq!(outside.requests().len(), 0, "a reference was followed");
}
