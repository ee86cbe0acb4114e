//! Reading events: what is shown to whom, and what a cursor tells.

use async_graphql::{EmptyMutation, Request, Schema, Variables};
use futures::StreamExt as _;
use kit::event::{EventType, Payload, record_all};
use kit::id::TenantId;
use kit::viewer::Viewer;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};
use testkit::{Backend, TestApp};

use crate::{Query, Subscription, attach, schema};

testkit::on_both![
    an_event_about_what_a_member_may_not_see_is_not_shown,
    a_page_is_full_though_much_is_hidden,
    a_cursor_is_the_tenants_own,
    a_bad_id_names_no_event,
];

/// Something happened to a thing, which may have a permission.
#[derive(Serialize, JsonSchema)]
struct ThingHappened {
    n: i32,
    #[serde(skip)]
    tenant: Option<TenantId>,
    #[serde(skip)]
    permission: Option<&'static str>,
}

impl Payload for ThingHappened {
    const KIND: &'static str = "thing.happened";
    fn subject(&self) -> String {
        format!("thing {}", self.n)
    }
    fn tenant(&self) -> Option<TenantId> {
        self.tenant
    }
    fn permission(&self) -> Option<String> {
        self.permission.map(str::to_owned)
    }
    fn detail(&self) -> Option<Value> {
        Some(json!({ "inside": self.n }))
    }
}

struct World {
    test: TestApp,
    schema: Schema<Query, EmptyMutation, Subscription>,
}

const SECRET: &str = "service.secret:read";
const EVENTS: &str = "query($first: Int, $after: String) { events(first: $first, after: $after) { nodes { id subject data cursor } pageInfo { hasNextPage endCursor } } }";

impl World {
    async fn start(backend: Backend) -> Self {
        let mut test = TestApp::start(backend).await;
        test.deliver(Vec::new());
        let types = vec![EventType::of::<ThingHappened>()];
        let schema = schema(test.app.clone(), types);
        Self { test, schema }
    }

    /// Announces things in the viewer's tenant and waits until they can be read.
    async fn announce(&self, viewer: &Viewer, permissions: &[Option<&'static str>]) {
        let things = permissions
            .iter()
            .zip(0..)
            .map(|(&permission, n)| ThingHappened {
                n,
                tenant: viewer.tenant,
                permission,
            });
        let things: Vec<_> = things.collect();
        let app = &self.test.app;
        let mut conn = app.db.write().await.expect("a connection");
        record_all(&mut conn, &app.clock, &things)
            .await
            .expect("they are recorded");
        drop(conn);
        testkit::eventually("the events are numbered", async || {
            let mut conn = app.db.read().await.expect("a connection");
            let status = kit::event::Status::read(&mut conn).await.expect("a status");
            (status.waiting == 0).then_some(())
        })
        .await;
    }

    async fn ask(&self, viewer: &Viewer, query: &str, variables: Value) -> Value {
        self.test
            .ask(&self.schema, attach, Some(viewer), query, variables)
            .await
    }

    async fn page(&self, viewer: &Viewer, variables: Value) -> Value {
        let mut answer = self.ask(viewer, EVENTS, variables).await;
        assert!(answer.get("errors").is_none(), "{answer:#}");
        answer["data"]["events"].take()
    }
}

fn subjects(page: &Value) -> Vec<&str> {
    let nodes = page["nodes"].as_array().expect("a list");
    nodes
        .iter()
        .filter_map(|node| node["subject"].as_str())
        .collect()
}

async fn an_event_about_what_a_member_may_not_see_is_not_shown(backend: Backend) {
    let world = World::start(backend).await;
    let owner = world.test.viewer(&["*:*"]);
    let tenant = owner.tenant.expect("a tenant");
    let member = world
        .test
        .viewer_in(tenant, &["event:read", "service.other:read"]);
    world
        .announce(&owner, &[None, Some(SECRET), Some("service.other:read")])
        .await;

    let all = world.page(&owner, json!({})).await;
    assert_eq!(subjects(&all), ["thing 0", "thing 1", "thing 2"]);
    assert_eq!(
        all["nodes"][1]["data"],
        json!({ "n": 1 }),
        "a detail is no reader's"
    );
    let seen = world.page(&member, json!({})).await;
    assert_eq!(subjects(&seen), ["thing 0", "thing 2"]);

    let entities =
        "query($keys: [_Any!]!) { _entities(representations: $keys) { ... on Event { subject } } }";
    let keys: Vec<_> = all["nodes"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|node| json!({ "__typename": "Event", "id": node["id"] }))
        .collect();
    let found = world.ask(&member, entities, json!({ "keys": keys })).await;
    assert_eq!(
        found["data"]["_entities"],
        json!([{ "subject": "thing 0" }, null, { "subject": "thing 2" }])
    );

    let follow = "subscription($after: String) { events(after: $after) { subject } }";
    for (viewer, expected) in [(&owner, "thing 1"), (&member, "thing 2")] {
        let request = Request::new(follow)
            .variables(Variables::from_json(
                json!({ "after": all["nodes"][0]["cursor"] }),
            ))
            .data(viewer.clone());
        let request = attach(request, &world.test.app, Some(viewer));
        let next = Box::pin(world.schema.execute_stream(request)).next().await;
        let data = next.expect("it goes on").data.into_json().expect("JSON");
        assert_eq!(data["events"]["subject"], expected);
    }
}

async fn a_page_is_full_though_much_is_hidden(backend: Backend) {
    let world = World::start(backend).await;
    let owner = world.test.viewer(&["*:*"]);
    let member = world
        .test
        .viewer_in(owner.tenant.expect("a tenant"), &["event:read"]);
    let mut things = vec![Some(SECRET); 150];
    things.extend([None, None, None]);
    world.announce(&owner, &things).await;
    let page = world.page(&member, json!({ "first": 2 })).await;
    assert_eq!(subjects(&page), ["thing 150", "thing 151"]);
    assert_eq!(page["pageInfo"]["hasNextPage"], true);
    let after = &page["pageInfo"]["endCursor"];
    let page = world
        .page(&member, json!({ "first": 2, "after": after }))
        .await;
    assert_eq!(subjects(&page), ["thing 152"]);
}

async fn a_cursor_is_the_tenants_own(backend: Backend) {
    let world = World::start(backend).await;
    let (ada, bob) = (world.test.viewer(&["*:*"]), world.test.viewer(&["*:*"]));
    world.announce(&ada, &[None, None]).await;
    let first = world.page(&ada, json!({ "first": 1 })).await;
    let cursor = &first["nodes"][0]["cursor"];
    assert_eq!(cursor, &first["pageInfo"]["endCursor"]);
    let rest = world.page(&ada, json!({ "after": cursor })).await;
    assert_eq!(subjects(&rest), ["thing 1"]);
    // Neither another tenant's nor a position of the log, `1` in base64.
    for bad in [cursor.clone(), json!("MQ"), json!("")] {
        let answer = world.ask(&bob, EVENTS, json!({ "after": bad })).await;
        assert_eq!(answer["errors"][0]["code"], "BAD_USER_INPUT", "{bad}");
    }
}

async fn a_bad_id_names_no_event(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.test.viewer(&["*:*"]);
    let entities = "{ _entities(representations: [{ __typename: \"Event\", id: \"evt_1\" }]) { ... on Event { subject } } }";
    let answer = world.ask(&ada, entities, json!({})).await;
    assert_eq!(answer, json!({ "data": { "_entities": [null] } }));
}
