//! Names, places in the text, and supergraphs from elsewhere.

use router::compose::{Code, Diagnostic, SubgraphSdl, Supergraph, compose};

fn subgraph(name: &str, sdl: &str) -> SubgraphSdl {
    SubgraphSdl {
        name: name.to_owned(),
        url: None,
        sdl: sdl.to_owned(),
    }
}

fn codes(diagnostics: &[Diagnostic]) -> Vec<Code> {
    diagnostics
        .iter()
        .map(|diagnostic| diagnostic.code)
        .collect()
}

#[test]
fn names_that_only_differ_in_punctuation_get_their_own_graphs() {
    let names = ["a-b", "a_b", "a.b", "1st"];
    let subgraphs: Vec<SubgraphSdl> = names
        .iter()
        .enumerate()
        .map(|(index, name)| subgraph(name, &format!("type Query {{ f{index}: Int }}")))
        .collect();
    let sdl = compose(&subgraphs).supergraph.unwrap().sdl;
    let graphs: Vec<&str> = sdl
        .lines()
        .filter(|line| line.contains("url: \"\")"))
        .collect();
    insta::assert_snapshot!(graphs.join("\n"), @r#"
      _1ST @join__graph(name: "1st", url: "")
      A_B @join__graph(name: "a-b", url: "")
      A_B_1 @join__graph(name: "a.b", url: "")
      A_B_2 @join__graph(name: "a_b", url: "")
    "#);
}

#[test]
fn a_name_is_needed_once_and_only_once() {
    let query = "type Query { x: Int }";
    let composition = compose(&[
        subgraph("", query),
        subgraph("a", query),
        subgraph("a", query),
        subgraph("__x", query),
    ]);
    assert_eq!(
        codes(&composition.diagnostics),
        [Code::InvalidSubgraphName; 3]
    );
    assert_eq!(composition.supergraph, None);
}

#[test]
fn nothing_composes_to_nothing() {
    assert_eq!(codes(&compose(&[]).diagnostics), [Code::NoQueries]);
}

#[test]
fn a_diagnostic_says_what_is_wrong_and_where() {
    let composition = compose(&[subgraph("shop", "# Cafés\ntype Query {\n  café: Int\n}\n")]);
    let messages: Vec<String> = composition
        .diagnostics
        .iter()
        .map(ToString::to_string)
        .collect();
    assert!(messages[0].starts_with("INVALID_GRAPHQL: "), "{messages:?}");
    assert!(
        messages[0].ends_with("(subgraph 'shop', line 3, column 6)"),
        "{messages:?}"
    );

    let composition = compose(&[subgraph(
        "shop",
        "\"\"\"\nDescribed.\n\"\"\"\nextend type Query {\n  a: Nope\n}\n",
    )]);
    assert_eq!(
        composition.diagnostics[0].to_string(),
        "INVALID_GRAPHQL: cannot find type 'Nope' in this document (subgraph 'shop', line 5, column 6)"
    );
}

#[test]
fn only_a_supergraph_is_read_as_one() {
    let failed = Supergraph::parse("type Query { x: Int }").unwrap_err();
    assert_eq!(codes(&failed), [Code::InvalidLinkDirectiveUsage]);

    let failed = Supergraph::parse("type Query {").unwrap_err();
    assert_eq!(failed[0].code, Code::InvalidGraphql);
}

#[test]
fn a_supergraph_from_elsewhere_may_name_its_machinery_differently() {
    let supergraph = r#"
        schema
          @link(url: "https://specs.apollo.dev/link/v1.0")
          @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)
          @link(url: "https://specs.apollo.dev/inaccessible/v0.2", as: "hidden", for: SECURITY)
        { query: Asking }

        directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
        directive @join__type(graph: join__Graph!) repeatable on OBJECT
        directive @join__graph(name: String!, url: String!) on ENUM_VALUE
        directive @hidden on FIELD_DEFINITION
        directive @live on QUERY

        scalar link__Import
        enum link__Purpose { SECURITY EXECUTION }
        enum join__Graph { A @join__graph(name: "a", url: "http://a") }

        type Asking @join__type(graph: A) { seen: Int unseen: Int @hidden }
    "#;
    insta::assert_snapshot!(Supergraph::parse(supergraph).unwrap().api_sdl, @"
    schema {
      query: Asking
    }

    directive @live on QUERY

    type Asking {
      seen: Int
    }
    ");
}

#[test]
fn thousands_of_alternatives_become_one_demand_for_everything() {
    let implementations: String = (0..11)
        .map(|n| {
            format!("type T{n} implements Node @requiresScopes(scopes: [[\"a{n}\"], [\"b{n}\"]]) {{ id: ID }}\n")
        })
        .collect();
    let sdl = format!(
        "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.5\", import: [\"@requiresScopes\"])
        type Query {{ node: Node }} interface Node {{ id: ID }}\n{implementations}"
    );
    let supergraph = compose(&[subgraph("a", &sdl)]).supergraph.unwrap();
    let node = supergraph.sdl.split("interface Node").nth(1).unwrap();
    let demand = node.split('{').next().unwrap();
    // One alternative with all that any implementation might ask for.
    assert!(!demand.contains("], ["), "{demand}");
    for n in 0..11 {
        assert!(demand.contains(&format!("\"a{n}\"")), "{demand}");
        assert!(demand.contains(&format!("\"b{n}\"")), "{demand}");
    }
}
