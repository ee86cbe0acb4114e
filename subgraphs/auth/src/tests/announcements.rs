//! What is taken over of what others announce.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kit::event::{self, Payload};
use kit::id::{TenantId, UserId};
use kit::on;
use serde::Serialize;
use serde_json::{Value, json};
use testkit::{Backend, on_both};

use super::Fixture;
use crate::event::LOCALES;

on_both![
    whoever_was_taken_out_of_a_tenant_goes_on_without_it,
    letters_are_in_the_language_of_the_profile,
];

#[derive(Serialize)]
struct MemberRemoved {
    tenant_id: TenantId,
    user_id: UserId,
}

#[derive(Serialize)]
struct ProfileUpdated {
    user_id: UserId,
    locale: Option<&'static str>,
}

macro_rules! announced {
    ($payload:ident, $kind:literal) => {
        impl Payload for $payload {
            const KIND: &'static str = $kind;

            fn subject(&self) -> String {
                self.user_id.to_string()
            }

            fn tenant(&self) -> Option<TenantId> {
                None
            }
        }
    };
}

announced!(MemberRemoved, "tenant.member_removed");
announced!(ProfileUpdated, "user.profile_updated");

impl Fixture {
    async fn announce(&self, payload: impl Payload) {
        let app = &self.test.app;
        let mut conn = app.db.write().await.expect("connects");
        let recorded = event::record(&mut conn, &app.clock, &payload).await;
        recorded.expect("recorded");
    }

    async fn locale(&self, user: UserId) -> String {
        use crate::tables::accounts;

        let app = &self.test.app;
        let caught_up = app.events.caught_up(&app.db, LOCALES).await;
        caught_up.expect("readable");
        let mut conn = app.db.read().await.expect("connects");
        on!(&mut conn, |c| {
            let account = accounts::table.find(user).select(accounts::locale);
            account.first(c).await
        })
        .expect("readable")
    }
}

async fn whoever_was_taken_out_of_a_tenant_goes_on_without_it(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let tokens = fixture.newcomer("ada@example.com").await;
    let viewer = fixture.viewer(&tokens.access).await;
    let (tenant_id, user_id) = (TenantId::new(), viewer.user);
    let switch = "mutation ($id: ID!) { switchTenant(input: { tenantId: $id }) { tenant { id } } }";
    fixture.add_member(tenant_id, user_id).await;
    let variables = json!({ "id": tenant_id });
    let answer = fixture.run(Some(&viewer), switch, variables.clone()).await;
    assert_eq!(answer["switchTenant"]["tenant"]["id"], json!(tenant_id));

    fixture.announce(MemberRemoved { tenant_id, user_id }).await;

    // Switching waits for what has only just been announced.
    let answer = fixture.run(Some(&viewer), switch, variables).await;
    let expected = format!("NOT_FOUND at /tenantId: tenant {tenant_id} does not exist");
    assert_eq!(answer, Value::String(expected));
    let refreshed = fixture.refresh(&tokens.refresh).await;
    let session = &refreshed["refreshSession"]["session"];
    assert_eq!(session["tenant"], Value::Null, "{refreshed}");
}

async fn letters_are_in_the_language_of_the_profile(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let tokens = fixture.newcomer("ada@example.com").await;
    let user_id = fixture.viewer(&tokens.access).await.user;
    for (locale, expected) in [(Some("id-ID"), "id-ID"), (None, "en")] {
        fixture.announce(ProfileUpdated { user_id, locale }).await;
        assert_eq!(fixture.locale(user_id).await, expected);
    }
}
