//! What is fuzzed: functions of bytes that must not panic. `fuzz/` runs them under libFuzzer.

use serde_json::{Map, Value as Json, json};

use crate::subject::Subject;

/// What a subgraph's answer is merged for.
const OPERATION: &str = "{ me { id name score badge friends { name score boss { id score } } } top { name badge id } any { ... on User { score kind } ... on Robot { serial } __typename } node(id: 1) { id next { id } } sum }";

/// From the text of a document to a plan.
pub(crate) async fn parse_to_plan(subject: &Subject, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    subject.ask(&text, Map::new()).await;
}

/// Merging of whatever two subgraphs answer: the bytes are JSON, or are made JSON.
pub(crate) async fn merge(subject: &Subject, bytes: &[u8]) {
    let (first, second) = bytes.split_at(bytes.len() / 2);
    let read = |bytes: &[u8]| {
        serde_json::from_slice::<Json>(bytes).unwrap_or_else(|_| invent(&mut bytes.iter(), 0))
    };
    subject.tell(wrap(read(first)), wrap(read(second)));
    let answer = subject.ask(OPERATION, Map::new()).await;
    let keys: Option<Vec<_>> = answer["data"]
        .as_object()
        .map(|data| data.keys().map(String::as_str).collect());
    if let Some(keys) = keys {
        assert_eq!(keys, ["me", "top", "any", "node", "sum"], "{answer}");
    }
}

fn wrap(json: Json) -> Json {
    match json.get("data").or(json.get("errors")) {
        Some(_) => json,
        None => json!({ "data": json }),
    }
}

/// Names that mean something to the engine.
const NAMES: [&str; 22] = [
    "data",
    "errors",
    "path",
    "message",
    "me",
    "id",
    "name",
    "score",
    "badge",
    "friends",
    "boss",
    "top",
    "any",
    "serial",
    "kind",
    "node",
    "_p0_node",
    "next",
    "sum",
    "__typename",
    "_entities",
    "extensions",
];

/// JSON in which the names of the graph come up often.
fn invent(bytes: &mut std::slice::Iter<'_, u8>, depth: usize) -> Json {
    let Some(byte) = bytes.next().copied() else {
        return Json::Null;
    };
    let count = usize::from(byte >> 4) % 8;
    match byte % 16 {
        0..=6 if depth < 12 => {
            let fields = (0..count).map(|_| {
                let name = bytes.next().map_or(0, |byte| usize::from(*byte));
                (
                    NAMES[name % NAMES.len()].to_owned(),
                    invent(bytes, depth + 1),
                )
            });
            Json::Object(fields.collect())
        }
        7..=9 if depth < 12 => (0..count).map(|_| invent(bytes, depth + 1)).collect(),
        10 => json!("User"),
        11 => json!("Robot"),
        12 => json!(count),
        13 => json!("HUMAN"),
        14 => json!(1.5e300),
        _ => Json::Null,
    }
}
