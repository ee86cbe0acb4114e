use serde_json::{Value, json};
use testkit::{Backend, on_both};

use super::{Fixture, Tokens};
use crate::AuthError;

on_both![
    ones_sessions_are_listed_newest_first,
    an_ended_session_is_not_listed,
    a_session_has_a_name,
    another_users_session_is_like_none,
    a_revoked_session_is_refused_at_once,
    signing_out_everywhere_spares_the_current_session_if_asked,
    the_record_is_shown_to_its_user,
    the_record_is_paged,
    nothing_of_another_user_is_shown,
];

const LIST: &str = "query ($any: [_Any!]!, $first: Int, $after: String) {
    _entities(representations: $any) { ... on User {
        sessions(first: $first, after: $after) {
            totalCount nodes { id name agent current } pageInfo { hasNextPage endCursor }
        }
    } }
}";
const ACTIVITY: &str = "query ($any: [_Any!]!, $first: Int, $after: String) {
    _entities(representations: $any) { ... on User {
        activity(first: $first, after: $after) {
            totalCount
            nodes { action succeeded failure address agent sessionId }
            pageInfo { hasNextPage endCursor }
        }
    } }
}";
const RENAME: &str = "mutation ($id: ID!, $name: String) {
    renameSession(input: { sessionId: $id, name: $name }) { session { name } }
}";
const REVOKE: &str = "mutation ($id: ID!) {
    revokeSession(input: { sessionId: $id }) { session { id endedAt } }
}";
const EVERYWHERE: &str = "mutation ($keep: Boolean!) {
    logoutEverywhere(input: { keepCurrent: $keep }) { ended }
}";
const EMAIL: &str = "ada@example.com";

/// What is shown of the user of a token.
async fn shown(fixture: &Fixture, token: &str, query: &str, variables: Value) -> Value {
    let viewer = fixture.viewer(token).await;
    let mut variables = variables;
    variables["any"] = json!([{ "__typename": "User", "id": viewer.user }]);
    let answer = fixture.run(Some(&viewer), query, variables).await;
    answer["_entities"][0].clone()
}

async fn id_of(fixture: &Fixture, tokens: &Tokens) -> String {
    let viewer = fixture.viewer(&tokens.access).await;
    viewer.session().expect("a session").to_string()
}

async fn ones_sessions_are_listed_newest_first(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let first = fixture.newcomer(EMAIL).await;
    let second = fixture.login(EMAIL).await;
    fixture.newcomer("bob@example.com").await;

    let page = shown(&fixture, &second.access, LIST, json!({ "first": 1 })).await;
    let page = &page["sessions"];
    let expected = json!([{
        "id": id_of(&fixture, &second).await, "name": null, "agent": "a test", "current": true,
    }]);
    assert_eq!(
        (&page["nodes"], &page["totalCount"]),
        (&expected, &json!(2))
    );
    assert_eq!(page["pageInfo"]["hasNextPage"], true);
    let after = json!({ "first": 1, "after": page["pageInfo"]["endCursor"] });
    let page = shown(&fixture, &second.access, LIST, after).await;
    let nodes = &page["sessions"]["nodes"];
    assert_eq!(nodes[0]["id"], id_of(&fixture, &first).await);
    assert_eq!(
        (nodes.as_array().map(Vec::len), &nodes[0]["current"]),
        (Some(1), &json!(false))
    );
}

async fn an_ended_session_is_not_listed(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    fixture.newcomer(EMAIL).await;
    fixture.advance(91 * 24 * 60 * 60);
    let lost = fixture.login(EMAIL).await;
    let kept = fixture.login(EMAIL).await;
    let viewer = fixture.viewer(&lost.access).await;
    fixture
        .run(
            Some(&viewer),
            "mutation { logout { session { id } } }",
            json!({}),
        )
        .await;

    let sessions = shown(&fixture, &kept.access, LIST, json!({})).await;
    let sessions = &sessions["sessions"];
    assert_eq!(sessions["totalCount"], 1);
    assert_eq!(sessions["nodes"][0]["id"], id_of(&fixture, &kept).await);
}

async fn a_session_has_a_name(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let tokens = fixture.newcomer(EMAIL).await;
    let viewer = fixture.viewer(&tokens.access).await;
    let id = id_of(&fixture, &tokens).await;
    for (name, expected) in [
        (json!("  the red laptop "), json!("the red laptop")),
        (json!("  "), json!(null)),
        (json!("Ünïcode 笔记本"), json!("Ünïcode 笔记本")),
        (json!(null), json!(null)),
    ] {
        let answer = fixture
            .run(Some(&viewer), RENAME, json!({ "id": id, "name": name }))
            .await;
        assert_eq!(answer["renameSession"]["session"]["name"], expected);
    }
    for name in ["n".repeat(101), "a\nb".to_owned()] {
        let answer = fixture
            .run(Some(&viewer), RENAME, json!({ "id": id, "name": name }))
            .await;
        let answer = answer.as_str().expect("refused");
        assert!(answer.starts_with("BAD_USER_INPUT at /name:"), "{answer}");
    }
}

