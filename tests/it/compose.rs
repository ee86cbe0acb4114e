//! `portico compose`: what an operator with subgraphs of any origin meets.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;
use tempfile::TempDir;

const LINK: &str = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.7\", import: [\"@key\", \"@shareable\"])\n";

/// A directory with two subgraphs, the second in two files.
fn shop(stock: &str) -> TempDir {
    let dir = tempfile::tempdir().expect("made");
    let write = |name: &str, text: &str| fs::write(dir.path().join(name), text).expect("written");
    fs::create_dir(dir.path().join("sdl")).expect("made");
    write(
        "subgraphs.toml",
        r#"
            [subgraphs.catalog]
            url = "http://127.0.0.1:4001/graphql"
            schema = "sdl/catalog.graphql"

            [subgraphs.stock]
            url = "http://127.0.0.1:4002/graphql"
            schema = ["sdl/link.graphql", "sdl/stock.graphql"]
        "#,
    );
    let catalog = "type Query { top: Product }\n\n\"A thing.\"\ntype Product @key(fields: \"id\") { id: ID! name: String }\n";
    write("sdl/catalog.graphql", &format!("{LINK}{catalog}"));
    // Without a line break at the end.
    write("sdl/link.graphql", LINK.trim_end());
    write("sdl/stock.graphql", stock);
    dir
}

const STOCK: &str =
    "\"Something.\"\ntype Product @key(fields: \"id\") {\n  id: ID!\n  stock: Int\n}\n";

async fn compose(dir: &Path, arguments: &[&str]) -> Output {
    testkit::command()
        .arg("compose")
        .args(arguments)
        .current_dir(dir)
        // Means the platform's own configuration, and nothing here.
        .env("PORTICO_CONFIG", "portico.toml")
        .output()
        .await
        .expect("the binary can be run")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[tokio::test]
async fn the_supergraph_goes_to_standard_output_and_hints_to_standard_error() {
    let dir = shop(STOCK);
    let output = compose(dir.path(), &["--config", "subgraphs.toml"]).await;
    let (sdl, said) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(
        sdl.contains("@join__graph(name: \"stock\", url: \"http://127.0.0.1:4002/graphql\")"),
        "{sdl}"
    );
    assert_eq!(
        said,
        "sdl/catalog.graphql:5:6: hint INCONSISTENT_DESCRIPTION: \
         'Product' is described differently in 'catalog' and 'stock' (subgraph 'catalog')\n"
    );
}

#[tokio::test]
async fn every_error_names_its_file_and_nothing_is_written() {
    let broken = "type Product @key(fields: \"id sku\") {\n  id: ID!\n  name: String\n}\n\ntype Mutation {\n  buy: Nope\n}\n";
    let dir = shop(broken);
    let out = dir.path().join("supergraph.graphql");
    fs::write(&out, "what was there").expect("written");
    let output = compose(
        dir.path(),
        &["--config", "subgraphs.toml", "--out", "supergraph.graphql"],
    )
    .await;
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert_eq!(text(&output.stdout), "");
    assert_eq!(
        said,
        "sdl/stock.graphql:7:8: error INVALID_GRAPHQL: cannot find type 'Nope' in this document (subgraph 'stock')\n"
    );
    assert_eq!(
        fs::read_to_string(&out).expect("there"),
        "what was there",
        "an error leaves the file alone"
    );

    let dir = shop(&broken.replace("Nope", "Int"));
    let output = compose(
        dir.path(),
        &["--config", "subgraphs.toml", "--format", "json"],
    )
    .await;
    let found: Value = serde_json::from_slice(&output.stderr).expect("JSON");
    let first = &found["diagnostics"][0];
    assert_eq!(output.status.code(), Some(1), "{found:#}");
    assert_eq!(first["severity"], "error");
    assert_eq!(first["code"], "KEY_INVALID_FIELDS");
    assert_eq!(first["subgraph"], "stock");
    assert_eq!(first["file"], "sdl/stock.graphql");
    assert_eq!((&first["line"], &first["column"]), (&1.into(), &14.into()));
}

#[tokio::test]
async fn a_file_is_replaced_as_a_whole() {
    let dir = shop(STOCK);
    let out = dir.path().join("supergraph.graphql");
    fs::write(&out, "what was there").expect("written");
    let config = dir.path().join("subgraphs.toml");
    let elsewhere = tempfile::tempdir().expect("made");
    let arguments = [
        "--config",
        config.to_str().expect("UTF-8"),
        "--out",
        out.to_str().expect("UTF-8"),
    ];
    let output = compose(elsewhere.path(), &arguments).await;
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(text(&output.stdout), "");
    let sdl = fs::read_to_string(&out).expect("there");
    assert!(sdl.starts_with("schema\n") && sdl.ends_with("}\n"), "{sdl}");
    let left: Vec<_> = fs::read_dir(dir.path())
        .expect("listed")
        .map(|entry| entry.expect("read").file_name())
        .collect();
    assert_eq!(left.len(), 3, "something temporary is left: {left:?}");
}

#[tokio::test]
async fn a_listing_that_cannot_be_says_why() {
    let dir = tempfile::tempdir().expect("made");
    let cases = [
        (
            "[subgraphs.a]\nurl = \"x\"\nschema = \"a.graphql\"\n",
            "a.graphql",
        ),
        (
            "[subgraphs.a]\nschema = []\n",
            "subgraph 'a' lists no schema file",
        ),
        ("[subgraphs.a]\nschema = 1\n", "a path or a list of paths"),
        ("[subgraphs.a]\nschema = \"x\"\nurls = \"y\"\n", "`urls`"),
        ("[subgraph.a]\nschema = \"x\"\n", "`subgraph`"),
        ("[subgraphs.a]\nurl = \"x\"\n", "`schema`"),
    ];
    for (listing, word) in cases {
        fs::write(dir.path().join("subgraphs.toml"), listing).expect("written");
        let output = compose(dir.path(), &["--config", "subgraphs.toml"]).await;
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(word), "{word} is not in: {said}");
    }
    let output = compose(dir.path(), &["--config", "nowhere.toml"]).await;
    assert!(text(&output.stderr).contains("nowhere.toml"), "{output:?}");

    // The platform's own configuration lists no subgraphs.
    let output = testkit::command()
        .arg("compose")
        .env("PORTICO_CONFIG", dir.path().join("subgraphs.toml"))
        .output()
        .await
        .expect("the binary can be run");
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(text(&output.stderr).contains("--config"), "{output:?}");
}
