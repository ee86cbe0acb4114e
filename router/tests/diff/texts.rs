//! What may be compared: API schemas, supergraphs, and nothing else.

use router::compose::{SubgraphSdl, Supergraph, compose};
use router::diff::{Code, Severity, Side, diff};

fn supergraph(sdl: &str) -> Supergraph {
    let subgraph = SubgraphSdl {
        name: "shop".to_owned(),
        url: None,
        sdl: format!(
            "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.7\", import: [\"@key\", \"@inaccessible\"])\n{sdl}"
        ),
    };
    compose(&[subgraph]).supergraph.unwrap()
}

#[test]
fn of_a_supergraph_only_what_clients_see_is_compared() {
    let old = supergraph("type Query { a: Int, b: Int @inaccessible }");
    let new = supergraph("type Query { a: Int, b: Int @inaccessible, c: Int @inaccessible }");
    assert_ne!(old.sdl, new.sdl);
    assert_eq!(diff(&old.sdl, &new.sdl), Ok(Vec::new()));

    let new = supergraph("type Query { b: Int, c(x: Int!): Int }");
    let changes = diff(&old.sdl, &new.sdl).unwrap();
    let found: Vec<(Code, &str)> = changes
        .iter()
        .map(|change| (change.code, change.coordinate.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            (Code::FieldRemoved, "Query.a"),
            (Code::FieldAdded, "Query.b"),
            (Code::FieldAdded, "Query.c"),
        ]
    );
}

#[test]
fn a_supergraph_equals_its_api_schema() {
    let both = supergraph("type Query { a: T } type T @key(fields: \"id\") { id: ID }");
    assert_eq!(diff(&both.sdl, &both.api_sdl), Ok(Vec::new()));
    assert_eq!(diff(&both.api_sdl, &both.sdl), Ok(Vec::new()));
}

#[test]
fn what_is_no_schema_is_refused_with_all_reasons() {
    let fine = "type Query { a: Int }";
    let failed = diff("type Query {\n  a: Nope\n  b: Nor\n}", fine).unwrap_err();
    assert_eq!(failed.side, Side::Old);
    assert_eq!(
        failed.reasons,
        [
            "cannot find type 'Nope' in this document (line 2, column 6)",
            "cannot find type 'Nor' in this document (line 3, column 6)"
        ]
    );
    assert_eq!(diff(fine, "type Query {").unwrap_err().side, Side::New);
    assert_eq!(diff(fine, "").unwrap_err().side, Side::New);
}

#[test]
fn one_of_needs_no_definition() {
    let schema = |one_of| format!("type Query {{ a(by: By): Int }} input By {one_of} {{ x: Int }}");
    let changes = diff(&schema(""), &schema("@oneOf")).unwrap();
    assert_eq!(changes[0].code, Code::OneOfAdded);
    assert_eq!(changes[0].severity, Severity::Breaking);
}
