use futures::future::join_all;
use serde_json::json;
use testkit::{Backend, eventually};

use super::world::{WRITE, World, order, order_data};

testkit::on_both![
    a_key_makes_one_submission_however_often_it_is_sent,
    many_tries_at_once_under_one_key_make_one_submission,
];

async fn a_key_makes_one_submission_however_often_it_is_sent(backend: Backend) {
    let world = World::start(backend).await;
    let owner = world.member(&[WRITE]).await;
    let form = world.announce_endpoint(&owner, order()).await;
    let first = world
        .submit_with_key(&owner, form, order_data(), "key-1")
        .await;
    let reordered = json!({ "body": { "count": 2, "item": "tea" }, "query": { "dryRun": true }, "path": { "shop": "main street" } });
    let again = world
        .submit_with_key(&owner, form, reordered, "key-1")
        .await;
    assert_eq!(
        (&first["id"], &first["state"]),
        (&again["id"], &again["state"])
    );
    assert_eq!(world.outside.requests().len(), 1);
    let mut other = order_data();
    other["body"]["count"] = json!(3);
    assert_eq!(
        world
            .submit_with_key(&owner, form, other.clone(), "key-1")
            .await,
        "CONFLICT"
    );
    let colleague = world.test.viewer_in(owner.tenant.unwrap(), &[WRITE]);
    let theirs = world
        .submit_with_key(&colleague, form, other, "key-1")
        .await;
    assert_eq!(theirs["state"], "SUCCEEDED", "a key is its user's own");
    for key in ["", "two words", "ü", &"k".repeat(191)] {
        assert_eq!(
            world.submit_with_key(&owner, form, order_data(), key).await,
            "BAD_USER_INPUT"
        );
    }
}

async fn many_tries_at_once_under_one_key_make_one_submission(backend: Backend) {
    let world = World::start(backend).await;
    let owner = world.member(&[WRITE]).await;
    let form = world.announce_endpoint(&owner, order()).await;
    let tries = (0..8).map(|_| world.submit_with_key(&owner, form, order_data(), "key-1"));
    let answers = join_all(tries).await;
    for answer in &answers {
        assert_eq!(answer["id"], answers[0]["id"], "{answer:#}");
    }
    eventually("the delivery ends", async || {
        (world.test.recorded("form.delivered").await.len() == 1).then_some(())
    })
    .await;
    assert_eq!(world.outside.requests().len(), 1);
    assert_eq!(world.count(&owner, form).await, 1);
}
