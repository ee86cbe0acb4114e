//! Who sees which notification.

use async_graphql::Request;
use chrono::TimeDelta;
use futures::StreamExt as _;
use kit::Viewer;
use kit::id::{ServiceId, UserId};
use serde_json::{Value, json};
use testkit::Backend;

use super::world::{World, titles, with};

testkit::on_both![
    a_notification_needs_the_permission_of_its_service,
    notifications_come_in_pages_newest_first,
    a_notification_is_found_in_its_tenant_only,
    notifications_are_shown_to_their_user_only,
    old_notifications_are_forgotten,
    a_subscriber_hears_at_once_what_they_may_see,
    a_bad_id_is_refused_after_whoever_is_signed_out,
];

const ONE: &str = "query($id: ID!) { notification(id: $id) { title }
    _entities(representations: [{ __typename: \"Notification\", id: $id }]) { ... on Notification { title } } }";

/// A viewer whose tenant heard that these services went down, one after the other.
async fn told(world: &World, slugs: &[&str]) -> Viewer {
    let ada = world.member(&["*:*"]).await;
    for slug in slugs {
        let service = ServiceId::new();
        world.subscribe(&ada, service).await;
        world.turn(service, slug, "UP", "DOWN").await;
    }
    world.created(slugs.len()).await;
    ada
}

async fn a_notification_needs_the_permission_of_its_service(backend: Backend) {
    let world = World::start(backend).await;
    let ada = told(&world, &["billing", "mail", "bill"]).await;
    for (grants, expected) in [
        (
            &["service.*:read"][..],
            &["bill is down", "mail is down", "billing is down"][..],
        ),
        (&["service.billing:read"], &["billing is down"]),
        (
            &["service.*:read", "!service.mail:read"],
            &["bill is down", "billing is down"],
        ),
        (&["service.*:write"], &[]),
    ] {
        let viewer = with(&ada, grants);
        let page = world.list(&viewer, json!({})).await;
        assert_eq!(titles(&page), expected, "{grants:?}");
        assert_eq!(page["totalCount"], expected.len(), "{grants:?}");
    }
}

async fn notifications_come_in_pages_newest_first(backend: Backend) {
    let world = World::start(backend).await;
    let ada = told(&world, &["a", "b", "c", "d"]).await;
    let first = world.list(&ada, json!({ "first": 2 })).await;
    assert_eq!(titles(&first), ["d is down", "c is down"]);
    assert_eq!(first["pageInfo"]["hasNextPage"], true);
    let next = world
        .list(
            &ada,
            json!({ "first": 2, "after": first["pageInfo"]["endCursor"] }),
        )
        .await;
    assert_eq!(titles(&next), ["b is down", "a is down"]);
    assert_eq!(next["pageInfo"]["hasNextPage"], false);
    assert_eq!(next["pageInfo"]["hasPreviousPage"], true);
    let last = world.list(&ada, json!({ "last": 1 })).await;
    assert_eq!(titles(&last), ["a is down"]);
    assert_eq!(last["pageInfo"]["hasPreviousPage"], true);
    let before = world
        .list(
            &ada,
            json!({ "last": 1, "before": next["pageInfo"]["startCursor"] }),
        )
        .await;
    assert_eq!(titles(&before), ["c is down"]);
}

async fn a_notification_is_found_in_its_tenant_only(backend: Backend) {
    let world = World::start(backend).await;
    let ada = told(&world, &["billing"]).await;
    let stranger = world.member(&["*:*"]).await;
    let page = world.list(&ada, json!({})).await;
    let id = json!({ "id": page["nodes"][0]["id"] });
    let found = json!({ "title": "billing is down" });
    let seen = world.ask(Some(&ada), ONE, id.clone()).await;
    assert_eq!(seen["data"]["notification"], found);
    assert_eq!(seen["data"]["_entities"], json!([found]));
    for viewer in [&stranger, &with(&ada, &["service.mail:read"])] {
        let unseen = world.ask(Some(viewer), ONE, id.clone()).await;
        assert_eq!(unseen["data"]["notification"], Value::Null);
        assert_eq!(unseen["data"]["_entities"], json!([null]));
    }
}

async fn notifications_are_shown_to_their_user_only(backend: Backend) {
    let world = World::start(backend).await;
    let ada = told(&world, &["billing"]).await;
    let query =
        "query($id: ID!) { _entities(representations: [{ __typename: \"User\", id: $id }]) {
        ... on User { notifications { totalCount } } } }";
    let other = json!({ "id": UserId::new() });
    let answer = world.ask(Some(&ada), query, other.clone()).await;
    assert_eq!(
        answer["data"],
        json!({ "_entities": [{ "notifications": null }] })
    );
    assert_eq!(answer["errors"][0]["code"], "FORBIDDEN");
    let answer = world.ask(None, query, other).await;
    assert_eq!(answer["errors"][0]["code"], "UNAUTHENTICATED");
    let nowhere = Viewer {
        tenant: None,
        ..ada
    };
    assert_eq!(world.titles(&nowhere).await, Vec::<String>::new());
}

async fn old_notifications_are_forgotten(backend: Backend) {
    let world = World::start(backend).await;
    let ada = told(&world, &["old"]).await;
    world.app().clock.advance(TimeDelta::days(91));
    let service = ServiceId::new();
    world.subscribe(&ada, service).await;
    world.turn(service, "new", "UP", "DOWN").await;
    world.created(2).await;
    assert_eq!(world.titles(&ada).await, ["new is down"]);
}

async fn a_subscriber_hears_at_once_what_they_may_see(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.member(&["service.billing:read"]).await;
    let stranger = world.member(&["*:*"]).await;
    let (billing, mail) = (ServiceId::new(), ServiceId::new());
    for service in [billing, mail] {
        world.subscribe(&ada, service).await;
    }
    world.subscribe(&stranger, mail).await;

    let request = Request::new("subscription { notificationReceived { title service { id } } }");
    let request = crate::attach(request, world.app(), Some(&ada)).data(ada.clone());
    let mut received = world.schema.execute_stream(request);
    let next = async {
        let answer = received
            .next()
            .await
            .expect("a subscription does not end by itself");
        answer.data.into_json().expect("an answer is JSON")
    };
    // The first outages may come before the subscription has begun.
    let outages = async {
        for round in 1.. {
            world.turn(mail, "mail", "UP", "DOWN").await;
            world.turn(billing, "billing", "UP", "DOWN").await;
            world.created(3 * round).await;
        }
    };
    let heard = tokio::select! {
        heard = next => heard,
        () = outages => unreachable!("there is always another outage"),
    };
    let expected = json!({ "title": "billing is down", "service": { "id": billing } });
    assert_eq!(heard, json!({ "notificationReceived": expected }));

    let nobody = Request::new("subscription { notificationReceived { title } }");
    let refused = world
        .schema
        .execute_stream(nobody)
        .next()
        .await
        .expect("it is refused");
    assert!(refused.errors[0].message.contains("sign in"), "{refused:?}");
}

async fn a_bad_id_is_refused_after_whoever_is_signed_out(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.test.viewer(&["*:*"]);
    for query in [r#"{ notification(id: "x") { id } }"#] {
        let answer = world.ask(Some(&ada), query, json!({})).await;
        assert_eq!(answer["errors"][0]["code"], "BAD_USER_INPUT", "{query}");
        let answer = world.ask(None, query, json!({})).await;
        assert_eq!(answer["errors"][0]["code"], "UNAUTHENTICATED", "{query}");
    }
}
