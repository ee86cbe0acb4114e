//! The import of a large OpenAPI document: time, and what it adds to the memory.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use serde_json::{Value, json};
use testkit::{Backend, Client, Portico, Upload, eventually};

use crate::load::milliseconds;
use crate::memory::{forget_peak, resident};
use crate::row;

const IMPORT: &str = "mutation ($input: ImportOpenApiInput!) {
    importOpenApi(input: $input) { endpointCount warningCount }
}";

pub(crate) async fn measure(backend: Backend, path: &Path) {
    let document = read(path);
    let portico = Portico::start(backend).await;
    let owner = portico
        .client()
        .register("owner@example.com")
        .await
        .in_new_tenant("Acme")
        .await;

    forget_peak(&portico);
    let started = Instant::now();
    let file = Upload {
        variable: "input.file",
        name: "openapi.json",
        media_type: "application/json",
        content: &document,
    };
    let answer = owner
        .upload(IMPORT, json!({ "input": { "file": Value::Null } }), file)
        .await;
    let taken = started.elapsed();
    let imported = &answer["data"]["importOpenApi"];
    assert!(
        imported["endpointCount"].is_u64(),
        "the import failed: {answer:#}"
    );
    let administrator = portico.signed_in_administrator().await;
    eventually("every handler has seen the import", async || {
        is_delivered(&administrator).await
    })
    .await;
    let delivered = started.elapsed();

    row("import: endpoints", &imported["endpointCount"]);
    row("import: warnings", &imported["warningCount"]);
    row("import: time", milliseconds(taken));
    row(
        "import: time until all is delivered",
        milliseconds(delivered),
    );
    row("import: peak memory (VmHWM)", resident(&portico, "VmHWM"));
}

async fn is_delivered(administrator: &Client) -> Option<()> {
    let query = "{ platformStatus { delivery { waiting handlers { behind } } } }";
    let delivery = administrator.data(query, json!({})).await["platformStatus"]["delivery"].take();
    let handlers = delivery["handlers"].as_array()?;
    let idle = handlers.iter().all(|handler| handler["behind"] == 0);
    (idle && delivery["waiting"] == 0).then_some(())
}

fn read(path: &Path) -> Vec<u8> {
    if path.extension().is_none_or(|kind| kind != "gz") {
        return std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
    let output = Command::new("gzip")
        .arg("--decompress")
        .arg("--stdout")
        .arg(path)
        .output();
    let output = output.expect("gzip can be run");
    assert!(
        output.status.success(),
        "{}: {}",
        path.display(),
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}
