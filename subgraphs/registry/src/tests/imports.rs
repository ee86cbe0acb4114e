//! Importing services from OpenAPI documents.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use async_graphql::{Request, UploadValue, Variables};
use insta::assert_snapshot;
use serde_json::{Value, json};
use testkit::{Answer, Backend, Outside};

use super::world::{IMPORT, World, id};
use crate::attach;

testkit::on_both![
    a_document_becomes_a_service_with_endpoints,
    everything_of_github_is_imported_in_seconds,
    a_document_is_fetched_from_its_address,
    a_document_is_uploaded,
    what_the_request_says_goes_before_the_document,
    a_document_comes_from_one_place,
    a_bad_document_leaves_nothing_behind,
    a_service_is_imported_once,
    an_operation_with_an_address_of_its_own_keeps_it,
    importing_needs_the_permission,
    large_schemas_go_through_in_parts,
];

const PETS: &str = include_str!("../openapi/tests/pets.yaml");

async fn a_document_becomes_a_service_with_endpoints(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner();
    let answer = world
        .ask(Some(&ada), IMPORT, json!({ "input": { "text": PETS } }))
        .await;
    assert_snapshot!("imported", super::world::shown(&answer));

    let query = "query($id: ID!) { service(id: $id) { endpoints { totalCount nodes {
        id method path operationId title tag deprecated permission requestSchema warnings { pointer message } service { slug } } } } }";
    let service = id(&answer, "/data/importOpenApi/service/id");
    assert_snapshot!(
        "endpoints",
        world.run(&ada, query, json!({ "id": service })).await
    );

    let registered = world.test.recorded("service.registered").await;
    assert_eq!(registered[0]["endpoint_count"], 5);
    let added = world.test.recorded("endpoint.added").await;
    assert_eq!(added.len(), 5);
    assert_eq!(added[1]["method"], "POST");
    assert_eq!(added[1]["permission"], "service.pets:write");
    assert!(added.iter().all(|event| {
        event
            .get("base_url")
            .or(event.get("request_schema"))
            .is_none()
    }));
    let details = world.details().await;
    assert_eq!(details[1]["base_url"], "https://eu.pets.example/v1");
    assert_eq!(details[1]["request_schema"]["required"], json!(["body"]));
    assert_eq!(details[4]["base_url"], "https://uploads.pets.example");
}

fn github() -> String {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/openapi/github.json.gz");
    let file = std::fs::File::open(&path).unwrap_or_else(|err| panic!("{}: {err}", path.display()));
    let mut text = String::new();
    flate2::read::GzDecoder::new(file)
        .read_to_string(&mut text)
        .expect("the file unpacks");
    text
}

async fn everything_of_github_is_imported_in_seconds(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner();
    let began = Instant::now();
    let input = json!({ "text": github(), "slug": "github", "visibility": "PUBLIC" });
    let answer = world
        .ask(Some(&ada), IMPORT, json!({ "input": input }))
        .await;
    assert!(
        began.elapsed() < Duration::from_secs(30),
        "took {:?}",
        began.elapsed()
    );
    assert_eq!(
        answer["data"]["importOpenApi"]["endpointCount"], 1223,
        "{answer}"
    );
    assert_eq!(world.test.recorded("endpoint.added").await.len(), 1223);

    let service = id(&answer, "/data/importOpenApi/service/id");
    let query = "query($id: ID!, $filter: EndpointFilter, $last: Int) { service(id: $id) { endpoints(filter: $filter, last: $last) {
        totalCount nodes { method path } } } }";
    let count = async |filter: Value| {
        let answer = world
            .ask(
                Some(&ada),
                query,
                json!({ "id": service, "filter": filter }),
            )
            .await;
        answer["data"]["service"]["endpoints"]["totalCount"]
            .as_i64()
            .expect("a number")
    };
    assert_eq!(count(json!({})).await, 1223);
    assert_eq!(count(json!({ "method": "DELETE" })).await, 187);
    assert_eq!(
        count(json!({ "tag": "issues", "method": "POST" })).await,
        11
    );
    assert_eq!(count(json!({ "search": "actions/RUNNERS" })).await, 24);
    let last = world
        .run(&ada, query, json!({ "id": service, "last": 1 }))
        .await;
    assert_snapshot!(last, @r#"{"service":{"endpoints":{"nodes":[{"method":"GET","path":"/orgs/{org}/organization-fine-grained-permissions"}],"totalCount":1223}}}"#);
}

