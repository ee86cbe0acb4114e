//! Checking services, by hand and in the background, and following their health.

use std::time::Duration;

use chrono::TimeDelta;
use diesel::QueryDsl as _;
use diesel_async::RunQueryDsl as _;
use futures::StreamExt as _;
use insta::assert_snapshot;
use kit::Viewer;
use kit::on;
use serde_json::{Value, json};
use testkit::{Answer, Backend, Outside};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::world::World;
use crate::tables::health_checks;
use crate::{HealthConfig, run};

testkit::on_both![
    several_checks_decide,
    what_a_service_answers_is_not_repeated,
    an_address_that_only_stands_for_the_service_need_not_answer_well,
    only_the_owner_checks,
    a_check_follows_no_sooner_than_a_second,
    the_monitor_sees_a_service_go_down_and_come_back,
    two_monitors_share_the_work,
    a_shutdown_gives_checks_back,
    a_subscriber_gets_the_state_and_then_each_change,
    strangers_follow_nothing,
    old_checks_are_forgotten,
];

pub(super) const CHECK: &str =
    "mutation($id: ID!) { checkServiceHealth(input: { serviceId: $id }) { service {
    health { state seq error lastCheckedAt uptime(window: HOUR) } } } }";
const HEALTH: &str =
    "subscription($id: ID!) { serviceHealth(serviceId: $id) { state seq uptime(window: DAY) } }";

pub(super) fn quick() -> HealthConfig {
    HealthConfig {
        interval_ms: 100,
        timeout_ms: 2_000,
        ..HealthConfig::default()
    }
}

pub(super) async fn watched(world: &World, viewer: &Viewer, outside: &Outside) -> String {
    let input = json!({ "name": "Desk", "version": "1", "baseUrl": outside.url(""), "healthCheck": { "path": "/health" } });
    world.register(viewer, input).await
}

/// Checks, after moving the clock past the pause between checks.
async fn check(world: &World, viewer: &Viewer, service: &str) -> Value {
    world.test.app.clock.advance(TimeDelta::seconds(2));
    let answer = world
        .ask(Some(viewer), CHECK, json!({ "id": service }))
        .await;
    answer["data"]["checkServiceHealth"]["service"]["health"].clone()
}

