//! A role per process: the same platform, in pieces that may fail.

use serde_json::{Value, json};
use testkit::{Client, Fleet, Upload};

use crate::cookies::stay_signed_in_by_cookie;
use crate::isolation::hold_the_walls;
use crate::journey::{SETTINGS, TOUR, Tour};
use crate::letters::links_are_answered;

/// Two processes of each of these.
const A_ROLE_EACH: [&str; 9] = [
    "auth",
    "user",
    "tenant",
    "registry",
    "form",
    "menu",
    "notification",
    "platform",
    "router",
];

/// One process of each of these.
const SEVERAL_ROLES_EACH: [&str; 3] = [
    "auth,user,tenant",
    "registry,form,menu,notification",
    "platform,router",
];

#[test]
fn the_tour_survives_the_loss_of_one_replica_of_each_role() {
    testkit::run(async {
        let mut fleet = Fleet::start(&A_ROLE_EACH, 2, &TOUR).await;
        let client = fleet.client();
        let tour = Tour::begin(&client, fleet.administrator()).await;
        fleet.kill_one_of_each();
        tour.finish(&client, &fleet.data_dir()).await;
        links_are_answered(&client, &fleet.data_dir(), "kim@example.com").await;
    });
}

#[test]
fn processes_with_several_roles_are_one_platform() {
    testkit::run(async {
        let fleet = Fleet::start(&SEVERAL_ROLES_EACH, 1, &SETTINGS).await;
        let client = fleet.client();
        let owner = client.register("uploader@example.com").await;
        let owner = owner.in_new_tenant("Uploads").await;
        a_file_arrives(&owner).await;
        a_subgraph_answers_nobody_but_routers(&fleet, &owner).await;
        a_header_of_a_client_opens_nothing(&client, &owner).await;
        hold_the_walls(&client).await;
        stay_signed_in_by_cookie(&client).await;
    });
}

const IMPORT: &str = "mutation ($file: Upload!) {
    importOpenApi(input: { file: $file, baseUrl: \"http://127.0.0.1:9\" }) { endpointCount service { name } }
}";

/// It goes through the router to the process that reads it.
async fn a_file_arrives(owner: &Client) {
    let responses = json!({ "get": { "responses": { "204": { "description": "Done" } } } });
    let document = json!({
        "openapi": "3.1.0",
        "info": { "title": "Uploaded ü", "version": "1" },
        "paths": { "/a": responses, "/b": responses },
    });
    let document = document.to_string();
    let file = Upload {
        variable: "file",
        name: "desk.json",
        media_type: "application/json",
        content: document.as_bytes(),
    };
    let answer = owner.upload(IMPORT, json!({ "file": null }), file).await;
    let imported = &answer["data"]["importOpenApi"];
    assert_eq!(imported["endpointCount"], 2, "{answer}");
    assert_eq!(imported["service"]["name"], "Uploaded ü");
}

/// Neither to those who come without a passport nor to those with a client's credential.
async fn a_subgraph_answers_nobody_but_routers(fleet: &Fleet, owner: &Client) {
    let subgraphs = fleet.replica("auth,user,tenant");
    let access = owner.token().expect("signed in");
    let bearer = format!("Bearer {access}");
    let shown: [&[(&str, &str)]; 6] = [
        &[],
        &[("authorization", &bearer)],
        &[("x-portico-passport", access)],
        &[("x-portico-passport", &bearer)],
        &[("x-portico-passport", "e30.e30.e30")],
        &[("x-user-id", "user_01k00000000000000000000000")],
    ];
    let query = json!({ "query": "{ viewer { id } }" });
    for headers in shown {
        let path = "/subgraphs/user/graphql";
        let (status, answer) = subgraphs.post_to(path, headers, &query).await;
        assert_eq!(status, 401, "{headers:?}: {answer}");
        let answer: Value = serde_json::from_str(&answer).expect("JSON");
        assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
        assert_eq!(answer["data"], Value::Null);
    }
    for path in ["/graphql", "/subgraphs/form/graphql"] {
        let (status, _) = subgraphs.post_to(path, &[], &query).await;
        assert_eq!(status, 404, "{path} belongs to another process");
    }
}

/// What a client says of itself in our own headers is not passed on.
async fn a_header_of_a_client_opens_nothing(client: &Client, owner: &Client) {
    let access = owner.token().expect("signed in");
    let headers = [
        ("x-portico-passport", access),
        ("x-portico-revealed", access),
    ];
    let query = json!({ "query": "{ services { nodes { id } } }" });
    let (status, answer) = client.post_to("/graphql", &headers, &query).await;
    assert_eq!(status, 200, "{answer}");
    let answer: Value = serde_json::from_str(&answer).expect("JSON");
    let errors = answer["errors"].as_array().expect("it is refused");
    let codes = errors.iter().map(|error| &error["extensions"]["code"]);
    assert!(
        codes.clone().count() > 0 && codes.clone().all(|code| code == "UNAUTHENTICATED"),
        "{answer}"
    );
}
