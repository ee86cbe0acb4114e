use diesel::sql_types::{Nullable, Text};
use diesel_async::RunQueryDsl as _;
use kit::id::FormId;
use kit::{Viewer, on};
use serde_json::{Value, json};
use testkit::{Answer, Backend, eventually};

use super::world::{NewEndpoint, WRITE, World, order, order_data};

testkit::on_both![
    accepted_data_reaches_the_endpoint_and_its_answer_is_recorded,
    data_that_breaks_a_rule_is_neither_kept_nor_sent,
    what_no_schema_can_refuse_is_refused_before_it_is_kept,
    an_endpoint_that_does_not_take_it_makes_a_failed_submission,
    secrets_are_sent_once_and_never_read_back,
    a_client_that_hangs_up_loses_nothing,
    submissions_are_their_tenants_own,
    submissions_are_listed_newest_first,
];

async fn accepted_data_reaches_the_endpoint_and_its_answer_is_recorded(backend: Backend) {
    let world = World::start(backend).await;
    let owner = world.member(&[WRITE]).await;
    let form = world.announce_endpoint(&owner, order()).await;
    let path = "/api/shops/main%20street/orders";
    world
        .outside
        .answer(path, Answer::json(&json!({ "order": 7 })).with_status(201));
    let submission = world.submit(&owner, form, order_data()).await;
    assert_eq!(submission["state"], "SUCCEEDED", "{submission:#}");
    assert_eq!(submission["failure"], Value::Null);
    assert_eq!(submission["data"], order_data());
    assert_eq!(
        (
            &submission["response"]["status"],
            &submission["response"]["body"]
        ),
        (&json!(201), &json!("{\"order\":7}"))
    );
    assert!(submission["completedAt"].is_string());

    let requests = world.outside.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(
        (requests[0].method.as_str(), requests[0].uri.to_string()),
        ("POST", format!("{path}?dryRun=true"))
    );
    assert_eq!(
        requests[0].headers["idempotency-key"],
        submission["id"].as_str().unwrap()
    );
    assert_eq!(requests[0].headers["content-type"], "application/json");
    assert_eq!(requests[0].json(), json!({ "item": "tea", "count": 2 }));

    let submitted = world.test.recorded("form.submitted").await;
    let delivered = world.test.recorded("form.delivered").await;
    assert_eq!(
        submitted,
        [
            json!({ "submission_id": submission["id"], "form_id": form, "tenant_id": owner.tenant, "user_id": owner.user, "state": "SUCCEEDED" })
        ]
    );
    assert_eq!(
        delivered,
        [
            json!({ "submission_id": submission["id"], "form_id": form, "tenant_id": owner.tenant, "state": "SUCCEEDED", "status": 201 })
        ]
    );
}

async fn data_that_breaks_a_rule_is_neither_kept_nor_sent(backend: Backend) {
    let world = World::start(backend).await;
    let owner = world.member(&[WRITE]).await;
    let form = world.announce_endpoint(&owner, order()).await;
    let data = json!({ "path": {}, "body": { "item": "x", "count": 100, "mail": "nobody", "colour": "red" }, "extra": 1 });
    let rejected = world.submit(&owner, form, data).await;
    assert_eq!(rejected["__typename"], "FormRejected", "{rejected:#}");
    let mut errors: Vec<_> = rejected["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| {
            format!(
                "{} {}",
                error["pointer"].as_str().unwrap(),
                error["code"].as_str().unwrap()
            )
        })
        .collect();
    errors.sort();
    assert_eq!(
        errors,
        [
            "/body/colour ADDITIONAL_PROPERTY",
            "/body/count MAXIMUM",
            "/body/item MIN_LENGTH",
            "/body/mail FORMAT",
            "/extra ADDITIONAL_PROPERTY",
            "/path/shop REQUIRED",
        ]
    );
    assert!(world.outside.requests().is_empty());
    assert_eq!(world.count(&owner, form).await, 0);
    assert!(world.test.recorded("form.submitted").await.is_empty());
}

