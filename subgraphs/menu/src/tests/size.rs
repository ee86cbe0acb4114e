//! A service as large as GitHub's API.

use kit::id::ServiceId;
use testkit::Backend;

use super::world::{EndpointAdded, ServiceRegistered, World};

testkit::on_both![a_thousand_endpoints_are_one_menu];

const ENDPOINTS: usize = 1_223;

/// Read at once, before the items are all made: the reader waits for the rest.
async fn a_thousand_endpoints_are_one_menu(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.test.viewer(&["service.*:read"]);
    let tenant = ada.tenant.unwrap();
    let service_id = ServiceId::new();
    let service = ServiceRegistered {
        service_id,
        tenant_id: tenant,
        slug: "github".to_owned(),
        name: "GitHub".to_owned(),
        icon: None,
        visibility: "PRIVATE",
        endpoint_count: ENDPOINTS,
    };
    world.announce(&[service]).await;
    world.subscribe(tenant, service_id).await;
    let added: Vec<_> = (0..ENDPOINTS)
        .map(|n| {
            let (tag, title) = (format!("tag {}", n % 40), format!("Operation {n}"));
            EndpointAdded::new(service_id, "github", "GET", Some(&tag), &title)
        })
        .collect();
    world.announce(&added).await;

    testkit::eventually("the menu is complete", async || {
        let lines = world.menu(&ada).await.lines().count();
        (lines == 1 + 40 + ENDPOINTS).then_some(())
    })
    .await;
}
