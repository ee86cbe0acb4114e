use chrono::TimeDelta;
use kit::Viewer;
use kit::db::Json;
use kit::id::FormId;
use serde_json::{Value, json};
use testkit::Backend;

use super::world::{NewEndpoint, WRITE, World, order, order_data};
use crate::catalog::Catalog;
use crate::delivery::{self, recover};
use crate::seal;
use crate::store::submissions::{self, Outcome};
use crate::store::{Delivery, Failure, State, Submission, deliveries, forms};

testkit::on_both![
    what_was_received_before_a_crash_is_delivered,
    a_request_that_may_have_been_sent_is_sent_again_only_if_that_is_harmless,
    an_outcome_that_was_not_announced_is_announced_once,
    a_note_without_a_submission_is_forgotten_after_a_minute,
    a_delivery_that_is_being_worked_on_is_left_alone,
    many_workers_deliver_once,
    a_form_that_changed_is_not_delivered,
];

/// What a crash left: a note, and a submission in some state.
struct Left {
    world: World,
    owner: Viewer,
    delivery: Delivery,
}

impl Left {
    async fn behind(backend: Backend, endpoint: NewEndpoint, state: State, data: Value) -> Self {
        let world = World::start(backend).await;
        let owner = world.member(&[WRITE]).await;
        let form = world.announce_endpoint(&owner, endpoint).await;
        world
            .app()
            .events
            .caught_up(&world.app().db, crate::projection::HANDLER)
            .await
            .unwrap();
        let delivery = delivery::begin(world.app(), owner.tenant.unwrap(), form);
        let mut conn = world.app().db.write().await.unwrap();
        let version = forms::find(&mut conn, form).await.unwrap().unwrap().version;
        deliveries::insert(&mut conn, &delivery).await.unwrap();
        drop(conn);
        let submission = submission(&world, &owner, &delivery, form, version, state, data);
        let mut conn = world
            .app()
            .tenant_dbs
            .write(delivery.tenant_id)
            .await
            .unwrap();
        submissions::insert(&mut conn, &submission).await.unwrap();
        drop(conn);
        Self {
            world,
            owner,
            delivery,
        }
    }

    /// Lets the lease expire and looks after what is left.
    async fn recover(&self) {
        self.world.app().clock.advance(TimeDelta::seconds(19));
        recover(self.world.app(), &Catalog::default())
            .await
            .unwrap();
    }

    async fn submission(&self) -> Submission {
        let mut conn = self
            .world
            .app()
            .tenant_dbs
            .read(self.owner.tenant.unwrap())
            .await
            .unwrap();
        submissions::find(&mut conn, self.delivery.id)
            .await
            .unwrap()
            .unwrap()
    }

    async fn notes(&self) -> usize {
        let app = self.world.app();
        let mut conn = app.db.read().await.unwrap();
        let later = app.clock.now_utc() + TimeDelta::days(1);
        deliveries::expired(&mut conn, later, 100)
            .await
            .unwrap()
            .len()
    }

    async fn announced(&self) -> Vec<Value> {
        self.world
            .test
            .recorded("form.delivered")
            .await
            .iter()
            .map(|event| event["state"].clone())
            .collect()
    }
}

fn submission(
    world: &World,
    owner: &Viewer,
    delivery: &Delivery,
    form: FormId,
    form_version: String,
    state: State,
    data: Value,
) -> Submission {
    let key = &world.app().key;
    Submission {
        id: delivery.id,
        form_id: form,
        form_version,
        submitted_by: owner.user,
        idempotency_key: None,
        request_hash: seal::hash(key, delivery.id, &data),
        secret_data: Some(seal::data(key, delivery.id, &data)),
        data: Json(json!({})),
        state,
        response_status: None,
        latency_ms: None,
        response_body: None,
        failure: None,
        submitted_at: delivery.created_at,
        completed_at: None,
    }
}

fn put() -> NewEndpoint {
    NewEndpoint {
        method: "PUT",
        ..order()
    }
}

async fn what_was_received_before_a_crash_is_delivered(backend: Backend) {
    let left = Left::behind(backend, order(), State::Received, order_data()).await;
    left.recover().await;
    let submission = left.submission().await;
    assert_eq!(
        (submission.state, submission.response_status),
        (State::Succeeded, Some(200))
    );
    assert_eq!(submission.secret_data, None);
    let requests = left.world.outside.requests();
    assert_eq!(
        (requests.len(), requests[0].json()),
        (1, order_data()["body"].clone())
    );
    assert_eq!(
        (left.notes().await, left.announced().await),
        (0, vec![json!("SUCCEEDED")])
    );
    left.recover().await;
    assert_eq!(left.world.outside.requests().len(), 1);
}

