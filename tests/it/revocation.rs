//! A session that is ended ends everywhere: in the next request of every process, and within five
//! seconds where something was open.

use std::time::Duration;

use serde_json::json;
use testkit::{Backend, PASSWORD, Portico, on_both};

on_both![a_revoked_session_ends_in_every_process];

const EVENTS: &str = "subscription { events { type } }";
const REVOKE: &str =
    "mutation ($input: RevokeSessionInput!) { revokeSession(input: $input) { session { id } } }";
const VIEWER: &str = "{ viewer { id } }";
const WITHIN: Duration = Duration::from_secs(5);

async fn a_revoked_session_ends_in_every_process(backend: Backend) {
    let portico = Portico::start(backend).await;
    let beside = portico.start_beside().await;
    let client = portico.client().register("owner@example.com").await;
    let laptop = client.in_new_tenant("Acme").await;
    let phone = portico.client().login("owner@example.com", PASSWORD).await;
    let token = laptop.token().expect("signed in");
    let elsewhere = beside.client().with_token(token);
    elsewhere.data(VIEWER, json!({})).await;
    let mut here = laptop.subscribe(EVENTS, json!({})).await;
    let mut there = elsewhere.subscribe(EVENTS, json!({})).await;
    let session = laptop.data("{ session { id } }", json!({})).await;

    let input = json!({ "sessionId": session["session"]["id"] });
    phone.data(REVOKE, json!({ "input": input })).await;

    for client in [&laptop, &elsewhere] {
        assert_eq!(client.code(VIEWER, json!({})).await, "UNAUTHENTICATED");
    }
    let ended = async { (here.end().await, there.end().await) };
    let ended = tokio::time::timeout(WITHIN, ended).await;
    assert_eq!(ended.expect("both end in time"), (Some(4401), Some(4401)));
    phone.data(VIEWER, json!({})).await;
}
