use kit::Viewer;
use serde_json::{Value, json};
use testkit::{Backend, on_both};

use super::{Flow, World, ada, complete, letters, try_begin};
use crate::tests::Tokens;

on_both![
    an_identity_is_linked_and_unlinked,
    linking_takes_a_recent_proof_and_the_same_session,
    an_identity_belongs_to_one_account,
    the_last_way_to_sign_in_stays,
    identities_are_shown_to_their_user_only,
];

const UNLINK: &str = "mutation ($id: ID!) {
    unlinkIdentity(input: { identityId: $id }) { identity { id } user { identities { id } } }
}";
const IDENTITIES: &str = "query ($id: ID!) {
    _entities(representations: [{ __typename: \"User\", id: $id }]) {
        ... on User { identities { id provider email } }
    }
}";

async fn link(world: &World, viewer: &Viewer, person: &Value) -> Value {
    let input = json!({ "provider": "rs256", "purpose": "LINK" });
    let begun = try_begin(&world.fixture, Some(viewer), input).await;
    let flow = Flow::of(&begun);
    let back = world.provider.sign_in(&flow.url, person).await;
    complete(&world.fixture, Some(viewer), &flow, &back).await
}

async fn unlink(world: &World, viewer: &Viewer, id: &Value) -> Value {
    world
        .fixture
        .run(Some(viewer), UNLINK, json!({ "id": id }))
        .await
}

async fn newcomer(world: &World, email: &str) -> Viewer {
    let tokens = world.fixture.newcomer(email).await;
    world.fixture.viewer(&tokens.access).await
}

async fn an_identity_is_linked_and_unlinked(backend: Backend) {
    let Some(world) = World::start(backend).await else {
        return;
    };
    let viewer = newcomer(&world, "countess@example.com").await;
    // Nobody has to have confirmed the address: the user is signed in on both sides.
    let person = json!({ "sub": "1815", "email": "ada@example.com", "email_verified": false });
    let linked = link(&world, &viewer, &person).await;
    let identity = linked["completeOAuth"]["identity"].clone();
    assert_eq!(identity["provider"], "rs256", "{linked}");
    assert_eq!(identity["email"], "ada@example.com");
    assert_eq!(world.user(&person).await, viewer.user.to_string());
    // Once more changes nothing.
    let again = link(&world, &viewer, &person).await;
    assert_eq!(again["completeOAuth"]["identity"]["id"], identity["id"]);

    let unlinked = unlink(&world, &viewer, &identity["id"]).await;
    assert_eq!(
        unlinked["unlinkIdentity"]["user"]["identities"],
        json!([]),
        "{unlinked}"
    );
    assert!(world.sign_in(&person).await.is_string());
    let letters = letters(&world.fixture).await;
    let subjects: Vec<_> = letters
        .iter()
        .map(|letter| letter.subject.as_str())
        .collect();
    assert_eq!(
        subjects,
        [
            "rs256 now opens your account",
            "rs256 no longer opens your account"
        ]
    );
}

async fn linking_takes_a_recent_proof_and_the_same_session(backend: Backend) {
    let Some(world) = World::start(backend).await else {
        return;
    };
    let fixture = &world.fixture;
    let input = json!({ "provider": "rs256", "purpose": "LINK" });
    let nobody = try_begin(fixture, None, input.clone()).await;
    assert!(
        nobody
            .as_str()
            .unwrap_or_default()
            .starts_with("UNAUTHENTICATED"),
        "{nobody}"
    );

    let viewer = newcomer(&world, "ada@example.com").await;
    let second = fixture.login("ada@example.com").await;
    let second = fixture.viewer(&second.access).await;
    for other in [Some(&second), None] {
        let flow = Flow::of(&try_begin(fixture, Some(&viewer), input.clone()).await);
        let back = world.provider.sign_in(&flow.url, &ada()).await;
        let refused = complete(fixture, other, &flow, &back).await;
        let refused = refused.as_str().unwrap_or_default().to_owned();
        let expected = if other.is_some() {
            "FORBIDDEN"
        } else {
            "UNAUTHENTICATED"
        };
        assert!(refused.starts_with(expected), "{refused}");
    }
    fixture.advance(601);
    let late = try_begin(fixture, Some(&viewer), input).await;
    assert!(
        late.as_str()
            .unwrap_or_default()
            .starts_with("REAUTHENTICATION_REQUIRED"),
        "{late}"
    );
}

async fn an_identity_belongs_to_one_account(backend: Backend) {
    let Some(world) = World::start(backend).await else {
        return;
    };
    let bob = newcomer(&world, "bob@example.com").await;
    let ada_id = world.user(&ada()).await;
    assert_eq!(
        link(&world, &bob, &ada()).await,
        "CONFLICT: this is linked to another account; unlink it there first"
    );
    assert_eq!(world.user(&ada()).await, ada_id);
    // And an account has one identity of an issuer.
    let first = json!({ "sub": "2" });
    let linked = link(&world, &bob, &first).await;
    let id = linked["completeOAuth"]["identity"]["id"].clone();
    assert!(id.is_string(), "{linked}");
    let second = link(&world, &bob, &json!({ "sub": "3" })).await;
    assert!(
        second
            .as_str()
            .unwrap_or_default()
            .starts_with("CONFLICT: your account is"),
        "{second}"
    );
    // Another's looks like none.
    let carol = newcomer(&world, "carol@example.com").await;
    let foreign = unlink(&world, &carol, &id).await;
    let absent = unlink(&world, &carol, &json!("idn_01h2xcejqtf2nbrexx3vqjhp41")).await;
    assert_eq!(foreign, absent);
    assert!(
        foreign
            .as_str()
            .unwrap_or_default()
            .starts_with("NOT_FOUND at /identityId")
    );
}

async fn the_last_way_to_sign_in_stays(backend: Backend) {
    let Some(world) = World::start(backend).await else {
        return;
    };
    let answer = world.sign_in(&ada()).await;
    let tokens = Tokens::of(&answer["completeOAuth"]);
    let viewer = world.fixture.viewer(&tokens.access).await;
    let first = identities(&world, &viewer, &viewer).await[0]["id"].clone();
    let refused = "CONFLICT: this is the only way to sign in to your account; set a password or \
                   link another provider first";
    assert_eq!(unlink(&world, &viewer, &first).await, refused);

    // With a second one, of another issuer, one of the two may go; of both at once, one stays.
    let second = crate::oauth::IdentityId::new().to_string();
    let insert = format!(
        "INSERT INTO account_identities
         SELECT '{second}', account_id, 'es256', 'https://other.example', subject, NULL,
             created_at, last_used_at FROM account_identities"
    );
    world.fixture.tamper(&insert).await;
    let second = json!(second);
    let (one, other) = tokio::join!(
        unlink(&world, &viewer, &first),
        unlink(&world, &viewer, &second)
    );
    let refusals = [&one, &other]
        .into_iter()
        .filter(|answer| **answer == refused);
    assert_eq!(refusals.count(), 1, "{one} {other}");
    assert_eq!(
        identities(&world, &viewer, &viewer)
            .await
            .as_array()
            .map(Vec::len),
        Some(1)
    );
}

async fn identities(world: &World, viewer: &Viewer, of: &Viewer) -> Value {
    let variables = json!({ "id": of.user.to_string() });
    let answer = world.fixture.run(Some(viewer), IDENTITIES, variables).await;
    answer["_entities"][0]["identities"].clone()
}

async fn identities_are_shown_to_their_user_only(backend: Backend) {
    let Some(world) = World::start(backend).await else {
        return;
    };
    let answer = world.sign_in(&ada()).await;
    let tokens = Tokens::of(&answer["completeOAuth"]);
    let viewer = world.fixture.viewer(&tokens.access).await;
    let bob = newcomer(&world, "bob@example.com").await;
    assert_eq!(
        identities(&world, &viewer, &viewer).await[0]["email"],
        "ada@example.com"
    );
    assert_eq!(identities(&world, &bob, &viewer).await, Value::Null);
    assert_eq!(identities(&world, &bob, &bob).await, json!([]));
}