async fn a_request_that_may_have_been_sent_is_sent_again_only_if_that_is_harmless(
    backend: Backend,
) {
    let posted = Left::behind(backend, order(), State::Forwarding, order_data()).await;
    posted.recover().await;
    let submission = posted.submission().await;
    assert_eq!(
        (submission.state, submission.failure),
        (State::Failed, Some(Failure::DeliveryInterrupted))
    );
    assert_eq!(submission.secret_data, None);
    assert!(posted.world.outside.requests().is_empty());
    assert_eq!(
        (posted.notes().await, posted.announced().await),
        (0, vec![json!("FAILED")])
    );

    let put = Left::behind(backend, put(), State::Forwarding, order_data()).await;
    put.recover().await;
    assert_eq!(put.submission().await.state, State::Succeeded);
    let requests = put.world.outside.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(
        requests[0].headers["idempotency-key"],
        put.delivery.id.to_string()
    );
}

async fn an_outcome_that_was_not_announced_is_announced_once(backend: Backend) {
    let left = Left::behind(backend, order(), State::Forwarding, order_data()).await;
    let outcome = Outcome::failed(Failure::Timeout, left.world.app().clock.now_utc());
    let mut conn = left
        .world
        .app()
        .tenant_dbs
        .write(left.delivery.tenant_id)
        .await
        .unwrap();
    submissions::complete(&mut conn, left.delivery.id, &outcome)
        .await
        .unwrap();
    drop(conn);
    left.recover().await;
    left.recover().await;
    assert_eq!(
        (left.notes().await, left.announced().await),
        (0, vec![json!("FAILED")])
    );
    assert_eq!(left.submission().await.failure, Some(Failure::Timeout));
    assert!(left.world.outside.requests().is_empty());
}

async fn a_note_without_a_submission_is_forgotten_after_a_minute(backend: Backend) {
    let left = Left::behind(backend, order(), State::Received, order_data()).await;
    left.recover().await;
    let orphan = delivery::begin(
        left.world.app(),
        left.delivery.tenant_id,
        left.delivery.form_id,
    );
    let mut conn = left.world.app().db.write().await.unwrap();
    deliveries::insert(&mut conn, &orphan).await.unwrap();
    drop(conn);
    left.recover().await;
    assert_eq!(
        left.notes().await,
        1,
        "its submission may still be on the way"
    );
    left.world.app().clock.advance(TimeDelta::seconds(60));
    left.recover().await;
    assert_eq!(left.notes().await, 0);
}

async fn a_delivery_that_is_being_worked_on_is_left_alone(backend: Backend) {
    let left = Left::behind(backend, order(), State::Received, order_data()).await;
    recover(left.world.app(), &Catalog::default())
        .await
        .unwrap();
    assert_eq!(
        (left.submission().await.state, left.notes().await),
        (State::Received, 1)
    );
}

async fn many_workers_deliver_once(backend: Backend) {
    let left = Left::behind(backend, order(), State::Received, order_data()).await;
    left.world.app().clock.advance(TimeDelta::seconds(19));
    let catalog = Catalog::default();
    let workers = (0..6).map(|_| recover(left.world.app(), &catalog));
    for worked in futures::future::join_all(workers).await {
        worked.unwrap();
    }
    assert_eq!(left.world.outside.requests().len(), 1);
    assert_eq!(
        (left.submission().await.state, left.announced().await),
        (State::Succeeded, vec![json!("SUCCEEDED")])
    );
}

async fn a_form_that_changed_is_not_delivered(backend: Backend) {
    let left = Left::behind(backend, order(), State::Received, order_data()).await;
    let mut conn = left.world.app().db.write().await.unwrap();
    let mut form = forms::find(&mut conn, left.delivery.form_id)
        .await
        .unwrap()
        .unwrap();
    form.version = "another".to_owned();
    forms::remember(&mut conn, &form).await.unwrap();
    drop(conn);
    left.recover().await;
    assert_eq!(left.submission().await.failure, Some(Failure::FormChanged));
    assert!(left.world.outside.requests().is_empty());
}
