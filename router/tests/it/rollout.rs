//! Progressive overrides move their share of the traffic.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_graphql::{Name, Value};
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use futures::{FutureExt, StreamExt};
use indexmap::IndexMap;
use router::compose::SubgraphSdl;
use router::{
    Context, Engine, RandomRollout, Request, Rollout, Subgraph, SubgraphRequest, SubgraphResponse,
};
use serde_json::Value as Json;

use crate::graph::compose_all;

/// Answers every field with its own name.
struct Named {
    name: &'static str,
    fields: Vec<String>,
}

impl Subgraph for Named {
    fn execute(&self, request: SubgraphRequest) -> BoxFuture<'_, SubgraphResponse> {
        let text = &request.operation.text;
        let asked = self.fields.iter().filter(|field| {
            let mut names = text.split(|part: char| !part.is_alphanumeric());
            names.any(|name| name == *field)
        });
        let answer = Value::String(self.name.to_owned());
        let data: IndexMap<_, _> = asked
            .map(|field| (Name::new(field), answer.clone()))
            .collect();
        let answer = SubgraphResponse::of(Value::Object(data), Vec::new());
        std::future::ready(answer).boxed()
    }

    fn subscribe(&self, _: SubgraphRequest) -> BoxStream<'static, SubgraphResponse> {
        futures::stream::empty().boxed()
    }
}

/// Takes the places in the traffic in turn, and the labels of what the request carries.
#[derive(Default)]
struct InTurn(AtomicU32);

#[derive(Clone)]
struct On(Vec<String>);

impl Rollout for InTurn {
    fn place(&self, _: &http::Extensions) -> f64 {
        f64::from(self.0.fetch_add(1, Ordering::SeqCst) % 100)
    }

    fn is_on(&self, label: &str, extensions: &http::Extensions) -> bool {
        let on = extensions.get::<On>();
        on.is_some_and(|On(on)| on.iter().any(|on| on == label))
    }
}

/// Root fields that `new` takes over from `old`, each by its label.
fn engine(labels: &[String], rollout: Arc<dyn Rollout>) -> Arc<Engine> {
    let fields: Vec<_> = (0..labels.len()).map(|field| format!("f{field}")).collect();
    let sdl = |name: &str, field: &dyn Fn(usize) -> String| SubgraphSdl {
        name: name.to_owned(),
        url: None,
        sdl: format!(
            r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@override"])
            type Query {{ {name}: String {} }}"#,
            (0..labels.len()).map(field).collect::<String>()
        ),
    };
    let supergraph = compose_all(&[
        sdl("old", &|field| format!("f{field}: String ")),
        sdl("new", &|field| {
            let label = &labels[field];
            format!(r#"f{field}: String @override(from: "old", label: "{label}") "#)
        }),
    ]);
    let named = |name| {
        let fields = fields.clone();
        Arc::new(Named { name, fields })
    };
    let engine = Engine::builder(supergraph)
        .rollout(rollout)
        .subgraph("old", named("old"))
        .subgraph("new", named("new"))
        .build()
        .expect("the parts fit together");
    Arc::new(engine)
}

async fn ask(engine: &Arc<Engine>, query: &str, on: &[String]) -> Json {
    let request = Request {
        query: query.to_owned(),
        ..Request::default()
    };
    let mut context = Context::default();
    context.extensions.insert(On(on.to_vec()));
    let response = engine.execute(request, context).await;
    let answer: Json = serde_json::from_slice(response.body()).expect("an answer is JSON");
    assert_eq!(answer["errors"], Json::Null, "{answer}");
    answer["data"].clone()
}

fn percentages(list: &[u32]) -> Vec<String> {
    let label = |percentage| format!("percent({percentage})");
    list.iter().map(label).collect()
}

#[tokio::test]
async fn a_percentage_is_that_share_of_the_requests() {
    let labels = percentages(&[20, 65, 100, 0]);
    let engine = engine(&labels, Arc::new(InTurn::default()));
    let mut moved = [0; 4];
    for _ in 0..100 {
        let data = ask(&engine, "{ f0 f1 f2 f3 }", &[]).await;
        for (field, moved) in moved.iter_mut().enumerate() {
            *moved += u32::from(data[format!("f{field}")] == "new");
        }
    }
    assert_eq!(moved, [20, 65, 100, 0]);
    let cached = engine.cached();
    assert_eq!((cached.documents, cached.prepared, cached.plans), (1, 3, 3));
}

#[tokio::test]
async fn one_request_is_at_one_place_of_the_traffic() {
    let labels = percentages(&[30, 30]);
    let engine = engine(&labels, Arc::new(RandomRollout));
    let mut moved = 0;
    for _ in 0..400 {
        let data = ask(&engine, "{ f0 f1 again: f0 }", &[]).await;
        assert!(data["f0"] == data["f1"] && data["f0"] == data["again"]);
        moved += u32::from(data["f0"] == "new");
    }
    // Six standard deviations to either side.
    assert!((65..=175).contains(&moved), "{moved} of 400 were moved");
}

#[tokio::test]
async fn many_percentages_do_not_multiply_plans() {
    let shares: Vec<u32> = (1..=16).map(|number| number * 6).collect();
    let engine = engine(&percentages(&shares), Arc::new(InTurn::default()));
    let fields: Vec<_> = (0..16).map(|field| format!("f{field}")).collect();
    let query = format!("{{ {} }}", fields.join(" "));
    for _ in 0..100 {
        ask(&engine, &query, &[]).await;
    }
    assert_eq!(engine.cached().plans, 17);
}

#[tokio::test]
async fn labels_are_on_when_the_host_says_so() {
    let labels: Vec<_> = ["blue", "green"].map(str::to_owned).into();
    let engine = engine(&labels, Arc::new(InTurn::default()));
    let data = ask(&engine, "{ f0 f1 }", &[]).await;
    assert_eq!((&data["f0"], &data["f1"]), (&"old".into(), &"old".into()));
    let data = ask(&engine, "{ f0 f1 }", &labels[1..]).await;
    assert_eq!((&data["f0"], &data["f1"]), (&"old".into(), &"new".into()));
    // A label that an operation does not meet makes no plan.
    let before = engine.cached().plans;
    ask(&engine, "{ f0 }", &labels[1..]).await;
    ask(&engine, "{ f0 }", &[]).await;
    assert_eq!(engine.cached().plans, before + 1);
}

#[tokio::test]
async fn labels_double_plans_only_so_often() {
    let labels: Vec<_> = (0..8).map(|number| format!("label{number}")).collect();
    let engine = engine(&labels, Arc::new(InTurn::default()));
    let query = "{ f0 f1 f2 f3 f4 f5 f6 f7 }";
    for chosen in 0..256_usize {
        let on = (0..8).filter(|label| chosen >> label & 1 == 1);
        let on: Vec<_> = on.map(|label| labels[label].clone()).collect();
        ask(&engine, query, &on).await;
    }
    assert_eq!(engine.cached().plans, 16);
}
