//! What is taken from the document as a whole, and from each operation besides its request.

use serde_json::{Value, json};

use super::super::{Description, SecurityKind, read};
use super::{assert_sound, describe, document, id_parameter};

/// A small service that uses a bit of everything.
const PETS: &str = include_str!("pets.yaml");

#[test]
fn a_small_description_in_full() {
    let description = read(PETS.as_bytes()).expect("the description is sound");
    description.operations.iter().for_each(assert_sound);
    insta::assert_debug_snapshot!("pets", Readable(&description));
}

/// Schemas as JSON text rather than as nested Rust values.
struct Readable<'a>(&'a Description);

impl std::fmt::Debug for Readable<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Description {
            openapi,
            title,
            version,
            description,
            servers,
            security_schemes,
            operations,
            warnings,
        } = self.0;
        writeln!(
            f,
            "{title} {version} ({openapi}): {description:?}\n{servers:#?}\n{security_schemes:#?}"
        )?;
        for operation in operations {
            writeln!(
                f,
                "\n{} {} {:?}",
                operation.method, operation.path, operation.operation_id
            )?;
            writeln!(
                f,
                "  title: {}\n  description: {:?}",
                operation.title, operation.description
            )?;
            writeln!(
                f,
                "  tag: {:?} deprecated: {} server: {:?}",
                operation.tag, operation.deprecated, operation.server
            )?;
            for warning in &operation.warnings {
                writeln!(f, "  warning: {warning}")?;
            }
            writeln!(f, "{:#}", operation.request_schema)?;
        }
        warnings
            .iter()
            .try_for_each(|warning| writeln!(f, "warning: {warning}"))
    }
}

#[test]
fn json_and_yaml_say_the_same() {
    let document: Value = json!({
        "openapi": "3.0.3", "info": { "title": "T", "version": "1" },
        "paths": { "/a": { "get": { "summary": "A", "parameters": [{ "name": "q", "in": "query", "schema": { "type": "string" } }] } } }
    });
    let as_yaml = format!("# a comment makes it yaml\n{document:#}");
    assert_eq!(
        read(as_yaml.as_bytes()),
        read(document.to_string().as_bytes())
    );
}

#[test]
fn versions_keep_their_spelling_in_yaml() {
    let text = "openapi: 3.1.0\ninfo:\n  title: T\n  version: 1.10\npaths: {}\n";
    assert_eq!(
        read(text.as_bytes()).expect("a description").version,
        "1.10"
    );
    let text = "\u{feff}openapi: 3.0\ninfo: {title: T, version: '2024-01-01'}\npaths: {}\n";
    let description = read(text.as_bytes()).expect("a description");
    assert_eq!(
        (description.openapi.as_str(), description.version.as_str()),
        ("3.0", "2024-01-01")
    );
    assert_eq!(
        description.warnings[0].to_string(),
        "/paths: the description has no operations"
    );
}

#[test]
fn norway_stays_a_text() {
    let text = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths:\n  /a:\n    get:\n      parameters:\n        - {name: c, in: query, schema: {enum: [NO, yes, on]}}\n";
    let description = read(text.as_bytes()).expect("a description");
    assert_eq!(
        description.operations[0].request_schema["properties"]["query"]["properties"]["c"]["enum"],
        json!(["NO", "yes", "on"])
    );
}

#[test]
fn server_variables_take_their_defaults() {
    let mut text = document(
        "3.1.0",
        json!({ "/a": { "servers": [{ "url": "/upload" }], "get": {}, "put": { "servers": [{ "url": "https://{n}.x" , "variables": { "n": { "default": 7 } } }] } } }),
        json!({}),
    );
    text["servers"] = json!([
        { "url": "https://{region}.example.com:{port}/v1", "variables": { "region": { "default": "eu" }, "port": { "default": "8443" } }, "description": "live" },
        { "description": "no address" }, "text"
    ]);
    let description = describe(&text);
    assert_eq!(description.servers.len(), 1);
    assert_eq!(description.servers[0].url, "https://eu.example.com:8443/v1");
    let servers: Vec<_> = description
        .operations
        .iter()
        .map(|operation| operation.server.as_deref())
        .collect();
    assert_eq!(servers, [Some("/upload"), Some("https://7.x")]);
}

#[test]
fn security_schemes_are_listed() {
    let schemes = json!({
        "key": { "type": "apiKey", "in": "header", "name": "X-Key" },
        "bearer": { "type": "http", "scheme": "Bearer", "description": "d" },
        "alias": { "$ref": "#/components/securitySchemes/oauth" },
        "oauth": { "type": "oauth2", "flows": {} },
        "broken": { "type": "apiKey" },
        "lost": { "$ref": "elsewhere" }
    });
    let description = describe(&document(
        "3.1.0",
        json!({}),
        json!({ "securitySchemes": schemes }),
    ));
    let kinds: Vec<_> = description
        .security_schemes
        .iter()
        .map(|scheme| (scheme.name.as_str(), &scheme.kind))
        .collect();
    assert_eq!(
        kinds,
        [
            (
                "key",
                &SecurityKind::ApiKey {
                    location: "header".to_owned(),
                    parameter: "X-Key".to_owned()
                }
            ),
            (
                "bearer",
                &SecurityKind::Http {
                    scheme: "bearer".to_owned()
                }
            ),
            ("alias", &SecurityKind::OAuth2),
            ("oauth", &SecurityKind::OAuth2),
        ]
    );
    assert_eq!(description.warnings.len(), 3);
}