async fn what_no_schema_can_refuse_is_refused_before_it_is_kept(backend: Backend) {
    let world = World::start(backend).await;
    let owner = world.member(&[WRITE]).await;
    let form = world.announce_endpoint(&owner, order()).await;
    let mut data = order_data();
    data["path"]["shop"] = json!("..");
    let rejected = world.submit(&owner, form, data).await;
    assert_eq!(
        (
            &rejected["errors"][0]["pointer"],
            &rejected["errors"][0]["code"]
        ),
        (&json!("/path/shop"), &json!("PATH_VALUE"))
    );
    assert!(world.outside.requests().is_empty());
    assert_eq!(world.count(&owner, form).await, 0);
}

async fn an_endpoint_that_does_not_take_it_makes_a_failed_submission(backend: Backend) {
    let mut world = World::start(backend).await;
    let owner = world.member(&[WRITE]).await;
    let form = world.announce_endpoint(&owner, order()).await;
    let path = "/api/shops/main%20street/orders";
    world
        .outside
        .answer(path, Answer::text("out of tea").with_status(503));
    let refused = world.submit(&owner, form, order_data()).await;
    assert_eq!(
        (&refused["state"], &refused["failure"]),
        (&json!("FAILED"), &json!("HTTP_STATUS"))
    );
    assert_eq!(
        (&refused["response"]["status"], &refused["response"]["body"]),
        (&json!(503), &json!("out of tea"))
    );

    world.outside.stop().await;
    let unreachable = world.submit(&owner, form, order_data()).await;
    assert_eq!(
        (&unreachable["state"], &unreachable["failure"]),
        (&json!("FAILED"), &json!("UNREACHABLE"))
    );
    assert_eq!(unreachable["response"], Value::Null);

    let inside = "http://10.0.0.1/".to_owned();
    let (form, _) = world.announce_endpoint_at(&owner, order(), inside).await;
    let blocked = world.submit(&owner, form, order_data()).await;
    assert_eq!(
        (&blocked["state"], &blocked["failure"]),
        (&json!("FAILED"), &json!("BLOCKED"))
    );
    assert_eq!(world.test.recorded("form.delivered").await.len(), 3);
}

#[derive(diesel::QueryableByName)]
struct Kept {
    #[diesel(sql_type = Text)]
    data: String,
    #[diesel(sql_type = Nullable<Text>)]
    secret_data: Option<String>,
    #[diesel(sql_type = Text)]
    request_hash: String,
    #[diesel(sql_type = Nullable<Text>)]
    response_body: Option<String>,
}

async fn secrets_are_sent_once_and_never_read_back(backend: Backend) {
    let world = World::start(backend).await;
    let owner = world.member(&[WRITE]).await;
    let form = world.announce_endpoint(&owner, order()).await;
    world.outside.answer(
        "/api/shops/main%20street/orders",
        Answer::text("your pin is hunter2!"),
    );
    let mut data = order_data();
    data["body"]["pin"] = json!("hunter2");
    let submission = world
        .submit_with_key(&owner, form, data.clone(), "key-1")
        .await;
    assert_eq!(world.outside.requests()[0].json()["pin"], "hunter2");
    assert_eq!(
        submission["data"]["body"],
        json!({ "item": "tea", "count": 2, "pin": null })
    );
    assert_eq!(submission["response"]["body"], "your pin is [secret]!");
    assert_eq!(
        world.submit_with_key(&owner, form, data, "key-1").await["id"],
        submission["id"]
    );

    let mut conn = world
        .app()
        .tenant_dbs
        .read(owner.tenant.unwrap())
        .await
        .unwrap();
    let query = "SELECT data, secret_data, request_hash, response_body FROM form_submissions";
    let kept: Vec<Kept> = on!(&mut conn, |c| diesel::sql_query(query).load(c).await).unwrap();
    let kept = &kept[0];
    assert_eq!(
        kept.secret_data, None,
        "nothing sealed is left after the delivery"
    );
    for text in [
        &kept.data,
        &kept.request_hash,
        kept.response_body.as_ref().unwrap(),
    ] {
        assert!(!text.contains("hunter2"), "{text}");
    }
}

