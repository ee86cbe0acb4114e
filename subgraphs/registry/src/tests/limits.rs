//! What one tenant can take up, and that it keeps no other waiting.

use diesel::ExpressionMethods as _;
use diesel_async::RunQueryDsl as _;
use futures::future::join_all;
use insta::assert_snapshot;
use kit::on;
use kit::outbound::{Outbound, OutboundConfig};
use serde_json::{Value, json};
use testkit::{Answer, Backend, Outside, TestApp, eventually};
use tokio_util::sync::CancellationToken;

use super::health::{CHECK, changes, quick, watched};
use super::world::{IMPORT, REGISTER, World};
use crate::tables::registry_usage;
use crate::{HealthConfig, run};

testkit::on_both![
    a_tenant_whose_services_never_answer_keeps_nobody_waiting,
    a_tenant_has_only_so_many_checks_by_hand_under_way,
    a_tenant_has_only_so_many_services,
    a_tenant_that_waits_for_a_slow_host_keeps_nobody_waiting,
    a_tenant_has_only_so_many_bytes_of_schema,
    a_blocked_name_is_answered_like_one_that_does_not_exist,
];

const PETS: &str = include_str!("../openapi/tests/pets.yaml");

fn desk(number: usize) -> Value {
    json!({ "name": format!("Desk {number}"), "version": "1.0", "baseUrl": "http://127.0.0.1:9000" })
}

async fn a_tenant_whose_services_never_answer_keeps_nobody_waiting(backend: Backend) {
    let config = HealthConfig {
        timeout_ms: 60_000,
        concurrency: 8,
        ..quick()
    };
    let world = World::with(backend, config.clone()).await;
    let (eve, ada) = (world.owner(), world.owner());
    let (tarpit, outside) = (Outside::start().await, Outside::start().await);
    for n in 0..20 {
        let path = format!("/{n}");
        tarpit.answer(&path, Answer::never());
        let input = json!({ "name": format!("Pit {n}"), "version": "1", "baseUrl": tarpit.url(""), "healthCheck": { "path": path } });
        world.register(&eve, input).await;
    }
    // On the same host as those that never answer, of a tenant with all of its turns left.
    let input = json!({ "name": "Bystander", "version": "1", "baseUrl": tarpit.url(""), "healthCheck": { "path": "/0" } });
    world.register(&ada, input).await;
    let shutdown = CancellationToken::new();
    let monitor = tokio::spawn(run(world.test.app.clone(), config, shutdown.clone()));
    eventually("the tarpit is asked", async || {
        (tarpit.requests().len() == 4).then_some(())
    })
    .await;
    watched(&world, &ada, &outside).await;
    assert_eq!(changes(&world, 1).await, ["UP"]);
    outside.wait_for("/health", 10).await;
    assert_eq!(tarpit.requests().len(), 4);
    shutdown.cancel();
    monitor.await.expect("it does not panic");
}

async fn a_tenant_has_only_so_many_checks_by_hand_under_way(backend: Backend) {
    let world = World::start(backend).await;
    let (ada, outside) = (world.owner(), Outside::start().await);
    outside.answer("/health", Answer::never());
    let mut services = Vec::new();
    for n in 0..5 {
        let input = json!({ "name": format!("Desk {n}"), "version": "1", "baseUrl": outside.url(""), "healthCheck": { "path": "/health" } });
        services.push(world.register(&ada, input).await);
    }
    let checking = services[..4]
        .iter()
        .map(|service| world.ask(Some(&ada), CHECK, json!({ "id": service })));
    let one_more = async {
        outside.wait_for("/health", 4).await;
        world
            .ask(Some(&ada), CHECK, json!({ "id": services[4] }))
            .await
    };
    tokio::select! {
        _ = join_all(checking) => panic!("the service answered"),
        refused = one_more => assert_eq!(refused["errors"][0]["code"], "REQUEST_RATE_LIMITED"),
    }
}