#[test]
fn titles_fall_back_to_the_best_name() {
    let paths = json!({ "/a": { "get": { "summary": " Look ", "operationId": "look" }, "put": { "operationId": "place" }, "post": { "summary": "" } } });
    let titles: Vec<_> = describe(&document("3.1.0", paths, json!({})))
        .operations
        .into_iter()
        .map(|operation| operation.title)
        .collect();
    assert_eq!(titles, ["Look", "place", "POST /a"]);
}

#[test]
fn an_operation_id_belongs_to_the_first_that_has_it() {
    let paths =
        json!({ "/a": { "get": { "operationId": "same" }, "put": { "operationId": "same" } } });
    let description = describe(&document("3.1.0", paths, json!({})));
    assert_eq!(
        description.operations[0].operation_id.as_deref(),
        Some("same")
    );
    assert_eq!(description.operations[1].operation_id, None);
    assert_eq!(
        description.operations[1].warnings[0].message,
        "the operationId is that of GET /a as well; it is left out"
    );
}

#[test]
fn path_items_are_shared_by_reference_and_bad_ones_are_named() {
    let paths = json!({
        "/a/{id}": { "$ref": "#/components/pathItems/Thing" },
        "/lost": { "$ref": "https://example.com/items.yaml" },
        "/text": "no object",
        "no-slash": { "get": {} },
        "x-extension": { "get": {} },
        "/odd": { "get": 5, "query": {}, "x-get": {} }
    });
    let items = json!({ "pathItems": { "Thing": { "parameters": [id_parameter()], "get": {}, "delete": {} } } });
    let description = describe(&document("3.1.0", paths, items));
    let operations: Vec<_> = description
        .operations
        .iter()
        .map(|operation| format!("{} {}", operation.method, operation.path))
        .collect();
    assert_eq!(operations, ["GET /a/{id}", "DELETE /a/{id}", "GET /odd"]);
    assert_eq!(description.operations[2].warnings.len(), 1);
    assert_eq!(description.warnings.len(), 3, "{:?}", description.warnings);
}

#[test]
fn long_texts_are_cut_between_characters() {
    let paths = json!({ "/a": { "get": { "summary": "ä".repeat(400), "description": "d".repeat(30_000) } } });
    let operation = describe(&document("3.1.0", paths, json!({})))
        .operations
        .remove(0);
    assert_eq!(operation.title.chars().count(), 300);
    assert!(operation.title.ends_with("ä…"));
    assert_eq!(
        operation.description.map(|text| text.chars().count()),
        Some(20_000)
    );
}

#[test]
fn paths_that_cannot_be_called_are_left_out_and_named() {
    let paths = json!({
        "/a/{x": { "get": {} }, "/a/{}": { "get": {} }, "/a/{x}/{x}": { "get": {} },
        "/../etc": { "get": {} }, "/?Action=Go": { "get": {} }, "/fine/{x}": { "get": {} }
    });
    let description = describe(&document("3.1.0", paths, json!({})));
    assert_eq!(description.operations.len(), 1);
    let warnings: Vec<_> = description
        .warnings
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(warnings.len(), 5, "{warnings:#?}");
    assert_eq!(
        warnings[3],
        "/paths/~1..~1etc: a path must have no segment `.` or `..`; its operations are left out"
    );
}

#[test]
fn who_needs_credentials_is_told_that_there_are_none() {
    let mut text = document(
        "3.1.0",
        json!({ "/a": {
            "get": {},
            "put": { "security": [{ "key": [], "bearer": [] }, { "oauth": [] }] },
            "post": { "security": [] },
            "delete": { "security": [{ "key": [] }, {}] },
        } }),
        json!({ "securitySchemes": {
            "key": { "type": "apiKey", "in": "header", "name": "X-Key" },
            "bearer": { "type": "http", "scheme": "bearer" }
        } }),
    );
    text["security"] = json!([{ "key": [] }]);
    text["webhooks"] = json!({ "created": {}, "removed": {} });
    let description = describe(&text);
    let of_operations: Vec<_> = description
        .operations
        .iter()
        .flat_map(|operation| &operation.warnings)
        .map(ToString::to_string)
        .collect();
    let ending = "which the platform cannot store yet; it is called without any";
    assert_eq!(
        of_operations,
        [
            format!("/security: needs the credentials `key` (apiKey), {ending}"),
            format!(
                "/paths/~1a/put/security: needs the credentials `key` (apiKey) and `bearer` (bearer) or `oauth`, {ending}"
            ),
        ]
    );
    let of_document: Vec<_> = description
        .warnings
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        of_document,
        [
            "/security: 2 of 4 operations need credentials, which the platform cannot store yet; the service will refuse them",
            "/webhooks: the platform receives no calls from a service yet; webhooks left out: 2",
        ]
    );
}

#[test]
fn a_key_that_is_there_twice_is_named_in_plain_words() {
    let refused = super::refusal(
        "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths: {}\nopenapi: 3.1.0\n",
    );
    assert!(
        refused.ends_with("the key `openapi` is there twice"),
        "{refused}"
    );
}

#[test]
fn a_pattern_that_is_none_is_left_out_and_named() {
    let (schema, _, warnings) = super::body_schema("3.1.0", json!({ "pattern": "((" }), json!({}));
    assert_eq!(schema, json!({}));
    assert_eq!(
        warnings,
        ["`pattern` is no regular expression; it is left out"]
    );
}
