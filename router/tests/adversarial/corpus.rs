//! The corpus in `tests/corpus`, and what is too large to be kept as a file.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Map, Value as Json, json};

use crate::MEMORY;
use crate::subject::Subject;

/// For one document, in a debug build on a busy machine.
const TIME_MAX: Duration = Duration::from_secs(5);

/// Allocated for one document, besides what there was before.
const MEGABYTES_MAX: f32 = 64.0;

struct Attack {
    name: String,
    query: String,
    variables: Map<String, Json>,
}

fn attack(name: &str, query: impl Into<String>, variables: Json) -> Attack {
    Attack {
        name: name.to_owned(),
        query: query.into(),
        variables: variables.as_object().cloned().unwrap_or_default(),
    }
}

/// Runs one attack within its bounds; nothing is said about the answer but its form.
async fn endure(attack: Attack) -> Json {
    let subject = Subject::new();
    MEMORY.reset_peak_usage();
    let (before, start) = (MEMORY.current_usage_as_mb(), Instant::now());
    let answer = subject.ask(&attack.query, attack.variables).await;
    let (took, grown) = (start.elapsed(), MEMORY.peak_usage_as_mb() - before);
    println!("{}: {took:?}, {grown:.1} MB", attack.name);
    assert!(took < TIME_MAX, "{} took {took:?}", attack.name);
    assert!(grown < MEGABYTES_MAX, "{} took {grown} MB", attack.name);
    answer
}

fn files() -> Vec<Attack> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut attacks = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the corpus is there") {
        let path = entry.expect("it can be listed").path();
        if path
            .extension()
            .is_some_and(|extension| extension == "graphql")
        {
            let bytes = std::fs::read(&path).expect("it can be read");
            let variables =
                std::fs::read(path.with_extension("json")).unwrap_or_else(|_| b"{}".to_vec());
            let variables = serde_json::from_slice(&variables).expect("variables are JSON");
            let name = path
                .file_stem()
                .expect("a file has a name")
                .to_string_lossy();
            attacks.push(attack(&name, String::from_utf8_lossy(&bytes), variables));
        }
    }
    attacks
}

/// `f(0) f(1) …`
fn many(count: usize, f: impl Fn(usize) -> String) -> String {
    (0..count).map(f).collect()
}