async fn a_tenant_has_only_so_many_services(backend: Backend) {
    let config = HealthConfig {
        services_max: 3,
        ..HealthConfig::default()
    };
    let world = World::with(backend, config).await;
    let (ada, bob) = (world.owner(), world.owner());
    let tries = (0..6).map(|n| {
        let input = desk(n);
        world.ask(Some(&ada), REGISTER, json!({ "input": input }))
    });
    let answers = join_all(tries).await;
    let refused: Vec<_> = answers
        .iter()
        .filter_map(|answer| answer["errors"][0]["code"].as_str())
        .collect();
    assert_eq!(refused, ["QUOTA_EXCEEDED"; 3], "{answers:#?}");
    let document = json!({ "text": PETS });
    assert_snapshot!(world.run(&ada, IMPORT, json!({ "input": document })).await, @r"
    null
    QUOTA_EXCEEDED at importOpenApi: a tenant can have at most 3 services
    ");
    world.register(&bob, desk(0)).await;
}

async fn a_tenant_that_waits_for_a_slow_host_keeps_nobody_waiting(backend: Backend) {
    let world = World::start(backend).await;
    let (eve, ada, outside) = (world.owner(), world.owner(), Outside::start().await);
    outside.answer("/never", Answer::never());
    outside.answer("/pets", Answer::text(PETS));
    let slow = json!({ "input": { "url": outside.url("/never") } });
    let waiting = (0..6).map(|_| world.ask(Some(&eve), IMPORT, slow.clone()));
    let others = async {
        outside.wait_for("/never", 2).await;
        let one_more = world.ask(Some(&eve), IMPORT, slow.clone()).await;
        let quick = json!({ "input": { "url": outside.url("/pets") } });
        (one_more, world.ask(Some(&ada), IMPORT, quick).await)
    };
    tokio::select! {
        answers = join_all(waiting) => panic!("{answers:#?}"),
        (one_more, quick) = others => {
            assert_eq!(one_more["errors"][0]["code"], "REQUEST_RATE_LIMITED");
            assert_eq!(quick["data"]["importOpenApi"]["endpointCount"], 5, "{quick:#}");
        }
    }
    assert_eq!(outside.requests().len(), 3);
}

async fn a_tenant_has_only_so_many_bytes_of_schema(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner();
    world
        .ask(Some(&ada), IMPORT, json!({ "input": { "text": PETS } }))
        .await;
    let almost = diesel::update(registry_usage::table)
        .set(registry_usage::schema_bytes.eq(256 * 1024 * 1024 - 1_000));
    let mut conn = world.test.app.db.write().await.expect("a connection");
    on!(&mut conn, |c| almost.execute(c).await).expect("the count can be set");
    drop(conn);
    let again = json!({ "input": { "text": PETS, "slug": "again" } });
    assert_snapshot!(world.run(&ada, IMPORT, again).await, @r"
    null
    QUOTA_EXCEEDED at importOpenApi: the request schemas of a tenant's services can have at most 268435456 bytes together
    ");
    assert_eq!(world.test.recorded("endpoint.added").await.len(), 5);
}

async fn a_blocked_name_is_answered_like_one_that_does_not_exist(backend: Backend) {
    let mut test = TestApp::start(backend).await;
    test.app.outbound = Outbound::new(&OutboundConfig::default());
    let schema = crate::schema(test.app.clone(), HealthConfig::default());
    let world = World { test, schema };
    let ada = world.owner();
    let mut messages = Vec::new();
    for url in ["http://localhost:1/a", "http://no-such-name.invalid/a"] {
        let answer = world
            .ask(Some(&ada), IMPORT, json!({ "input": { "url": url } }))
            .await;
        messages.push(answer["errors"][0]["message"].clone());
    }
    assert_eq!(messages[0], messages[1]);
    let message = messages[0].as_str().expect("there is a message");
    assert!(message.contains("cannot be reached"), "{message}");
}
