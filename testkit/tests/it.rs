//! The kit itself: what it throws away is gone, and what it plays behaves.

use kit::db::DbUrl;
use kit::event::{Payload, record};
use kit::id::TenantId;
use kit::outbound::{OutboundError, Request};
use serde::{Deserialize, Serialize};
use serde_json::json;
use testkit::{Answer, Backend, Client, Database, DemoService, Outside, Portico, TestApp};

testkit::on_both![
    a_database_is_gone_with_its_test,
    a_subscription_tells_what_happens,
    a_tenant_has_rows_of_its_own,
    events_are_seen,
    the_binary_comes_back_with_its_data,
];

async fn a_database_is_gone_with_its_test(backend: Backend) {
    let database = Database::migrated(backend).await;
    let (url, dir) = (database.url().clone(), database.dir().to_owned());
    drop(database);

    assert!(!dir.exists());
    if let DbUrl::Mysql(_) = &url {
        let db = kit::db::Db::new(url, kit::db::PoolSize { connections_max: 1 });
        assert!(db.read().await.is_err());
    }
}

async fn a_tenant_has_rows_of_its_own(backend: Backend) {
    let test = TestApp::start(backend).await;
    let tenant = TenantId::new();
    assert!(test.app.tenant_dbs.read(tenant).await.is_err());

    test.app
        .tenant_dbs
        .provision(tenant)
        .await
        .expect("a tenant's database can be made");
    test.app
        .tenant_dbs
        .read(tenant)
        .await
        .expect("it can be read");
}

/// A thing was made.
#[derive(Serialize, Deserialize, schemars::JsonSchema)]
struct Made {
    name: String,
}

impl Payload for Made {
    const KIND: &'static str = "thing.made";

    fn subject(&self) -> String {
        self.name.clone()
    }

    fn tenant(&self) -> Option<TenantId> {
        None
    }
}

async fn events_are_seen(backend: Backend) {
    let test = TestApp::start(backend).await;
    let mut conn = test.app.db.write().await.expect("the database answers");
    record(
        &mut conn,
        &test.app.clock,
        &Made {
            name: "a".to_owned(),
        },
    )
    .await
    .expect("an event can be recorded");
    drop(conn);

    assert_eq!(test.recorded("thing.made").await, [json!({ "name": "a" })]);
    assert_eq!(test.recorded("thing.lost").await.len(), 0);
}

#[test]
fn the_outside_answers_as_it_is_told() {
    testkit::run(async {
        let mut outside = Outside::start().await;
        let app = TestApp::start(Backend::Sqlite).await.app;
        let get = |path: &str| app.outbound.send(Request::get(outside_url(&outside, path)));

        let first = get("/health").await.expect("it answers");
        outside.answer(
            "/health",
            Answer::json(&json!({ "ok": false })).with_status(503),
        );
        let second = get("/health?x=1").await.expect("it answers");

        assert_eq!((first.status.as_u16(), first.body.len()), (200, 0));
        assert_eq!(
            (second.status.as_u16(), second.body.as_slice()),
            (503, br#"{"ok":false}"#.as_slice())
        );
        let asked = outside.wait_for("/health", 2).await;
        assert_eq!(asked[1].uri.query(), Some("x=1"));

        let url = outside_url(&outside, "/health");
        outside.stop().await;
        let refused = app.outbound.send(Request::get(url.clone())).await;
        assert_eq!(refused.expect_err("it is down"), OutboundError::Unreachable);
        outside.resume().await;
        app.outbound
            .send(Request::get(url))
            .await
            .expect("it is up again");
    });
}

fn outside_url(outside: &Outside, path: &str) -> url::Url {
    outside.url(path).parse().expect("it is a URL")
}

async fn the_binary_comes_back_with_its_data(backend: Backend) {
    let mut portico = Portico::start(backend).await;
    let ann = portico.client().register("ann@example.com").await;
    let ann = ann.in_new_tenant("Acme").await;
    portico.kill();
    portico.restart().await;

    let ann = portico
        .client()
        .with_token(ann.token().expect("she is signed in"));
    let data = ann
        .data("{ viewer { currentTenant { name } } }", json!({}))
        .await;
    assert_eq!(
        data,
        json!({ "viewer": { "currentTenant": { "name": "Acme" } } })
    );
    assert_eq!(
        ann.code("{ nothing }", json!({})).await,
        "GRAPHQL_VALIDATION_FAILED"
    );

    let administrator = portico.signed_in_administrator().await;
    assert_eq!(administrator.get("/health/live").await.0, 200);
    assert!(portico.interrupt().await.success());
}

async fn a_subscription_tells_what_happens(backend: Backend) {
    let portico = Portico::start(backend).await;
    let ann = portico.client().register("ann@example.com").await;
    let ann = ann.in_new_tenant("Acme").await;
    let log = ann
        .data(
            "{ events(first: 100) { pageInfo { endCursor } } }",
            json!({}),
        )
        .await;
    let query = "subscription ($after: String) { events(after: $after) { type } }";
    let after = &log["events"]["pageInfo"]["endCursor"];
    let mut events = ann.subscribe(query, json!({ "after": after })).await;

    let register = "mutation ($input: RegisterServiceInput!) {
        registerService(input: $input) { service { id } }
    }";
    let input = json!({ "name": "Billing", "version": "1", "baseUrl": "http://127.0.0.1:9" });
    ann.data(register, json!({ "input": input })).await;

    assert_eq!(
        events.data().await,
        json!({ "events": { "type": "service.registered" } })
    );
}

#[test]
fn the_demo_service_describes_itself() {
    testkit::run(async {
        let mut demo = DemoService::start().await;
        let client = Client::new(&demo.url(""));
        let (status, description) = client.get("/openapi.yaml").await;
        assert_eq!(status, 200);
        assert!(description.contains(&demo.url("")));
        demo.stop();
    });
}
