//! How many invitations wait and how many letters go out, so that nobody makes us a relay of spam.

use chrono::TimeDelta;
use futures::future::join_all;
use insta::assert_snapshot;
use testkit::Backend;

use super::roles::code;
use super::world::{World, show};

testkit::on_both![
    only_so_many_wait,
    only_so_many_letters_go_out,
    an_address_gets_only_so_many_letters,
];

async fn only_so_many_wait(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    for number in 0..99 {
        if number == 50 {
            world.app().clock.advance(TimeDelta::hours(1));
        }
        let email = format!("{number}@example.com");
        world.invited(&ada, &email, &["viewer"]).await;
    }
    world.app().clock.advance(TimeDelta::hours(1));
    let emails = ["kim@example.com", "lee@example.com"];
    let answers = join_all(emails.map(|email| world.invite(&ada, email, &["viewer"]))).await;
    let refused = answers
        .iter()
        .filter(|answer| code(&show(answer)) == "QUOTA_EXCEEDED");
    assert_eq!(refused.count(), 1, "{answers:#?}");
}

async fn only_so_many_letters_go_out(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    for number in 0..29 {
        let email = format!("{number}@example.com");
        let invited = world.invited(&ada, &email, &["viewer"]).await;
        world.resend(&ada, &invited.id).await;
    }
    let emails = ["kim", "lee", "pat", "sam"].map(|name| format!("{name}@example.com"));
    let invite = |email: String| {
        let (world, ada) = (&world, &ada);
        async move { show(&world.invite(ada, &email, &["viewer"]).await) }
    };
    let answers = join_all(emails.map(invite)).await;
    let refused = answers
        .iter()
        .filter(|answer| code(answer) == "REQUEST_RATE_LIMITED");
    assert_eq!(refused.count(), 2, "{answers:#?}");
    assert_eq!(world.test.letters().await.len(), 60);
    let eve = world.owner_of("Evil").await;
    world.invited(&eve, "kim@example.com", &["viewer"]).await;
    world.app().clock.advance(TimeDelta::hours(1));
    world.invited(&ada, "max@example.com", &["viewer"]).await;
}

async fn an_address_gets_only_so_many_letters(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    for _ in 0..10 {
        let invited = world.invited(&ada, "kim@example.com", &["viewer"]).await;
        world.revoke(&ada, &invited.id).await;
    }
    let eve = world.owner_of("Evil").await;
    let refused = show(&world.invite(&eve, "KIM@example.com", &["viewer"]).await);
    assert_snapshot!(refused, @r"
    null
    REQUEST_RATE_LIMITED at inviteTenantMember: this address was sent too many invitations; try again in an hour
    ");
    world.app().clock.advance(TimeDelta::hours(1));
    world.invited(&eve, "kim@example.com", &["viewer"]).await;
}
