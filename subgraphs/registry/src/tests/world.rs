//! The subgraph on a fresh database, and answers as text that can be compared.

use std::collections::BTreeMap;

use async_graphql::{Request, Schema, Variables};
use diesel_async::RunQueryDsl as _;
use futures::{Stream, StreamExt as _};
use kit::on;
use kit::viewer::Viewer;
use serde_json::{Value, json};
use testkit::{Backend, TestApp};

use crate::{HealthConfig, Mutation, Query, Subscription, attach, schema};

pub(super) const EVERYTHING: [&str; 1] = ["*:*"];

pub(super) struct World {
    pub(super) test: TestApp,
    pub(super) schema: Schema<Query, Mutation, Subscription>,
}

impl World {
    pub(super) async fn start(backend: Backend) -> Self {
        Self::with(backend, HealthConfig::default()).await
    }

    pub(super) async fn with(backend: Backend, health: HealthConfig) -> Self {
        let test = TestApp::start(backend).await;
        let schema = schema(test.app.clone(), health);
        Self { test, schema }
    }

    pub(super) fn owner(&self) -> Viewer {
        self.test.viewer(&EVERYTHING)
    }

    /// The answer as it is.
    pub(super) async fn ask(
        &self,
        viewer: Option<&Viewer>,
        query: &str,
        variables: Value,
    ) -> Value {
        self.test
            .ask(&self.schema, attach, viewer, query, variables)
            .await
    }

    /// The answer as text: ids and times masked, then each error on a line of its own.
    pub(super) async fn run(&self, viewer: &Viewer, query: &str, variables: Value) -> String {
        shown(&self.ask(Some(viewer), query, variables).await)
    }

    /// The code and the field of an operation's first error.
    pub(super) async fn refusal(
        &self,
        viewer: Option<&Viewer>,
        query: &str,
    ) -> (String, Option<String>) {
        let request = Request::new(query);
        let request = match viewer {
            Some(viewer) => request.data(viewer.clone()),
            None => request,
        };
        let request = attach(request, &self.test.app, viewer);
        let answer = Box::pin(self.schema.execute_stream(request)).next().await;
        let answer = answer.expect("there is an answer");
        let extensions = answer.errors[0].extensions.as_ref().expect("it has a code");
        let text = |key| match extensions.get(key) {
            Some(async_graphql::Value::String(text)) => Some(text.clone()),
            _ => None,
        };
        (text("code").expect("it has a code"), text("field"))
    }

    /// What handlers were told about each endpoint beyond what readers see, oldest first.
    pub(super) async fn details(&self) -> Vec<Value> {
        let mut conn = self.test.app.db.read().await.expect("a connection");
        let rows: Vec<Detail> = on!(&mut conn, |c| diesel::sql_query(
            "SELECT data FROM event_details ORDER BY event_id"
        )
        .load(c)
        .await)
        .expect("details are kept");
        rows.iter()
            .map(|row| serde_json::from_str(&row.data).expect("a detail is JSON"))
            .collect()
    }

    /// Registers a service by hand and returns its id.
    pub(super) async fn register(&self, viewer: &Viewer, input: Value) -> String {
        let answer = self
            .ask(Some(viewer), REGISTER, json!({ "input": input }))
            .await;
        id(&answer, "/data/registerService/service/id")
    }

    /// Follows a subscription; each item as text.
    pub(super) fn follow(
        &self,
        viewer: &Viewer,
        query: &str,
        variables: Value,
    ) -> impl Stream<Item = String> + use<> {
        let request = Request::new(query)
            .variables(Variables::from_json(variables))
            .data(viewer.clone());
        let request = attach(request, &self.test.app, Some(viewer));
        let answers = self.schema.execute_stream(request);
        answers.map(|answer| {
            let data = answer.data.into_json().expect("an answer is JSON");
            let errors: Vec<_> = answer
                .errors
                .iter()
                .map(|error| error.message.clone())
                .collect();
            format!("{}{}", masked(data), errors.join("\n"))
        })
    }
}

#[derive(diesel::QueryableByName)]
struct Detail {
    #[diesel(sql_type = diesel::sql_types::Text)]
    data: String,
}

pub(super) const REGISTER: &str = "mutation($input: RegisterServiceInput!) { registerService(input: $input) { service { id slug } } }";
pub(super) const IMPORT: &str =
    "mutation($input: ImportOpenApiInput!) { importOpenApi(input: $input) {
    endpointCount warningCount warnings { pointer message }
    service { id slug name version description baseUrl visibility icon } } }";

pub(super) fn id(answer: &Value, pointer: &str) -> String {
    match answer.pointer(pointer).and_then(Value::as_str) {
        Some(id) => id.to_owned(),
        None => panic!("there is no {pointer} in {answer:#}"),
    }
}

pub(super) fn shown(answer: &Value) -> String {
    let mut lines = vec![masked(answer["data"].clone()).to_string()];
    for error in answer["errors"].as_array().into_iter().flatten() {
        let text = |key: &str| error[key].as_str().unwrap_or_default().to_owned();
        let path = error["path"].as_array().cloned().unwrap_or_default();
        let path: Vec<_> = path
            .iter()
            .map(|step| step.to_string().replace('"', ""))
            .collect();
        let message = masked_words(&text("message"));
        lines.push(format!("{} at {}: {message}", text("code"), path.join(".")));
    }
    lines.join("\n")
}

fn masked(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(masked_words(&text)),
        Value::Array(items) => items.into_iter().map(masked).collect(),
        // Fields are answered in the order in which they are ready.
        Value::Object(members) => {
            let members = members.into_iter().map(|(key, value)| (key, masked(value)));
            let sorted: BTreeMap<_, _> = members.collect();
            sorted.into_iter().collect()
        }
        other => other,
    }
}

fn masked_words(text: &str) -> String {
    if chrono::DateTime::parse_from_rfc3339(text).is_ok() {
        return "[time]".to_owned();
    }
    let mask = |word: &str| match word.split_once('_') {
        Some((prefix, suffix)) if suffix.len() == 26 && prefix.len() <= 4 => format!("[{prefix}]"),
        _ => word.to_owned(),
    };
    text.split(' ').map(mask).collect::<Vec<_>>().join(" ")
}