/// What would make large files.
fn grown() -> Vec<Attack> {
    let deep = |open: &str, close: &str, depth: usize| {
        format!(
            "{{ {}me {{ id }} {} }}",
            open.repeat(depth),
            close.repeat(depth)
        )
    };
    let fragments = |body: &dyn Fn(usize) -> String, count| {
        many(count, |n| {
            format!("fragment F{n} on User {{ {} }} ", body(n))
        })
    };
    let mut nested = json!(1);
    let mut inputs = json!({ "n": 1 });
    for _ in 0..100 {
        nested = json!([nested]);
        inputs = json!({ "nested": inputs });
    }
    vec![
        attack(
            "ten thousand aliases",
            format!(
                "{{ me {{ {} }} }}",
                many(10_000, |n| format!("a{n}: name "))
            ),
            json!({}),
        ),
        attack(
            "ten thousand root fields",
            format!("{{ {} }}", many(10_000, |n| format!("r{n}: sum "))),
            json!({}),
        ),
        attack(
            "deep selection",
            deep("me { boss { ", "} }", 4_000),
            json!({}),
        ),
        attack(
            "deep inline fragments",
            deep("... on Query { ", "}", 9_000),
            json!({}),
        ),
        attack("unclosed", "{ me ".repeat(100_000), json!({})),
        attack("only braces", "{".repeat(1_000_000), json!({})),
        attack(
            "only lists",
            format!("{{ users(any: {}", "[".repeat(1_000_000)),
            json!({}),
        ),
        attack(
            "deep list literal",
            format!(
                "{{ users(any: {}{}) {{ id }} }}",
                "[".repeat(4_000),
                "]".repeat(4_000)
            ),
            json!({}),
        ),
        attack(
            "deep object literal",
            format!(
                "{{ users(in: {}{}) {{ id }} }}",
                "{nested:".repeat(3_000),
                "}".repeat(3_000)
            ),
            json!({}),
        ),
        attack(
            "fragment bomb",
            format!(
                "{{ me {{ ...F0 }} }} {} fragment F30 on User {{ id }}",
                fragments(&|n| format!("...F{0} ...F{0}", n + 1), 30)
            ),
            json!({}),
        ),
        attack(
            "field bomb",
            format!(
                "{{ me {{ ...F0 }} }} {} fragment F15 on User {{ id }}",
                fragments(
                    &|n| format!("a: boss {{ ...F{0} }} b: boss {{ ...F{0} }}", n + 1),
                    15
                )
            ),
            json!({}),
        ),
        attack(
            "long chain of fragments",
            format!(
                "{{ me {{ ...F0 }} }} {} fragment F1500 on User {{ id }}",
                fragments(&|n| format!("...F{}", n + 1), 1_500)
            ),
            json!({}),
        ),
        attack(
            "unused fragments",
            format!("{{ sum }} {}", fragments(&|_| "id".to_owned(), 1_200)),
            json!({}),
        ),
        attack(
            "all spread in all",
            format!(
                "{{ me {{ ...F0 }} }} {}",
                fragments(&|_| many(40, |n| format!("...F{n} ")), 40)
            ),
            json!({}),
        ),
        attack(
            "overlapping fields",
            format!(
                "{{ me {{ {} }} }}",
                many(300, |_| "friends { boss { friends { name } } } ".to_owned())
            ),
            json!({}),
        ),
        attack(
            "overlapping conflicts",
            format!("{{ {} }}", many(900, |n| format!("sum(a: {n}) "))),
            json!({}),
        ),
        attack(
            "one field many times",
            format!("{{ {} }}", "sum ".repeat(4_000)),
            json!({}),
        ),
        attack(
            "many operations",
            many(1_500, |n| format!("query Q{n} {{ sum }} ")),
            json!({}),
        ),
        attack(
            "same operation again",
            "query Q { sum } ".repeat(1_500),
            json!({}),
        ),
        attack(
            "many directives",
            format!("{{ sum {} }}", "@skip(if: false) ".repeat(1_500)),
            json!({}),
        ),
        attack(
            "unknown directives",
            format!("{{ sum {} }}", many(1_500, |n| format!("@d{n} "))),
            json!({}),
        ),
        attack(
            "many arguments",
            format!(
                "{{ users({}) {{ id }} }}",
                many(3_000, |n| format!("a{n}: 1 "))
            ),
            json!({}),
        ),
        attack(
            "same argument again",
            format!("{{ users({}) {{ id }} }}", "first: 1 ".repeat(3_000)),
            json!({}),
        ),
        attack(
            "many variables",
            format!(
                "query ({}) {{ sum }}",
                many(2_000, |n| format!("$v{n}: Int "))
            ),
            json!({}),
        ),
        attack(
            "many switches",
            format!(
                "query ({}) {{ {} }}",
                many(40, |n| format!("$v{n}: Boolean! = false ")),
                many(40, |n| format!("sum @skip(if: $v{n}) "))
            ),
            json!({}),
        ),
        attack(
            "long name",
            format!("{{ {} }}", "a".repeat(5_000_000)),
            json!({}),
        ),
        attack(
            "long string",
            format!("{{ users(word: \"{}\") {{ id }} }}", "a".repeat(3_000_000)),
            json!({}),
        ),
        attack(
            "long block string",
            format!(
                "{{ users(word: \"\"\"{}\"\"\") {{ id }} }}",
                "\n  x".repeat(500_000)
            ),
            json!({}),
        ),
        attack(
            "long comment",
            format!("#{}\n{{ sum }}", "x".repeat(5_000_000)),
            json!({}),
        ),
        attack(
            "many comments",
            format!("{}{{ sum }}", "#\n".repeat(500_000)),
            json!({}),
        ),
        attack(
            "long number",
            format!("{{ sum(a: {}) }}", "9".repeat(1_000_000)),
            json!({}),
        ),
        attack(
            "long fraction",
            format!("{{ sum(b: 0.{}) }}", "9".repeat(1_000_000)),
            json!({}),
        ),
        attack(
            "commas",
            format!("{{ sum {} }}", ",".repeat(3_000_000)),
            json!({}),
        ),
        attack(
            "deep introspection",
            format!(
                "{{ __schema {{ types {{ fields {{ type {{ {} name {} }} }} }} }} }}",
                "ofType { ".repeat(15),
                "}".repeat(15)
            ),
            json!({}),
        ),
        attack(
            "circular introspection",
            format!(
                "{{ __schema {{ types {} name {} }} }}",
                "{ fields { type { fields { type ".repeat(3),
                "} } } }".repeat(3)
            ),
            json!({}),
        ),
        attack(
            "wide introspection",
            format!(
                "{{ {} }}",
                many(45, |n| format!(
                    "a{n}: __schema {{ types {{ fields {{ name type {{ name }} }} }} }} "
                ))
            ),
            json!({}),
        ),
        attack(
            "deep variable",
            "query ($v: Json) { users(any: $v) { id } }",
            json!({ "v": nested }),
        ),
        attack(
            "deep input",
            "query ($v: In) { users(in: $v) { id } }",
            json!({ "v": inputs }),
        ),
        attack(
            "large variable",
            "query ($v: Json) { users(any: $v) { id } }",
            json!({ "v": vec![1; 200_000] }),
        ),
        attack(
            "large list of lists",
            "query ($v: [[ID!]]) { users(ids: $v) { id } }",
            json!({ "v": vec![vec![1; 1_000]; 100] }),
        ),
        attack(
            "undeclared variables",
            "{ sum }",
            (0..50_000)
                .map(|n| (format!("v{n}"), json!(n)))
                .collect::<Map<_, _>>()
                .into(),
        ),
        attack(
            "wrong items",
            "query ($v: [[ID!]]) { users(ids: $v) { id } }",
            json!({ "v": vec![json!({}); 50_000] }),
        ),
    ]
}

#[tokio::test]
async fn no_document_takes_more_than_its_bounds() {
    let attacks: Vec<_> = files().into_iter().chain(grown()).collect();
    assert!(attacks.len() > 60, "only {} are left", attacks.len());
    for attack in attacks {
        endure(attack).await;
    }
}

#[tokio::test]
async fn an_alias_over_a_key_is_no_key() {
    let subject = Subject::new();
    subject.tell(
        json!({ "data": { "me": { "id": "1", "name": "2" } } }),
        json!({ "data": { "_entities": [{ "score": 7 }] } }),
    );
    let answer = subject
        .ask("{ me { id: name name: id score } }", Map::new())
        .await;
    assert_eq!(
        answer["data"],
        json!({ "me": { "id": "2", "name": "1", "score": 7 } })
    );
}
