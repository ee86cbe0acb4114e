//! Who is notified of what.

use diesel_async::RunQueryDsl as _;
use kit::db::DbUrl;
use kit::event::{Filter, Log};
use kit::id::{ServiceId, TenantId};
use kit::on;
use serde_json::json;
use testkit::{Backend, eventually};

use super::world::World;
use crate::events::NotificationRequested;
use crate::store::Kind;

testkit::on_both![
    subscribed_tenants_hear_of_an_outage_and_its_end,
    an_outage_is_told_with_its_reason,
    the_row_of_an_event_is_written_once,
    a_tenant_whose_database_fails_keeps_no_other_waiting,
    a_tenant_without_a_database_is_passed_over,
];

async fn subscribed_tenants_hear_of_an_outage_and_its_end(backend: Backend) {
    let world = World::start(backend).await;
    let (ada, bob) = (world.member(&["*:*"]).await, world.member(&["*:*"]).await);
    let eve = world.member(&["*:*"]).await;
    let billing = ServiceId::new();
    world.subscribe(&ada, billing).await;
    world.subscribe(&bob, billing).await;
    world.subscribe(&eve, ServiceId::new()).await;

    for (from, to) in [
        ("UNKNOWN", "UP"),
        ("UP", "DOWN"),
        ("DOWN", "DEGRADED"),
        ("DEGRADED", "UP"),
    ] {
        world.turn(billing, "billing", from, to).await;
    }
    world.created(4).await;

    let expected = ["billing is back, but degraded", "billing is down"];
    assert_eq!(world.titles(&ada).await, expected);
    assert_eq!(world.titles(&bob).await, expected);
    assert_eq!(world.titles(&eve).await, Vec::<String>::new());
    let page = world.list(&ada, json!({ "first": 1 })).await;
    assert_eq!(page["nodes"][0]["kind"], "SERVICE_RECOVERED");
    assert_eq!(page["nodes"][0]["service"]["id"], json!(billing));
    let created = world.test.recorded("notification.created").await;
    assert_eq!(created.len(), 4);
    assert_eq!(created[0]["permission"], "service.billing:read");
}

async fn an_outage_is_told_with_its_reason(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.member(&["*:*"]).await;
    let billing = ServiceId::new();
    world.subscribe(&ada, billing).await;
    let reason = Some("no connection");
    world
        .turn_for(billing, "billing", "UP", "DOWN", reason)
        .await;
    world.created(1).await;
    let page = world.list(&ada, json!({})).await;
    let expected = "billing does not pass its health checks: no connection.";
    assert_eq!(page["nodes"][0]["body"], expected);
}

/// The process died after it wrote the row and before its transaction was committed.
async fn the_row_of_an_event_is_written_once(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.member(&["*:*"]).await;
    let billing = ServiceId::new();
    world.subscribe(&ada, billing).await;
    world.turn(billing, "billing", "UP", "DOWN").await;
    world.created(1).await;

    let filter = Filter {
        kinds: vec!["notification.requested".to_owned()],
        ..Filter::default()
    };
    let mut conn = world.app().db.write().await.unwrap();
    let events = Log::after(&mut conn, 0, &filter, 10).await.unwrap();
    crate::delivery::deliver(world.app(), &mut conn, &events[0])
        .await
        .unwrap();
    drop(conn);
    assert_eq!(world.titles(&ada).await, ["billing is down"]);
}

async fn a_tenant_whose_database_fails_keeps_no_other_waiting(backend: Backend) {
    let world = World::start(backend).await;
    let (ada, bob) = (world.member(&["*:*"]).await, world.member(&["*:*"]).await);
    lose_table(&world, ada.tenant.unwrap()).await;
    let billing = ServiceId::new();
    world.subscribe(&ada, billing).await;
    world.subscribe(&bob, billing).await;
    world.turn(billing, "billing", "UP", "DOWN").await;
    eventually("the other tenant is notified", async || {
        (world.titles(&bob).await == ["billing is down"]).then_some(())
    })
    .await;
}

/// Breaks a tenant's database, as the account that made it.
async fn lose_table(world: &World, tenant: TenantId) {
    let (mut conn, table) = match world.app().db.url() {
        DbUrl::Sqlite(_) => {
            let conn = world.app().tenant_dbs.write(tenant).await.unwrap();
            (conn, "notifications".to_owned())
        }
        DbUrl::Mysql(url) => {
            let core = url.path().trim_start_matches('/');
            let conn = world.app().db.write().await.unwrap();
            (conn, format!("`{core}_{tenant}`.notifications"))
        }
    };
    let drop_table = diesel::sql_query(format!("DROP TABLE {table}"));
    on!(&mut conn, |c| drop_table.execute(c).await).unwrap();
}

async fn a_tenant_without_a_database_is_passed_over(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.member(&["*:*"]).await;
    for tenant_id in [TenantId::new(), ada.tenant.unwrap()] {
        let requested = NotificationRequested {
            tenant_id,
            service_id: ServiceId::new(),
            kind: Kind::ServiceDown,
            title: "It is down".to_owned(),
            body: "It is.".to_owned(),
            permission: "service.it:read".to_owned(),
        };
        world.announce(requested).await;
    }
    world.created(1).await;
    assert_eq!(world.titles(&ada).await, ["It is down"]);
}
