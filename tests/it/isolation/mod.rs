//! Tenants are walls: every operation of the API, tried by whoever must not get through.
//!
//! The tables in `cases` and beside it have a row for every root field; one that is missing fails
//! the test. A foreign id must be answered exactly like a missing one. `matrix` makes the operations
//! of the schema itself, with all that they take and all that they show.

mod cases;
mod matrix;
mod samples;
mod schema;
mod world;

use serde_json::{Value, json};
use testkit::{Backend, Client, Portico, on_both};

use cases::{Case, Outsider, all};
use world::{Ids, World};

use crate::journey::SETTINGS;

on_both![no_operation_crosses_a_wall, no_made_up_operation_does];

async fn no_operation_crosses_a_wall(backend: Backend) {
    let portico = Portico::start_with(backend, &SETTINGS).await;
    hold_the_walls(portico.client()).await;
}

async fn no_made_up_operation_does(backend: Backend) {
    let portico = Portico::start_with(backend, &SETTINGS).await;
    let world = World::build(portico.client()).await;
    let short_lived = portico
        .start_beside_with(&[("PORTICO_AUTH_ACCESS_TOKEN_TTL_S", "1")])
        .await;
    matrix::hold(&world, short_lived.client()).await;
}

/// Tries everything on a platform whose health checks come quickly.
pub(crate) async fn hold_the_walls(client: &Client) {
    let world = World::build(client).await;
    every_operation_has_a_case(&world).await;
    for case in all() {
        nobody_gets_in_without_signing_in(&world, case).await;
        a_stranger_learns_nothing(&world, case).await;
        a_reader_changes_nothing(&world, case).await;
    }
    no_token_of_the_wrong_kind_is_let_in(&world).await;
}

async fn every_operation_has_a_case(world: &World) {
    let query = "{ __schema {
        queryType { fields { name } } mutationType { fields { name } } subscriptionType { fields { name } }
    } }";
    let schema = world.nobody.data(query, json!({})).await;
    for root in ["queryType", "mutationType", "subscriptionType"] {
        for field in schema["__schema"][root]["fields"]
            .as_array()
            .expect("a list")
        {
            let name = field["name"].as_str().expect("a name");
            let covered = all().any(|case| case.root == root && case.field == name);
            assert!(
                covered,
                "{root}.{name} has no row in tests/it/isolation/cases.rs"
            );
        }
    }
}

async fn nobody_gets_in_without_signing_in(world: &World, case: &Case) {
    let answer = ask(&world.nobody, case, &world.ids).await;
    let message = answer["errors"][0]["message"].as_str().unwrap_or_default();
    let told_to_sign_in = message.starts_with("sign in first");
    assert_eq!(told_to_sign_in, !case.open, "{}: {answer}", case.field);
}

async fn a_stranger_learns_nothing(world: &World, case: &Case) {
    let theirs = ask(&world.stranger, case, &world.ids).await;
    match case.stranger {
        Outsider::Blind => {
            let missing = Ids::missing();
            let absent = ask(&world.stranger, case, &missing).await;
            let absent = missing.renamed(&absent, &world.ids);
            assert_eq!(
                theirs, absent,
                "{}: a foreign id is told from a missing one",
                case.field
            );
        }
        Outsider::Elsewhere => {}
    }
    let shown = theirs.to_string();
    let asked = (case.variables)(&world.ids).to_string();
    for id in world.ids.all().filter(|id| !asked.contains(*id)) {
        assert!(
            !shown.contains(id),
            "{} shows {id} to a stranger: {shown}",
            case.field
        );
    }
}

async fn a_reader_changes_nothing(world: &World, case: &Case) {
    if let Some(code) = case.reader {
        let answer = ask(&world.reader, case, &world.ids).await;
        let found = &answer["errors"][0]["extensions"]["code"];
        assert_eq!(found, code, "{} as a viewer: {answer}", case.field);
    }
}

async fn no_token_of_the_wrong_kind_is_let_in(world: &World) {
    let access = world.owner.token().expect("signed in").to_owned();
    let mut parts = access.split('.').collect::<Vec<_>>();
    // {"alg":"none","typ":"at+jwt"}
    parts[0] = "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0";
    let unsigned = format!("{}.{}.", parts[0], parts[1]);
    for token in [
        "nonsense",
        &world.refresh_token,
        &unsigned,
        &access[..access.len() - 4],
    ] {
        let client = world.nobody.with_token(token);
        assert_eq!(
            client.code("{ viewer { id } }", json!({})).await,
            "UNAUTHENTICATED"
        );
        assert_eq!(
            client.code("{ eventTypes { type } }", json!({})).await,
            "UNAUTHENTICATED"
        );
    }
}

async fn ask(client: &Client, case: &Case, ids: &Ids) -> Value {
    let variables = (case.variables)(ids);
    match case.root {
        // One that waits for an event has let us in.
        "subscriptionType" => {
            let mut subscription = client.subscribe(case.document, variables).await;
            subscription
                .next_within(std::time::Duration::from_secs(1))
                .await
                .unwrap_or(json!({}))
        }
        _ => client.post(case.document, variables).await,
    }
}