async fn a_client_that_hangs_up_loses_nothing(backend: Backend) {
    let world = World::start(backend).await;
    let owner = world.member(&[WRITE]).await;
    let form = world.announce_endpoint(&owner, order()).await;
    let path = "/api/shops/main%20street/orders";
    tokio::select! {
        biased;
        _ = world.outside.wait_for(path, 1) => {}
        answer = world.submit(&owner, form, order_data()) => assert_eq!(answer["state"], "SUCCEEDED"),
    }
    eventually("the delivery ends", async || {
        let delivered = world.test.recorded("form.delivered").await;
        delivered
            .iter()
            .any(|event| event["state"] == "SUCCEEDED")
            .then_some(())
    })
    .await;
    assert_eq!(world.outside.requests().len(), 1);
}

async fn submissions_are_their_tenants_own(backend: Backend) {
    let world = World::start(backend).await;
    let owner = world.member(&[WRITE]).await;
    let url = world.outside.url("/api");
    let (form, service) = world.announce_endpoint_at(&owner, order(), url).await;
    let other = world.member(&["*:*"]).await;
    assert_eq!(
        world.submit(&other, form, order_data()).await,
        "NOT_FOUND",
        "not subscribed"
    );
    let reader = world
        .test
        .viewer_in(owner.tenant.unwrap(), &["service.*:read"]);
    assert_eq!(
        world.submit(&reader, form, order_data()).await,
        "NOT_FOUND",
        "lacks the permission"
    );
    let nowhere = Viewer {
        tenant: None,
        ..owner.clone()
    };
    assert_eq!(
        world.submit(&nowhere, form, order_data()).await,
        "FORBIDDEN"
    );
    assert_eq!(
        world.submit(&owner, FormId::new(), order_data()).await,
        "NOT_FOUND"
    );
    assert!(world.outside.requests().is_empty());

    world
        .announce_subscription(other.tenant.unwrap(), service)
        .await;
    let submission = world.submit(&other, form, order_data()).await;
    assert_eq!(submission["state"], "SUCCEEDED");
    assert_eq!(
        (
            world.count(&other, form).await,
            world.count(&owner, form).await
        ),
        (1, 0)
    );
    let find = async |viewer: &Viewer| {
        let query =
            "query($id: ID!) { formSubmission(id: $id) { id form { title } submittedBy { id } } }";
        let data = world
            .data(viewer, query, json!({ "id": submission["id"] }))
            .await;
        data["formSubmission"].clone()
    };
    let found = find(&other).await;
    assert_eq!(found["form"]["title"], "Place an order");
    assert_eq!(found["submittedBy"]["id"], json!(other.user));
    assert_eq!(
        find(&owner).await,
        Value::Null,
        "the owner of the service is another tenant"
    );
    let colleague = world
        .test
        .viewer_in(other.tenant.unwrap(), &["service.*:read"]);
    assert_eq!(find(&colleague).await, Value::Null, "lacks the permission");
}

const LIST: &str =
    "query($id: ID!, $after: String) { form(id: $id) { submissions(first: 2, after: $after) {
    totalCount nodes { data } pageInfo { hasNextPage endCursor } } } }";

async fn submissions_are_listed_newest_first(backend: Backend) {
    let world = World::start(backend).await;
    let owner = world.member(&[WRITE]).await;
    let schema = json!({ "properties": { "query": { "type": "object", "properties": { "n": { "type": "integer" } } } } });
    let new = NewEndpoint {
        method: "GET",
        path: "/",
        schema,
    };
    let form = world.announce_endpoint(&owner, new).await;
    for n in 0..3 {
        world
            .submit(&owner, form, json!({ "query": { "n": n } }))
            .await;
    }
    let first = world.data(&owner, LIST, json!({ "id": form })).await;
    let page = &first["form"]["submissions"];
    assert_eq!(page["totalCount"], 3);
    assert_eq!(
        page["nodes"],
        json!([{ "data": { "query": { "n": 2 } } }, { "data": { "query": { "n": 1 } } }])
    );
    let after = &page["pageInfo"]["endCursor"];
    let rest = world
        .data(&owner, LIST, json!({ "id": form, "after": after }))
        .await;
    let page = &rest["form"]["submissions"];
    assert_eq!(page["nodes"], json!([{ "data": { "query": { "n": 0 } } }]));
    assert_eq!(page["pageInfo"]["hasNextPage"], false);
}
