//! `kill -9` at any moment: nothing is half done, no event is lost, none is handled twice.

use std::collections::HashSet;
use std::time::Duration;

use serde_json::{Value, json};
use testkit::{Backend, Client, DemoService, Portico, Upload, eventually, on_both};

use crate::description;

on_both![
    a_killed_import_leaves_all_or_nothing,
    a_killed_submission_is_delivered_or_said_to_be_unsure,
];

const IMPORT: &str = "mutation ($file: Upload!) {
    importOpenApi(input: { file: $file, name: \"GitHub\", baseUrl: \"http://127.0.0.1:9\" }) { endpointCount }
}";

async fn a_killed_import_leaves_all_or_nothing(backend: Backend) {
    let document = description::github();
    let mut portico = Portico::start(backend).await;
    let account = portico.client().register("owner@example.com").await;
    let tenant = account.create_tenant("Acme").await;
    let mut kept = false;
    // Each time a little later, until the import is through.
    for delay_ms in [20, 80, 160, 320, 640, 1_280, 2_560, 5_120, 20_000] {
        let owner = back(&portico, &tenant).await;
        let importing = {
            let (owner, document) = (owner.clone(), document.clone());
            tokio::spawn(async move {
                let file = Upload {
                    variable: "file",
                    name: "github.json",
                    media_type: "application/json",
                    content: &document,
                };
                owner.upload(IMPORT, json!({ "file": null }), file).await
            })
        };
        let finished = tokio::time::timeout(Duration::from_millis(delay_ms), importing)
            .await
            .is_ok();
        portico.kill();
        portico.restart().await;
        let owner = back(&portico, &tenant).await;
        kept = all_or_nothing(&owner).await;
        if finished || kept {
            break;
        }
    }
    assert!(kept, "the import never came through");
    no_event_is_lost_or_handled_twice(&back(&portico, &tenant).await).await;
}

/// Whether the service is there, with every endpoint if it is.
async fn all_or_nothing(owner: &Client) -> bool {
    let query = "{ services { nodes { endpoints { totalCount } } } }";
    let data = owner.data(query, json!({})).await;
    let services = data["services"]["nodes"].as_array().expect("a list");
    match &services[..] {
        [] => false,
        [service] => {
            assert_eq!(service["endpoints"]["totalCount"], 1223, "half a service");
            true
        }
        _ => panic!("one import made {} services", services.len()),
    }
}

/// Every endpoint is announced once, and once in the menu that a handler made of the events.
async fn no_event_is_lost_or_handled_twice(owner: &Client) {
    let endpoints = eventually("every endpoint is announced", async || {
        let endpoints = announced(owner).await;
        (endpoints.len() >= 1223).then_some(endpoints)
    })
    .await;
    assert_eq!(
        endpoints.len(),
        1223,
        "there are more events than endpoints"
    );
    let distinct = endpoints.iter().collect::<HashSet<_>>();
    assert_eq!(distinct.len(), 1223, "an endpoint is announced twice");

    let service = owner.data("{ services { nodes { id } } }", json!({})).await;
    let subscribe = "mutation ($id: ID!) { subscribeToService(input: { serviceId: $id }) { tenantService { id } } }";
    owner
        .data(
            subscribe,
            json!({ "id": service["services"]["nodes"][0]["id"] }),
        )
        .await;
    eventually("every endpoint is in the menu once", async || {
        let query = "{ viewer { menu { items { children { children { endpoint { id } } } } } } }";
        let data = owner.data(query, json!({})).await;
        let groups = data["viewer"]["menu"]["items"][0]["children"]
            .as_array()?
            .clone();
        let leaves = groups
            .iter()
            .map(|group| group["children"].as_array().map_or(0, Vec::len));
        let leaves = leaves.sum::<usize>();
        assert!(leaves <= 1223, "an endpoint is in the menu twice");
        (leaves == 1223).then_some(())
    })
    .await;
}

/// The subjects of all events that an import announces its endpoints by.
async fn announced(owner: &Client) -> Vec<String> {
    let query = "query ($after: String) {
        events(first: 100, after: $after, types: [\"endpoint.added\"]) {
            nodes { subject }
            pageInfo { hasNextPage endCursor }
        }
    }";
    let mut subjects = Vec::new();
    let mut after = Value::Null;
    loop {
        let page = &owner.data(query, json!({ "after": after })).await["events"];
        let nodes = page["nodes"].as_array().expect("a list");
        subjects.extend(nodes.iter().map(|event| event["subject"].to_string()));
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            return subjects;
        }
    }
}

