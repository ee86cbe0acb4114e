//! GitHub's own description: large, real, and complete.

use std::io::Read;
use std::path::Path;
use std::time::{Duration, Instant};

use flate2::read::GzDecoder;

use super::super::{Description, read};
use super::assert_sound;

/// Stands beside the checkout.
const FILE: &str = "../../../shared/data/openapi/github.json.gz";

fn text() -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    let file = std::fs::File::open(&path).unwrap_or_else(|err| panic!("{}: {err}", path.display()));
    let mut text = Vec::new();
    GzDecoder::new(file)
        .read_to_end(&mut text)
        .expect("the file unpacks");
    text
}

fn warnings(description: &Description) -> Vec<String> {
    let operations = description
        .operations
        .iter()
        .flat_map(|operation| &operation.warnings);
    operations
        .chain(&description.warnings)
        .map(ToString::to_string)
        .collect()
}

#[test]
fn every_operation_of_github_comes_out_in_seconds() {
    let text = text();
    let began = Instant::now();
    let description = read(&text).expect("GitHub describes itself well");
    let took = began.elapsed();

    assert_eq!(description.operations.len(), 1223);
    assert_eq!(
        (description.title.as_str(), description.version.as_str()),
        (
            "GitHub's official OpenAPI spec + Octokit extension",
            "23.0.2"
        )
    );
    assert_eq!(description.servers[0].url, "https://api.github.com");
    assert!(took < Duration::from_secs(10), "took {took:?}");

    for operation in &description.operations {
        assert_sound(operation);
        assert!(
            operation.operation_id.is_some() && operation.tag.is_some(),
            "{}",
            operation.path
        );
    }
    insta::assert_snapshot!(warnings(&description).join("\n"));
}
