//! A folder under `cases`: subgraphs, queries, and what each query is to answer.
//!
//! `case.md` says what it shows. `<subgraph>.graphql` and `<subgraph>.json` make a subgraph (see `fixture`).
//! `queries/<n>-<what>.graphql`, with `.variables.json` where it has variables, is answered by
//! `queries/<n>-<what>.json`: `data`, `errors` by `code` and `path` in any order, and the greatest number of
//! requests to subgraphs as `fetches`. The answers are thought out, never copied from a router.
//! `queries/<n>-<what>.rollout.json` has the `place` of the request in the traffic, and the labels that are `on`.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use router::compose::{SubgraphSdl, compose};
use router::{Context, Engine, Request, Rollout};
use serde_json::{Map, Value, json};

use crate::fixture::Fixture;
use crate::log::Log;
use crate::schema::SubgraphSchema;

/// What progressive overrides are for the query under way.
#[derive(Default)]
struct Dial(Mutex<Value>);

impl Dial {
    fn read<T>(&self, read: impl FnOnce(&Value) -> T) -> T {
        read(&self.0.lock().expect("nothing panics while it is turned"))
    }
}

impl Rollout for Dial {
    fn place(&self, _: &http::Extensions) -> f64 {
        self.read(|dial| dial["place"].as_f64().unwrap_or(50.0))
    }

    fn is_on(&self, label: &str, _: &http::Extensions) -> bool {
        let is_label = |on: &Value| on == label;
        self.read(|dial| {
            dial["on"]
                .as_array()
                .is_some_and(|on| on.iter().any(is_label))
        })
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/cases")
}

/// The names of all cases, sorted.
pub(crate) fn folders() -> Vec<String> {
    let entries = fs::read_dir(root()).expect("there are cases");
    let names = entries.map(|entry| entry.expect("a folder can be listed").file_name());
    let mut names: Vec<_> = names.map(|name| name.display().to_string()).collect();
    names.sort_unstable();
    names
}

/// Runs every query of a case, and panics with all that is wrong.
pub(crate) async fn check(case: &str) {
    let folder = root().join(case);
    let about = read(&folder.join("case.md"));
    assert!(
        about.ends_with(".\n"),
        "case.md of {case} is not a sentence"
    );
    let log = Arc::new(Log::default());
    let dial = Arc::new(Dial::default());
    let engine = Arc::new(engine(&folder, &log, &dial));

    assert_no_stray(&folder);
    assert_no_stray(&folder.join("queries"));
    let queries = files(&folder.join("queries"), "graphql");
    assert!(!queries.is_empty(), "{case} has no queries");
    let mut wrong = Vec::new();
    for query in queries {
        let expected: Value = parse(&query.with_extension("json"));
        let rollout = query.with_extension("rollout.json");
        if rollout.exists() {
            *dial.0.lock().expect("nothing panics while it is turned") = parse(&rollout);
        }
        let response = engine.execute(request(&query), Context::default()).await;
        let answer = serde_json::from_slice(response.body()).expect("an answer is JSON");
        let (asked, complaints) = log.take();
        let differences = compare(&expected, &answer, &asked, complaints);
        if !differences.is_empty() {
            let name = query.file_stem().expect("a query has a name").display();
            let (differences, asked) = (differences.join("\n  "), asked.join("\n    "));
            wrong.push(format!(
                "{case}/{name}\n  {differences}\n  asked\n    {asked}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Every JSON file belongs to a GraphQL file.
fn assert_no_stray(folder: &Path) {
    for path in files(folder, "json") {
        let owner = path.with_extension("");
        let owner = match owner.extension() {
            Some(_) => owner.with_extension("graphql"),
            None => path.with_extension("graphql"),
        };
        assert!(owner.exists(), "{} belongs to nothing", path.display());
    }
}

fn engine(folder: &Path, log: &Arc<Log>, dial: &Arc<Dial>) -> Engine {
    let mut subgraphs = Vec::new();
    let mut fixtures = Vec::new();
    for path in files(folder, "graphql") {
        let name = path.file_stem().and_then(|name| name.to_str());
        let name = name.expect("a subgraph has a name").to_owned();
        let sdl = read(&path);
        fixtures.push(Fixture {
            schema: SubgraphSchema::parse(&name, &sdl),
            data: parse(&path.with_extension("json")),
            log: Arc::clone(log),
            name: name.clone(),
        });
        subgraphs.push(SubgraphSdl {
            url: None,
            name,
            sdl,
        });
    }
    let composition = compose(&subgraphs);
    let supergraph = composition
        .supergraph
        .unwrap_or_else(|| panic!("{:#?}", composition.diagnostics));
    let mut builder = Engine::builder(supergraph).rollout(dial.clone());
    for fixture in fixtures {
        builder = builder.subgraph(&fixture.name.clone(), Arc::new(fixture));
    }
    builder.build().expect("the case fits together")
}

fn request(query: &Path) -> Request {
    let variables = query.with_extension("variables.json");
    let variables = if variables.exists() {
        parse(&variables)
    } else {
        Map::new()
    };
    Request {
        query: read(query),
        variables,
        ..Request::default()
    }
}

/// What differs from what is expected, in sentences.
fn compare(
    expected: &Value,
    answer: &Value,
    asked: &[String],
    complaints: Vec<String>,
) -> Vec<String> {
    let mut differences: Vec<_> = complaints
        .into_iter()
        .map(|complaint| format!("complaint: {complaint}"))
        .collect();
    if expected.get("data") != answer.get("data") {
        let (right, got) = (&expected["data"], &answer["data"]);
        differences.push(format!("right: {right}\n  got:   {got}"));
    }
    let (right, got) = (
        errors(expected, "/code"),
        errors(answer, "/extensions/code"),
    );
    if right != got {
        let told = &answer["errors"];
        differences.push(format!(
            "right errors: {right:?}\n  got: {got:?}\n  told: {told}"
        ));
    }
    let most = expected.get("fetches").and_then(Value::as_u64);
    if most.is_some_and(|most| asked.len() as u64 > most) {
        differences.push(format!("{} requests are more than {most:?}", asked.len()));
    }
    differences
}

/// The code and the path of every error, sorted.
fn errors(answer: &Value, code: &str) -> Vec<String> {
    let errors = answer.get("errors").and_then(Value::as_array);
    let brief = |error: &Value| json!([error.pointer(code), error.get("path")]).to_string();
    let mut errors: Vec<_> = errors.into_iter().flatten().map(brief).collect();
    errors.sort_unstable();
    errors
}

/// The files with an extension, sorted by name.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|err| panic!("{}: {err}", folder.display()));
    let paths = entries.map(|entry| entry.expect("a folder can be listed").path());
    let mut paths: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    paths.sort_unstable();
    paths
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|err| panic!("{}: {err}", path.display()))
}

fn parse<T: serde::de::DeserializeOwned>(path: &Path) -> T {
    serde_json::from_str(&read(path)).unwrap_or_else(|err| panic!("{}: {err}", path.display()))
}
