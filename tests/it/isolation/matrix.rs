//! Every operation of the API, made from its schema and tried with every wrong credential and with
//! ids of somebody else: refused, and exactly as if what the id names did not exist.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::{Client, eventually};

use super::cases::all;
use super::schema::{Operation, Schema};
use super::world::{Ids, World};

/// What is answered to a credential that is none.
const UNAUTHENTICATED: &str = "UNAUTHENTICATED";

pub(crate) async fn hold(world: &World, short_lived: &Client) {
    let schema = Schema::of(&world.nobody).await;
    let operations = schema.operations();
    assert!(
        operations.len() >= all().count(),
        "every field is an operation"
    );
    let expired = expired(world, short_lived).await;
    for operation in &operations {
        nobody_gets_in(world, operation).await;
        for credential in [&world.refresh_token, &expired, "nonsense"] {
            no_other_credential_does(world, operation, credential).await;
        }
        if operation.ids.is_empty() {
            what_is_ones_own_shows_nothing_foreign(world, operation).await;
        } else {
            a_foreign_id_is_like_a_missing_one(world, operation).await;
            whoever_is_refused_learns_nothing(world, operation).await;
        }
    }
}

/// An access token of the owner whose time is over, from a process that issues short ones.
async fn expired(world: &World, short_lived: &Client) -> String {
    let owner = short_lived
        .login("owner@example.com", testkit::PASSWORD)
        .await;
    let token = owner.token().expect("signed in").to_owned();
    let client = world.nobody.with_token(&token);
    eventually("the token has expired", async || {
        let answer = client.post("{ viewer { id } }", json!({})).await;
        let message = answer["errors"][0]["message"].as_str()?;
        message.contains("expired").then_some(())
    })
    .await;
    token
}

async fn nobody_gets_in(world: &World, operation: &Operation) {
    if is_open(operation) {
        return;
    }
    let answer = ask(&world.nobody, operation, &world.ids).await;
    let refusal = refusal(&answer);
    assert_eq!(
        refusal.0, UNAUTHENTICATED,
        "{} signed out: {answer}",
        operation.field
    );
    assert!(
        refusal.1.starts_with("sign in first"),
        "{}: {answer}",
        operation.field
    );
    let missing = ask(&world.nobody, operation, &Ids::missing()).await;
    assert_eq!(answer, missing, "{} signed out", operation.field);
}

async fn no_other_credential_does(world: &World, operation: &Operation, credential: &str) {
    let client = world.nobody.with_token(credential);
    let variables = operation.variables(|name| world.ids.named(name).to_owned());
    // A web socket would be closed before it could ask.
    let answer = client.post(&operation.document, variables).await;
    let refusal = refusal(&answer);
    assert_eq!(
        refusal.0, UNAUTHENTICATED,
        "{} with {credential}: {answer}",
        operation.field
    );
}

async fn a_foreign_id_is_like_a_missing_one(world: &World, operation: &Operation) {
    let foreign = ask(&world.stranger, operation, &world.ids).await;
    let missing = Ids::missing();
    let absent = ask(&world.stranger, operation, &missing).await;
    let absent = missing.renamed(&absent, &world.ids);
    assert_eq!(
        foreign, absent,
        "{} tells a foreign id from a missing one",
        operation.field
    );
    let (code, message) = refusal(&foreign);
    assert_ne!(
        code, "BAD_USER_INPUT",
        "{} did not get as far as the id; give it better values in tests/it/isolation/samples.rs: {message}",
        operation.field
    );
    assert_ne!(
        code, "GRAPHQL_VALIDATION_FAILED",
        "{}: {message}",
        operation.document
    );
}

async fn whoever_is_refused_learns_nothing(world: &World, operation: &Operation) {
    let answer = ask(&world.reader, operation, &world.ids).await;
    let is_refused = answer["data"][&operation.field].is_null();
    if operation.kind != "mutation" || !is_refused || refusal(&answer).0 != "FORBIDDEN" {
        return;
    }
    let missing = Ids::missing();
    let absent = ask(&world.reader, operation, &missing).await;
    let absent = missing.renamed(&absent, &world.ids);
    assert_eq!(answer, absent, "{} as a viewer", operation.field);
}

async fn what_is_ones_own_shows_nothing_foreign(world: &World, operation: &Operation) {
    if operation.kind != "query" {
        return;
    }
    let shown = ask(&world.stranger, operation, &world.ids)
        .await
        .to_string();
    for id in world.ids.all() {
        assert!(
            !shown.contains(id),
            "{} shows {id} to a stranger: {shown}",
            operation.field
        );
    }
}

/// Whether an operation is for people who are not signed in.
fn is_open(operation: &Operation) -> bool {
    let root = format!("{}Type", operation.kind);
    let case = all().find(|case| case.root == root && case.field == operation.field);
    case.is_some_and(|case| case.open)
}

/// The code and the message of the first error; empty if there is none.
fn refusal(answer: &Value) -> (&str, &str) {
    let error = &answer["errors"][0];
    let code = error["extensions"]["code"].as_str().unwrap_or_default();
    (code, error["message"].as_str().unwrap_or_default())
}

async fn ask(client: &Client, operation: &Operation, ids: &Ids) -> Value {
    let variables = operation.variables(|name| ids.named(name).to_owned());
    if operation.kind != "subscription" {
        return client.post(&operation.document, variables).await;
    }
    let mut subscription = client.subscribe(&operation.document, variables).await;
    // One that waits for an event has let us in.
    let first = subscription.next_within(Duration::from_secs(1)).await;
    first.unwrap_or(json!({}))
}
