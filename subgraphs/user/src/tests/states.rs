//! People who are closed out, and people who are gone; and those who may see everybody.

use kit::event::Payload;
use kit::id::{TenantId, UserId};
use serde::Serialize;
use serde_json::{Value, json};
use testkit::{Backend, on_both};

use super::{Fixture, codes, names};

on_both![
    a_closed_account_is_shown_as_such,
    whoever_is_gone_is_not_shown,
    administrators_see_everybody,
    a_profile_can_be_taken_along,
];

const SHOWN: &str = "query ($id: ID!) { user(id: $id) { name email deactivatedAt } }";
const EVERYBODY: &str = "query ($search: String, $role: String) {
    users(filter: { everywhere: true, search: $search, role: $role }) { totalCount nodes { name } }
}";
const DATA: &str = "query ($any: [_Any!]!) { _entities(representations: $any) {
    ... on PersonalData { userId profile }
} }";

macro_rules! announced {
    ($($payload:ident, $kind:literal;)+) => {$(
        /// As the accounts announce it.
        #[derive(Serialize)]
        struct $payload {
            user_id: UserId,
        }

        impl Payload for $payload {
            const KIND: &'static str = $kind;

            fn subject(&self) -> String {
                self.user_id.to_string()
            }

            fn tenant(&self) -> Option<TenantId> {
                None
            }
        }
    )+};
}

announced! {
    UserDeactivated, "user.deactivated";
    UserReactivated, "user.reactivated";
    UserDeleted, "user.deleted";
}

async fn a_closed_account_is_shown_as_such(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let tenant = TenantId::new();
    let ada = fixture.member(tenant, "Ada").await;
    let bob = fixture.member(tenant, "Bob").await;
    let bob = fixture.viewer(bob, tenant, &["user:read"]);
    let shown = async || {
        fixture.settle().await;
        let answer = fixture.ask(Some(&bob), SHOWN, json!({ "id": ada })).await;
        answer["data"]["user"]["deactivatedAt"].clone()
    };

    fixture.record(UserDeactivated { user_id: ada }).await;
    assert!(shown().await.is_string());
    fixture.record(UserReactivated { user_id: ada }).await;
    assert_eq!(shown().await, Value::Null);
}

async fn whoever_is_gone_is_not_shown(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let tenant = TenantId::new();
    let ada = fixture.member(tenant, "Ada").await;
    let bob = fixture.member(tenant, "Bob").await;
    let as_ada = fixture.viewer(ada, tenant, &[]);
    let update = "mutation { updateUser(input: { name: \"Ada Lovelace\" }) { user { name } } }";
    fixture.ask(Some(&as_ada), update, json!({})).await;

    fixture.record(UserDeleted { user_id: ada }).await;

    fixture.settle().await;
    for (who, grants) in [
        (bob, "user:read"),
        (bob, "platform.*:*"),
        (ada, "user:read"),
    ] {
        let viewer = fixture.viewer(who, tenant, &[grants]);
        let answer = fixture
            .ask(Some(&viewer), SHOWN, json!({ "id": ada }))
            .await;
        assert_eq!(answer, json!({ "data": { "user": null } }), "{grants}");
    }
    let kept = fixture.test.recorded("user.profile_updated").await;
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0]["name"], "Deleted user");
}

async fn administrators_see_everybody(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let (one, other) = (TenantId::new(), TenantId::new());
    let ada = fixture.member(one, "Ada").await;
    fixture.member(other, "Bob").await;
    let cleo = fixture.registered("Cleo").await;
    fixture.settle().await;
    let administrator = fixture.viewer(ada, one, &["platform:*", "platform.*:*"]);

    let answer = fixture
        .ask(Some(&administrator), EVERYBODY, json!({}))
        .await;
    let users = &answer["data"]["users"];
    assert_eq!(names(users), ["Ada", "Bob", "Cleo"], "{answer}");
    assert_eq!(users["totalCount"], 3);
    let found = fixture
        .ask(Some(&administrator), EVERYBODY, json!({ "search": "LEO@" }))
        .await;
    assert_eq!(names(&found["data"]["users"]), ["Cleo"]);
    let answer = fixture
        .ask(Some(&administrator), SHOWN, json!({ "id": cleo }))
        .await;
    assert_eq!(answer["data"]["user"]["email"], "cleo@example.com");
    let refused = fixture
        .ask(Some(&administrator), EVERYBODY, json!({ "role": "member" }))
        .await;
    assert_eq!(codes(&refused), ["BAD_USER_INPUT"]);

    let owner = fixture.viewer(ada, one, &["*:*", "!platform:*", "!platform.*:*"]);
    let refused = fixture.ask(Some(&owner), EVERYBODY, json!({})).await;
    assert_eq!(codes(&refused), ["FORBIDDEN"]);
    let answer = fixture
        .ask(Some(&owner), SHOWN, json!({ "id": cleo }))
        .await;
    assert_eq!(answer["data"]["user"], Value::Null);
}

async fn a_profile_can_be_taken_along(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let tenant = TenantId::new();
    let ada = fixture.member(tenant, "Ada").await;
    let bob = fixture.member(tenant, "Bob").await;
    let any = [ada, bob].map(|id| json!({ "__typename": "PersonalData", "userId": id }));
    let administrator = fixture.viewer(ada, tenant, &["*:*"]);

    let answer = fixture
        .ask(Some(&administrator), DATA, json!({ "any": any }))
        .await;

    let entities = &answer["data"]["_entities"];
    assert_eq!(
        entities[0]["profile"]["email"], "ada@example.com",
        "{answer}"
    );
    assert_eq!(entities[1], Value::Null, "another's data is not there");
    fixture
        .test
        .app
        .clock
        .advance(chrono::TimeDelta::minutes(11));
    let late = fixture
        .ask(Some(&administrator), DATA, json!({ "any": any[..1] }))
        .await;
    assert_eq!(codes(&late), ["REAUTHENTICATION_REQUIRED"]);
}
