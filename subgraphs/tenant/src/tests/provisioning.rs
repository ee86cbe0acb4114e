//! What is left of a tenant after a crash or a failure, and how it is finished.

use chrono::TimeDelta;
use insta::assert_snapshot;
use kit::Viewer;
use kit::id::TenantId;
use serde_json::json;
use testkit::{Backend, run};

use super::world::World;
use crate::provisioning::{ATTEMPTS, CLAIM, reconcile};
use crate::store::provisioning as store;
use crate::tenant::request;

testkit::on_both![
    what_a_crash_left_is_finished_once,
    a_worker_who_lost_the_claim_changes_nothing,
    nobody_enters_a_tenant_that_is_not_ready,
];

const STATE: &str = "query($id: ID!) { tenant(id: $id) { state } }";
const RETRY: &str = "mutation($id: ID!) { retryTenantProvisioning(input: { tenantId: $id }) {
    tenant { state } } }";

/// A tenant that was asked for by a process that died before its first attempt.
async fn left_behind(world: &World, viewer: &Viewer) -> TenantId {
    let (name, slug) = ("Acme".to_owned(), "acme".to_owned());
    request(world.app(), viewer.user, 20, name, slug)
        .await
        .unwrap()
        .id
}

async fn state(world: &World, viewer: &Viewer, id: TenantId) -> String {
    world.run(Some(viewer), STATE, json!({ "id": id })).await
}

async fn what_a_crash_left_is_finished_once(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.somebody();
    let id = left_behind(&world, &ada).await;
    reconcile(world.app()).await.unwrap();
    assert_snapshot!(state(&world, &ada, id).await, @r#"{"tenant":{"state":"REQUESTED"}}"#);

    world.app().clock.advance(CLAIM);
    let (one, two) = tokio::join!(reconcile(world.app()), reconcile(world.app()));
    one.and(two).unwrap();
    assert_snapshot!(state(&world, &ada, id).await, @r#"{"tenant":{"state":"ACTIVE"}}"#);
    world
        .app()
        .tenant_dbs
        .write(id)
        .await
        .expect("the tenant has a database");
    assert_eq!(world.recorded("tenant.created").await, 1);
}

async fn a_worker_who_lost_the_claim_changes_nothing(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.somebody();
    let due = request(
        world.app(),
        ada.user,
        20,
        "Acme".to_owned(),
        "acme".to_owned(),
    )
    .await
    .unwrap();
    let until = world.app().clock.now_utc();
    let mut conn = world.app().db.write().await.unwrap();
    let lost = store::claim(&mut conn, due, until)
        .await
        .unwrap()
        .expect("it is free");
    assert_eq!(store::claim(&mut conn, due, until).await.unwrap(), None);
    drop(conn);

    reconcile(world.app()).await.unwrap();
    let mut conn = world.app().db.write().await.unwrap();
    let failed = crate::store::State::Failed;
    assert!(!store::settle(&mut conn, lost, failed, None).await.unwrap());
    drop(conn);
    assert_eq!(
        state(&world, &ada, due.id).await,
        r#"{"tenant":{"state":"ACTIVE"}}"#
    );
}

async fn nobody_enters_a_tenant_that_is_not_ready(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.somebody();
    let id = left_behind(&world, &ada).await;
    let mut conn = world.app().db.read().await.unwrap();
    assert_eq!(
        crate::roles_of(&mut conn, id, ada.user).await.unwrap(),
        None
    );
    drop(conn);
    world.app().clock.advance(CLAIM);
    reconcile(world.app()).await.unwrap();
    let mut conn = world.app().db.read().await.unwrap();
    let roles = crate::roles_of(&mut conn, id, ada.user).await.unwrap();
    assert_eq!(roles, Some(vec![kit::role::OWNER.id]));
}

/// A file where the directory should be fails on SQLite only.
#[test]
fn what_fails_is_tried_again_then_given_up_then_retried_by_hand() {
    run(async {
        let world = World::start(Backend::Sqlite).await;
        let obstacle = world.test.database.dir().join("tenants");
        std::fs::write(&obstacle, "").unwrap();
        let ada = world.somebody();
        let created = world.create(&ada, json!({ "name": "Acme" })).await;
        assert_snapshot!(created, @r#"{"createTenant":{"tenant":{"id":"[ten]","name":"Acme","slug":"acme","state":"PROVISIONING"}}}"#);

        let found = world
            .ask(
                Some(&ada),
                "{ tenantBySlug(slug: \"acme\") { id } }",
                json!({}),
            )
            .await;
        let id: TenantId = found["data"]["tenantBySlug"]["id"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap();
        for _ in 1..ATTEMPTS {
            world.app().clock.advance(TimeDelta::minutes(1));
            reconcile(world.app()).await.unwrap();
        }
        assert_snapshot!(state(&world, &ada, id).await, @r#"{"tenant":{"state":"FAILED"}}"#);
        assert_eq!(world.recorded("tenant.created").await, 0);

        let retry = json!({ "id": id });
        let eve = world.somebody();
        assert_snapshot!(world.run(Some(&eve), RETRY, retry.clone()).await, @r"
        null
        NOT_FOUND at retryTenantProvisioning: tenant [ten] does not exist
        ");
        std::fs::remove_file(&obstacle).unwrap();
        assert_snapshot!(world.run(Some(&ada), RETRY, retry.clone()).await, @r#"{"retryTenantProvisioning":{"tenant":{"state":"ACTIVE"}}}"#);
        assert_snapshot!(world.run(Some(&ada), RETRY, retry).await, @r"
        null
        CONFLICT at retryTenantProvisioning: tenant [ten] is ACTIVE; only a FAILED one can be provisioned again
        ");
        assert_eq!(world.recorded("tenant.created").await, 1);
    });
}

/// The process died in its last attempt, so nobody wrote down how it ended.
#[test]
fn a_last_attempt_without_an_end_is_a_failure() {
    run(async {
        let world = World::start(Backend::Sqlite).await;
        let ada = world.somebody();
        let mut due = request(
            world.app(),
            ada.user,
            20,
            "Acme".to_owned(),
            "acme".to_owned(),
        )
        .await
        .unwrap();
        for _ in 0..ATTEMPTS {
            let until = world.app().clock.now_utc();
            let mut conn = world.app().db.write().await.unwrap();
            let claim = store::claim(&mut conn, due, until).await.unwrap().unwrap();
            due = store::Due {
                id: due.id,
                attempt: claim.attempt,
                attempts_left: claim.attempts_left,
            };
        }
        reconcile(world.app()).await.unwrap();
        assert_eq!(
            state(&world, &ada, due.id).await,
            r#"{"tenant":{"state":"FAILED"}}"#
        );
    });
}