async fn several_checks_decide(backend: Backend) {
    let world = World::start(backend).await;
    let (ada, outside) = (world.owner(), Outside::start().await);
    let service = watched(&world, &ada, &outside).await;
    let mut seen = Vec::new();
    for status in [200, 503, 503, 503, 200, 200] {
        outside.answer("/health", Answer::status(status));
        let health = check(&world, &ada, &service).await;
        seen.push(format!(
            "{status}: {} seq {} error {} uptime {:.2}",
            health["state"],
            health["seq"],
            health["error"],
            health["uptime"].as_f64().expect("checks were made")
        ));
    }
    assert_snapshot!(seen.join("\n"), @r#"
    200: "UP" seq 1 error null uptime 1.00
    503: "UP" seq 1 error "answered with status 503" uptime 0.50
    503: "UP" seq 1 error "answered with status 503" uptime 0.33
    503: "DOWN" seq 2 error "answered with status 503" uptime 0.25
    200: "DOWN" seq 2 error null uptime 0.40
    200: "UP" seq 3 error null uptime 0.50
    "#);
    let changes = world.test.recorded("service.health_changed").await;
    let steps: Vec<_> = changes
        .iter()
        .map(|change| format!("{} {} → {}", change["seq"], change["from"], change["to"]))
        .collect();
    assert_eq!(
        steps,
        [
            r#"1 "UNKNOWN" → "UP""#,
            r#"2 "UP" → "DOWN""#,
            r#"3 "DOWN" → "UP""#
        ]
    );
    assert_eq!(changes[0]["service_slug"], "desk");
}

async fn what_a_service_answers_is_not_repeated(backend: Backend) {
    let config = HealthConfig {
        timeout_ms: 100,
        slow_ms: 0,
        ..HealthConfig::default()
    };
    let world = World::with(backend, config).await;
    let (ada, mut outside) = (world.owner(), Outside::start().await);
    let service = watched(&world, &ada, &outside).await;
    let mut errors = Vec::new();
    for answer in [
        Answer::text("secret").with_status(500),
        Answer::text("secret"),
        Answer::never(),
    ] {
        outside.answer("/health", answer);
        errors.push(check(&world, &ada, &service).await["error"].clone());
    }
    outside.stop().await;
    errors.push(check(&world, &ada, &service).await["error"].clone());
    assert_eq!(
        errors,
        [
            "answered with status 500",
            "answered slowly",
            "timed out",
            "no connection"
        ]
    );
}

async fn an_address_that_only_stands_for_the_service_need_not_answer_well(backend: Backend) {
    let world = World::start(backend).await;
    let (ada, outside) = (world.owner(), Outside::start().await);
    outside.answer("/v1", Answer::status(401));
    let input = json!({ "name": "Desk", "version": "1", "baseUrl": outside.url("/v1/") });
    let service = world.register(&ada, input).await;
    assert_eq!(check(&world, &ada, &service).await["state"], "UP");
}

async fn only_the_owner_checks(backend: Backend) {
    let world = World::start(backend).await;
    let (ada, outside) = (world.owner(), Outside::start().await);
    let service = watched(&world, &ada, &outside).await;
    assert_snapshot!(world.run(&world.owner(), CHECK, json!({ "id": service })).await, @r"
    null
    NOT_FOUND at checkServiceHealth: service [svc] does not exist
    ");
    let reader = world
        .test
        .viewer_in(ada.tenant.expect("a tenant"), &["service.*:read"]);
    assert_snapshot!(world.run(&reader, CHECK, json!({ "id": service })).await, @r"
    null
    FORBIDDEN at checkServiceHealth: this needs the permission `service:manage`, which none of your roles grants
    ");
    assert!(outside.requests().is_empty());
}

async fn a_check_follows_no_sooner_than_a_second(backend: Backend) {
    let world = World::start(backend).await;
    let (ada, outside) = (world.owner(), Outside::start().await);
    let service = watched(&world, &ada, &outside).await;
    check(&world, &ada, &service).await;
    world.ask(Some(&ada), CHECK, json!({ "id": service })).await;
    assert_eq!(outside.requests().len(), 1);
}

/// Waits until this many changes of health are recorded, and returns their states.
pub(super) async fn changes(world: &World, count: usize) -> Vec<Value> {
    let mut waited = tokio::time::interval(Duration::from_millis(20));
    let waiting = async {
        loop {
            waited.tick().await;
            let changes = world.test.recorded("service.health_changed").await;
            if changes.len() >= count {
                return changes.iter().map(|change| change["to"].clone()).collect();
            }
        }
    };
    timeout(Duration::from_secs(20), waiting)
        .await
        .expect("the health changes in time")
}

async fn the_monitor_sees_a_service_go_down_and_come_back(backend: Backend) {
    let world = World::with(backend, quick()).await;
    let (ada, mut outside) = (world.owner(), Outside::start().await);
    let shutdown = CancellationToken::new();
    let monitor = tokio::spawn(run(world.test.app.clone(), quick(), shutdown.clone()));
    watched(&world, &ada, &outside).await;
    assert_eq!(changes(&world, 1).await, ["UP"]);
    outside.stop().await;
    assert_eq!(changes(&world, 2).await, ["UP", "DOWN"]);
    outside.resume().await;
    assert_eq!(changes(&world, 3).await, ["UP", "DOWN", "UP"]);
    shutdown.cancel();
    timeout(Duration::from_secs(5), monitor)
        .await
        .expect("it ends")
        .expect("it does not panic");
}

async fn two_monitors_share_the_work(backend: Backend) {
    let world = World::with(backend, quick()).await;
    let (ada, outside) = (world.owner(), Outside::start().await);
    for slug in ["a", "b", "c", "d"] {
        let path = format!("/{slug}");
        let input = json!({ "name": slug, "version": "1", "baseUrl": outside.url(""), "healthCheck": { "path": path } });
        world.register(&ada, input).await;
    }
    let shutdown = CancellationToken::new();
    let monitor = || tokio::spawn(run(world.test.app.clone(), quick(), shutdown.clone()));
    let monitors = [monitor(), monitor(), monitor()];
    outside.wait_for("/d", 5).await;
    shutdown.cancel();
    for monitor in monitors {
        monitor.await.expect("it does not panic");
    }
    // A check that two had made would have been written by one of them only.
    let mut conn = world.test.app.db.read().await.expect("a connection");
    let kept: i64 = on!(&mut conn, |c| health_checks::table
        .count()
        .get_result(c)
        .await)
    .expect("checks are counted");
    let asked = outside.requests().len();
    let interrupted = asked - usize::try_from(kept).expect("a count");
    assert!(interrupted <= 4, "{asked} requests and {kept} checks");
}

async fn a_shutdown_gives_checks_back(backend: Backend) {
    let world = World::with(backend, quick()).await;
    let (ada, outside) = (world.owner(), Outside::start().await);
    outside.answer("/health", Answer::never());
    watched(&world, &ada, &outside).await;
    let shutdown = CancellationToken::new();
    let config = HealthConfig {
        timeout_ms: 60_000,
        ..quick()
    };
    let monitor = tokio::spawn(run(world.test.app.clone(), config, shutdown.clone()));
    outside.wait_for("/health", 1).await;
    shutdown.cancel();
    timeout(Duration::from_secs(5), monitor)
        .await
        .expect("it does not wait for the answer")
        .expect("it does not panic");

    outside.answer("/health", Answer::status(200));
    let shutdown = CancellationToken::new();
    tokio::spawn(run(world.test.app.clone(), quick(), shutdown.clone()));
    assert_eq!(changes(&world, 1).await, ["UP"]);
    shutdown.cancel();
}

async fn a_subscriber_gets_the_state_and_then_each_change(backend: Backend) {
    let mut world = World::start(backend).await;
    world.test.deliver(Vec::new());
    let (ada, outside) = (world.owner(), Outside::start().await);
    let service = watched(&world, &ada, &outside).await;
    let mut health = std::pin::pin!(world.follow(&ada, HEALTH, json!({ "id": service })));
    let mut seen = vec![health.next().await];
    check(&world, &ada, &service).await;
    seen.push(health.next().await);
    outside.answer("/health", Answer::status(500));
    for _ in 0..3 {
        check(&world, &ada, &service).await;
    }
    seen.push(health.next().await);
    let seen: Vec<_> = seen.into_iter().flatten().collect();
    assert_snapshot!(seen.join("\n"), @r#"
    {"serviceHealth":{"seq":0,"state":"UNKNOWN","uptime":null}}
    {"serviceHealth":{"seq":1,"state":"UP","uptime":1.0}}
    {"serviceHealth":{"seq":2,"state":"DOWN","uptime":0.25}}
    "#);
}

async fn strangers_follow_nothing(backend: Backend) {
    let world = World::start(backend).await;
    let (ada, outside) = (world.owner(), Outside::start().await);
    let service = watched(&world, &ada, &outside).await;
    let stranger = world.owner();
    let all: Vec<_> = world
        .follow(&stranger, HEALTH, json!({ "id": service }))
        .collect()
        .await;
    assert_eq!(all, [format!("nullservice {service} does not exist")]);
}

async fn old_checks_are_forgotten(backend: Backend) {
    let world = World::start(backend).await;
    let (ada, outside) = (world.owner(), Outside::start().await);
    let service = watched(&world, &ada, &outside).await;
    outside.answer("/health", Answer::status(500));
    check(&world, &ada, &service).await;
    world.test.app.clock.advance(TimeDelta::hours(25));
    outside.answer("/health", Answer::status(200));
    assert_eq!(check(&world, &ada, &service).await["uptime"], 1.0);

    let count = async || {
        let mut conn = world.test.app.db.read().await.expect("a connection");
        on!(&mut conn, |c| health_checks::table
            .count()
            .get_result::<i64>(c)
            .await)
        .expect("checks are counted")
    };
    assert_eq!(count().await, 2);
    let shutdown = CancellationToken::new();
    let monitor = tokio::spawn(run(
        world.test.app.clone(),
        HealthConfig::default(),
        shutdown.clone(),
    ));
    let mut waited = tokio::time::interval(Duration::from_millis(10));
    let pruned = async {
        while count().await != 1 {
            waited.tick().await;
        }
    };
    timeout(Duration::from_secs(10), pruned)
        .await
        .expect("it is forgotten in time");
    shutdown.cancel();
    monitor.await.expect("it does not panic");
}
