//! `portico schema diff`: what a build that guards a schema sees.

use std::fs;
use std::path::Path;
use std::process::{Output, Stdio};

use serde_json::Value;
use tokio::io::AsyncWriteExt as _;

const OLD: &str = "type Query { a(x: Int): Int b: Int }\nenum Level { LOW }\n";
const NEW: &str = "type Query { a(x: Int!): Int b: Int! }\nenum Level { LOW HIGH }\n";

async fn diff(dir: &Path, arguments: &[&str], input: &str) -> Output {
    let mut child = testkit::command()
        .args(["schema", "diff"])
        .args(arguments)
        .current_dir(dir)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary can be run");
    let mut stdin = child.stdin.take().expect("a pipe");
    // A run that reads no standard input may have ended already.
    let _ = stdin.write_all(input.as_bytes()).await;
    drop(stdin);
    child.wait_with_output().await.expect("it ends")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[tokio::test]
async fn a_breaking_change_fails_and_every_change_is_listed() {
    let dir = tempfile::tempdir().expect("made");
    fs::write(dir.path().join("old.graphql"), OLD).expect("written");
    fs::write(dir.path().join("new.graphql"), NEW).expect("written");

    let output = diff(dir.path(), &["old.graphql", "new.graphql"], "").await;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert_eq!(
        text(&output.stdout),
        "breaking  Query.a(x:): ARG_CHANGED_KIND: argument 'Query.a(x:)' was of type 'Int' and is now of type 'Int!'\n\
         dangerous Level.HIGH: VALUE_ADDED_TO_ENUM: enum value 'Level.HIGH' was added\n\
         safe      Query.b: FIELD_CHANGED_KIND_SAFE: field 'Query.b' was of type 'Int' and is now of type 'Int!'\n\
         1 breaking, 1 dangerous, 1 safe\n"
    );

    let arguments = ["-", "new.graphql", "--format", "json"];
    let output = diff(dir.path(), &arguments, OLD).await;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let found: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(found["breaking"], 1);
    assert_eq!(found["changes"][1]["severity"], "dangerous");
    assert_eq!(found["changes"][1]["coordinate"], "Level.HIGH");
    assert_eq!(found["changes"][1]["code"], "VALUE_ADDED_TO_ENUM");
}

#[tokio::test]
async fn without_a_breaking_change_it_succeeds() {
    let dir = tempfile::tempdir().expect("made");
    fs::write(dir.path().join("old.graphql"), OLD).expect("written");
    let output = diff(dir.path(), &["old.graphql", "-"], OLD).await;
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(text(&output.stdout), "0 breaking, 0 dangerous, 0 safe\n");
}

#[tokio::test]
async fn our_supergraph_is_our_contract() {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema");
    let output = diff(&schema, &["supergraph.graphql", "api.graphql"], "").await;
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(text(&output.stdout), "0 breaking, 0 dangerous, 0 safe\n");
}

#[tokio::test]
async fn what_cannot_be_read_is_neither_broken_nor_fine() {
    let dir = tempfile::tempdir().expect("made");
    fs::write(dir.path().join("old.graphql"), OLD).expect("written");
    for (arguments, input, word) in [
        (["old.graphql", "nowhere.graphql"], "", "nowhere.graphql"),
        (["old.graphql", "-"], "type Query { a: Nope }", "Nope"),
        (["-", "old.graphql"], "type Query {", "the old schema"),
        (["-", "-"], OLD, "only one"),
    ] {
        let output = diff(dir.path(), &arguments, input).await;
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(word), "{word} is not in: {said}");
        assert_eq!(text(&output.stdout), "");
    }
}