async fn a_killed_submission_is_delivered_or_said_to_be_unsure(backend: Backend) {
    let desk = DemoService::start().await;
    let mut portico = Portico::start(backend).await;
    let account = portico.client().register("owner@example.com").await;
    let tenant = account.create_tenant("Acme").await;
    let owner = back(&portico, &tenant).await;
    let import = "mutation ($url: URL!) { importOpenApi(input: { url: $url }) { service {
        id endpoints(filter: { method: POST }) { nodes { form { id } } }
    } } }";
    let data = owner
        .data(import, json!({ "url": desk.description() }))
        .await;
    let form = data["importOpenApi"]["service"]["endpoints"]["nodes"][0]["form"]["id"].clone();
    let subscribe = "mutation ($id: ID!) { subscribeToService(input: { serviceId: $id }) { tenantService { id } } }";
    owner
        .data(
            subscribe,
            json!({ "id": data["importOpenApi"]["service"]["id"] }),
        )
        .await;
    owner.post(SUBMIT, submission(&form, 0)).await;

    for (round, delay_ms) in (1..).zip([1, 2, 4, 8, 12, 16, 24, 32]) {
        let owner = back(&portico, &tenant).await;
        let variables = submission(&form, round);
        let submitting = tokio::spawn(async move { owner.post(SUBMIT, variables).await });
        let _ = tokio::time::timeout(Duration::from_millis(delay_ms), submitting).await;
        portico.kill();
        portico.restart().await;
    }
    let owner = back(&portico, &tenant).await;
    let submissions = settled(&owner, &form).await;
    let delivered = tickets(&desk).await;
    for round in 0..=8 {
        let title = format!("Ticket {round}");
        let count = delivered
            .iter()
            .filter(|ticket| ticket["title"] == *title)
            .count();
        assert!(count <= 1, "{title} was delivered {count} times");
        let kept = submissions
            .iter()
            .filter(|one| one["data"]["body"]["title"] == *title);
        let kept = kept.collect::<Vec<_>>();
        assert!(kept.len() <= 1, "{title} is kept {} times", kept.len());
        match kept.first() {
            // It was never accepted, so it must not have been sent either.
            None => assert_eq!(count, 0, "{title} was delivered and is not kept"),
            Some(one) if one["state"] == "SUCCEEDED" => assert_eq!(count, 1, "{title}"),
            Some(one) => assert_eq!(one["failure"], "DELIVERY_INTERRUPTED", "{one}"),
        }
    }
}

const SUBMIT: &str = "mutation ($input: SubmitFormInput!) {
    submitForm(input: $input) { ... on FormSubmission { id state } ... on FormRejected { errors { message } } }
}";

fn submission(form: &Value, round: i32) -> Value {
    let body =
        json!({ "title": format!("Ticket {round}"), "reporter": "a@b.example", "priority": "low" });
    json!({ "input": { "formId": form, "data": { "body": body }, "idempotencyKey": format!("round-{round}") } })
}

/// What became of all submissions, once nothing is under way any more.
async fn settled(owner: &Client, form: &Value) -> Vec<Value> {
    eventually("every submission has an end", async || {
        let query = "query ($id: ID!) { form(id: $id) { submissions(first: 100) { nodes { state failure data } } } }";
        let data = owner.data(query, json!({ "id": form })).await;
        let nodes = data["form"]["submissions"]["nodes"].as_array()?.clone();
        let open = |one: &Value| one["state"] == "RECEIVED" || one["state"] == "FORWARDING";
        (!nodes.iter().any(open)).then_some(nodes)
    })
    .await
}

async fn tickets(desk: &DemoService) -> Vec<Value> {
    let origin = desk.url("");
    let (status, body) = Client::new(&origin).get("/tickets?limit=100").await;
    assert_eq!(status, 200, "{body}");
    serde_json::from_str(&body).expect("the help desk answers JSON")
}

async fn back(portico: &Portico, tenant: &str) -> Client {
    let owner = portico
        .client()
        .login("owner@example.com", testkit::PASSWORD)
        .await;
    owner.switch_tenant(tenant).await
}
