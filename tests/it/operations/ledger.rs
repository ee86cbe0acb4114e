//! What was carried out, against what there is.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use testkit::Client;

/// The operations that were carried out so far.
#[derive(Default)]
pub(super) struct Ledger(BTreeSet<String>);

impl Ledger {
    /// Carries out the operation of this name with an input, and hands on what its field answers.
    pub(super) async fn mutate(
        &mut self,
        client: &Client,
        name: &str,
        input: Value,
        selection: &str,
    ) -> Value {
        let kind = match name.strip_prefix("oauth") {
            Some(rest) => format!("OAuth{rest}Input"),
            None => format!("{}{}Input", name[..1].to_uppercase(), &name[1..]),
        };
        let document =
            format!("mutation ($input: {kind}!) {{ {name}(input: $input) {selection} }}");
        let variables = serde_json::json!({ "input": input });
        self.run(client, name, &document, variables).await
    }

    /// Carries out a document whose one root field has this name.
    pub(super) async fn run(
        &mut self,
        client: &Client,
        name: &str,
        document: &str,
        variables: Value,
    ) -> Value {
        let mut data = client.data(document, variables).await;
        let answer = data[name].take();
        assert!(!answer.is_null(), "{name} answers nothing: {document}");
        self.0.insert(name.to_owned());
        answer
    }

    /// Fails if one of the operations of these subgraphs was not carried out.
    pub(super) fn compare(&self, subgraphs: &[&str]) {
        let known = subgraphs.iter().flat_map(|subgraph| fields(subgraph));
        let known = known.collect::<BTreeSet<_>>();
        assert!(known.len() > 40, "the schemas are read wrongly: {known:?}");
        let missing = known.difference(&self.0).collect::<Vec<_>>();
        assert!(
            missing.is_empty(),
            "no step of tests/it/operations carries out {missing:?}"
        );
    }
}

/// The root fields of a subgraph's committed schema.
fn fields(subgraph: &str) -> Vec<String> {
    let path = format!("../schema/subgraphs/{subgraph}.graphql");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let text = std::fs::read_to_string(&path).expect("the schema is committed");
    let mut found = Vec::new();
    let (mut is_root, mut is_described, mut depth) = (false, false, 0);
    for line in text.lines() {
        // A description of one line opens and closes itself.
        let toggles = line.matches("\"\"\"").count() % 2 == 1;
        if toggles || is_described || line.contains("\"\"\"") {
            is_described ^= toggles;
            continue;
        }
        if !line.starts_with([' ', '\t', '}']) {
            is_root = line.contains("type Query") || line.contains("type Mutation");
        }
        let name: String = line
            .trim()
            .chars()
            .take_while(|c| c.is_alphanumeric())
            .collect();
        if is_root && depth == 0 && line.starts_with([' ', '\t']) && !name.is_empty() {
            found.push(name);
        }
        depth += line.matches('(').count();
        depth -= line.matches(')').count();
    }
    found
}