async fn a_document_is_fetched_from_its_address(backend: Backend) {
    let world = World::start(backend).await;
    let (ada, outside) = (world.owner(), Outside::start().await);
    outside.answer(
        "/docs/pets.yaml",
        Answer::text(PETS.replace("https://{region}.pets.example", "..")),
    );
    outside.answer("/gone", Answer::status(404));
    outside.answer("/broken", Answer::text("{\"openapi\": "));
    let import = async |path: &str| {
        let answer = world
            .run(
                &ada,
                IMPORT,
                json!({ "input": { "url": outside.url(path) } }),
            )
            .await;
        answer.replace(&outside.url(""), "http://outside")
    };
    assert_snapshot!(import("/docs/pets.yaml").await);
    assert_snapshot!(import("/gone").await, @r"
    null
    BAD_USER_INPUT at importOpenApi: the document cannot be fetched: its address answers with status 404
    ");
    assert_snapshot!(import("/broken").await, @r"
    null
    BAD_USER_INPUT at importOpenApi: malformed json at line 1, column 12: EOF while parsing a value
    ");
    let elsewhere = json!({ "input": { "url": "http://10.0.0.1/openapi.json" } });
    assert_snapshot!(world.run(&ada, IMPORT, elsewhere).await, @r"
    null
    BAD_USER_INPUT at importOpenApi: the document cannot be fetched: the host `10.0.0.1` is in a private or reserved network; an operator can allow it with the setting `outbound.allow`
    ");
    let nowhere = json!({ "input": { "url": "file:///etc/passwd" } });
    assert_snapshot!(world.run(&ada, IMPORT, nowhere).await, @r"
    null
    BAD_USER_INPUT at importOpenApi: the document cannot be fetched: the URL must begin with http:// or https://
    ");
}

async fn a_document_is_uploaded(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner();
    let upload = async |variable: &str| {
        let mut content = tempfile::tempfile().expect("a file can be made");
        content
            .write_all(PETS.as_bytes())
            .expect("it can be written");
        std::io::Seek::rewind(&mut content).expect("it can be read again");
        let file = UploadValue {
            filename: "pets.yaml".to_owned(),
            content_type: None,
            content,
        };
        let mut request = Request::new(IMPORT).variables(Variables::from_json(
            json!({ "input": { "file": variable } }),
        ));
        request.uploads.push(file);
        let request = attach(request.data(ada.clone()), &world.test.app, Some(&ada));
        let answer = world.schema.execute(request).await;
        let data = answer.data.into_json().expect("an answer is JSON");
        let errors: Vec<_> = answer
            .errors
            .into_iter()
            .map(|error| error.message)
            .collect();
        (
            data["importOpenApi"]["endpointCount"].clone(),
            errors.join("\n"),
        )
    };
    assert_eq!(
        upload("#__graphql_file__:0").await,
        (json!(5), String::new())
    );
    // Clients can write what a server writes; a number without a file is no reason to fall over.
    for odd in ["#__graphql_file__:7", "#__graphql_file__:x", "pets.yaml"] {
        let (count, errors) = upload(odd).await;
        assert_eq!(count, Value::Null);
        assert!(errors.contains("file"), "{errors}");
    }
}

async fn what_the_request_says_goes_before_the_document(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner();
    let input = json!({
        "text": PETS, "name": "Animals", "slug": "zoo", "version": "9", "icon": "paw",
        "visibility": "PUBLIC", "baseUrl": "http://127.0.0.1:9/", "healthCheck": { "path": "/up" }
    });
    let answer = world.run(&ada, IMPORT, json!({ "input": input })).await;
    assert_snapshot!(answer, @r#"{"importOpenApi":{"endpointCount":5,"service":{"baseUrl":"http://127.0.0.1:9","description":"A shelter and its animals.","icon":"paw","id":"[svc]","name":"Animals","slug":"zoo","version":"9","visibility":"PUBLIC"},"warningCount":9,"warnings":[{"message":"5 of 5 operations need credentials, which the platform cannot store yet; the service will refuse them","pointer":"/security"}]}}"#);
    let added = world.test.recorded("endpoint.added").await;
    let details = world.details().await;
    assert!(
        details
            .iter()
            .all(|detail| detail["base_url"] == "http://127.0.0.1:9"),
        "{details:#?}"
    );
    assert_eq!(added[0]["permission"], "service.zoo:read");
}

async fn a_document_comes_from_one_place(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner();
    for input in [
        json!({}),
        json!({ "text": PETS, "url": "https://example.com" }),
    ] {
        let answer = world.run(&ada, IMPORT, json!({ "input": input })).await;
        assert_eq!(
            answer,
            "null\nBAD_USER_INPUT at importOpenApi: give exactly one of `text`, `file` and `url`"
        );
    }
}

async fn a_bad_document_leaves_nothing_behind(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner();
    let operation =
        json!({ "requestBody": { "content": { "application/json": { "schema": {} } } } });
    let paths: serde_json::Map<_, _> = (0..5_001)
        .map(|n| (format!("/{n}"), json!({ "get": operation })))
        .collect();
    let many =
        json!({ "openapi": "3.1.0", "info": { "title": "T", "version": "1" }, "paths": paths });
    let relative =
        "openapi: 3.1.0\ninfo: {title: T, version: '1'}\nservers: [{url: /v1}]\npaths: {}";
    let private = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\nservers: [{url: 'http://192.168.0.1'}]\npaths: {}";
    let mut answers = Vec::new();
    for text in [
        "",
        "nonsense",
        "{\"openapi\": \"3.1.0\",}",
        "swagger: '2.0'",
        &many.to_string(),
        relative,
        private,
    ] {
        answers.push(
            world
                .run(&ada, IMPORT, json!({ "input": { "text": text } }))
                .await,
        );
    }
    assert_snapshot!(answers.join("\n"));
    assert_eq!(
        world
            .run(&ada, "{ services { totalCount } }", json!({}))
            .await,
        r#"{"services":{"totalCount":0}}"#
    );
    assert!(world.test.recorded("service.registered").await.is_empty());
    assert!(world.test.recorded("endpoint.added").await.is_empty());
}

async fn a_service_is_imported_once(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner();
    let import = || world.ask(Some(&ada), IMPORT, json!({ "input": { "text": PETS } }));
    let (one, other) = futures::join!(import(), import());
    let errors: Vec<_> = [&one, &other]
        .iter()
        .filter_map(|answer| answer["errors"][0]["code"].as_str())
        .collect();
    assert_eq!(errors, ["CONFLICT"]);
    assert_eq!(world.test.recorded("service.registered").await.len(), 1);
    assert_eq!(world.test.recorded("endpoint.added").await.len(), 5);
}

async fn an_operation_with_an_address_of_its_own_keeps_it(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner();
    let text = json!({
        "openapi": "3.1.0", "info": { "title": "T", "version": "1" }, "servers": [{ "url": "https://example.com/v1/" }],
        "paths": { "/a": {
            "get": { "servers": [{ "url": "/v2" }] },
            "put": { "servers": [{ "url": "http://10.0.0.1/" }] },
            "post": {}
        } }
    });
    world
        .ask(
            Some(&ada),
            IMPORT,
            json!({ "input": { "text": text.to_string() } }),
        )
        .await;
    let details = world.details().await;
    let addresses: Vec<_> = details
        .iter()
        .map(|detail| detail["base_url"].as_str().expect("text"))
        .collect();
    assert_eq!(
        addresses,
        [
            "https://example.com/v2",
            "https://example.com/v1",
            "https://example.com/v1"
        ]
    );
    let query =
        "{ services { nodes { endpoints { nodes { method warnings { pointer message } } } } } }";
    assert_snapshot!(world.run(&ada, query, json!({})).await, @r#"{"services":{"nodes":[{"endpoints":{"nodes":[{"method":"GET","warnings":[]},{"method":"PUT","warnings":[{"message":"the operation's own address cannot be followed; the service's is used","pointer":"/paths/~1a/put/servers"}]},{"method":"POST","warnings":[]}]}}]}}"#);
}

async fn importing_needs_the_permission(backend: Backend) {
    let world = World::start(backend).await;
    let member = world.test.viewer(&["service.*:read", "service.*:write"]);
    assert_snapshot!(world.run(&member, IMPORT, json!({ "input": { "text": PETS } })).await, @r"
    null
    FORBIDDEN at importOpenApi: this needs the permission `service:register`, which none of your roles grants
    ");
}

async fn large_schemas_go_through_in_parts(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner();
    let large = json!({ "type": "string", "description": "d".repeat(900_000) });
    let body = json!({ "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Large" } } } });
    let paths: serde_json::Map<_, _> = (0..20)
        .map(|n| (format!("/{n}"), json!({ "post": { "requestBody": body } })))
        .collect();
    let text = json!({ "openapi": "3.1.0", "info": { "title": "T", "version": "1" }, "paths": paths,
        "servers": [{ "url": "https://example.com" }], "components": { "schemas": { "Large": large } } });
    let answer = world
        .ask(
            Some(&ada),
            IMPORT,
            json!({ "input": { "text": text.to_string() } }),
        )
        .await;
    assert_eq!(
        answer["data"]["importOpenApi"]["endpointCount"], 20,
        "{answer}"
    );
}