async fn another_users_session_is_like_none(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let ada = fixture.newcomer(EMAIL).await;
    let bob = fixture.newcomer("bob@example.com").await;
    let viewer = fixture.viewer(&ada.access).await;
    let foreign = id_of(&fixture, &bob).await;
    let absent = kit::id::SessionId::new().to_string();
    for query in [RENAME, REVOKE] {
        let mut answers = Vec::new();
        for id in [&foreign, &absent] {
            let answer = fixture.run(Some(&viewer), query, json!({ "id": id })).await;
            let answer = answer.as_str().expect("refused").replace(id, "…");
            answers.push(answer);
        }
        assert!(
            answers[0].starts_with("NOT_FOUND at /sessionId: "),
            "{answers:?}"
        );
        assert_eq!(answers[0], answers[1]);
    }
    fixture.viewer(&bob.access).await;
    let malformed = fixture
        .run(Some(&viewer), REVOKE, json!({ "id": "x" }))
        .await;
    let malformed = malformed.as_str().expect("refused").to_owned();
    assert!(
        malformed.starts_with("BAD_USER_INPUT at /sessionId:"),
        "{malformed}"
    );
}

async fn a_revoked_session_is_refused_at_once(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let lost = fixture.newcomer(EMAIL).await;
    let kept = fixture.login(EMAIL).await;
    let viewer = fixture.viewer(&kept.access).await;
    let id = id_of(&fixture, &lost).await;

    let answer = fixture
        .run(Some(&viewer), REVOKE, json!({ "id": id }))
        .await;
    let session = &answer["revokeSession"]["session"];
    assert_eq!(session["id"], id);
    assert!(session["endedAt"].is_string());
    let refusal = fixture.refusal(&lost.access).await;
    assert!(matches!(refusal, AuthError::SessionEnded), "{refusal:?}");
    let refreshed = fixture.refresh(&lost.refresh).await;
    assert!(refreshed.is_string(), "{refreshed}");
    let again = fixture
        .run(Some(&viewer), REVOKE, json!({ "id": id }))
        .await;
    assert!(
        again.as_str().is_some_and(|it| it.starts_with("NOT_FOUND")),
        "{again}"
    );
}

async fn signing_out_everywhere_spares_the_current_session_if_asked(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let lost = fixture.newcomer(EMAIL).await;
    let kept = fixture.login(EMAIL).await;
    let bob = fixture.newcomer("bob@example.com").await;
    let viewer = fixture.viewer(&kept.access).await;

    let answer = fixture
        .run(Some(&viewer), EVERYWHERE, json!({ "keep": true }))
        .await;
    assert_eq!(answer["logoutEverywhere"]["ended"], 1);
    fixture.refusal(&lost.access).await;
    fixture.viewer(&kept.access).await;
    let answer = fixture
        .run(Some(&viewer), EVERYWHERE, json!({ "keep": false }))
        .await;
    assert_eq!(answer["logoutEverywhere"]["ended"], 1);
    fixture.refusal(&kept.access).await;
    fixture.viewer(&bob.access).await;
}

async fn the_record_is_shown_to_its_user(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    fixture.newcomer(EMAIL).await;
    fixture.try_login(EMAIL, "another-Tractor-7").await;
    let tokens = fixture.login(EMAIL).await;
    fixture.newcomer("bob@example.com").await;

    let activity = shown(&fixture, &tokens.access, ACTIVITY, json!({})).await;
    let activity = &activity["activity"];
    let entry = |action: &str, failure: Value| {
        json!([action, failure.is_null(), failure, "192.0.2.7", "a test"])
    };
    let nodes = activity["nodes"].as_array().expect("a list").iter();
    let nodes = nodes.map(|node| {
        json!([
            node["action"],
            node["succeeded"],
            node["failure"],
            node["address"],
            node["agent"]
        ])
    });
    assert_eq!(
        nodes.collect::<Vec<_>>(),
        [
            entry("LOGIN", json!(null)),
            entry("LOGIN", json!("WRONG_PASSWORD")),
            entry("LOGIN", json!(null)),
            entry("REGISTER", json!(null)),
        ]
    );
    assert_eq!(activity["totalCount"], 4);
    assert_eq!(
        activity["nodes"][0]["sessionId"],
        id_of(&fixture, &tokens).await
    );
}

async fn the_record_is_paged(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    fixture.newcomer(EMAIL).await;
    let tokens = fixture.login(EMAIL).await;

    let (mut after, mut seen) = (Value::Null, Vec::new());
    for _ in 0..3 {
        let variables = json!({ "first": 1, "after": after });
        let page = shown(&fixture, &tokens.access, ACTIVITY, variables).await;
        let page = page["activity"].clone();
        seen.push(page["nodes"][0]["action"].clone());
        after = page["pageInfo"]["endCursor"].clone();
        assert_eq!(page["pageInfo"]["hasNextPage"], seen.len() < 3);
    }
    assert_eq!(seen, ["LOGIN", "LOGIN", "REGISTER"]);
}

async fn nothing_of_another_user_is_shown(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let ada = fixture.newcomer(EMAIL).await;
    let bob = fixture.newcomer("bob@example.com").await;
    let viewer = fixture.viewer(&ada.access).await;
    let other = fixture.viewer(&bob.access).await.user;
    for query in [LIST, ACTIVITY] {
        let any = json!({ "any": [{ "__typename": "User", "id": other }] });
        let answer = fixture.run(Some(&viewer), query, any.clone()).await;
        assert_eq!(answer, "FORBIDDEN: this is shown to yourself only");
        let answer = fixture.run(None, query, any).await;
        let answer = answer.as_str().expect("refused");
        assert!(answer.starts_with("UNAUTHENTICATED: "), "{answer}");
    }
}
