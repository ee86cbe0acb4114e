//! Passports that are accepted, and everything that is not.

use chrono::TimeDelta;
use kit::id::ApiKeyId;

use super::*;

/// What a process has of the platform, and a clock of its own.
struct Process {
    key: MasterKey,
    clock: Clock,
}

/// Two processes of one platform.
fn processes() -> (Process, Process) {
    let process = || Process {
        key: MasterKey::from_bytes(&[7; 32]),
        clock: Clock::default(),
    };
    (process(), process())
}

fn passports(process: &Process) -> Passports {
    Passports::new(&process.key, &process.clock).expect("made")
}

fn issuer(process: &Process, audience: Role) -> Issuer {
    Issuer::new(passports(process), audience)
}

fn border(process: &Process) -> Border {
    Border::new(passports(process), Role::Form)
}

fn viewer() -> Viewer {
    Viewer {
        user: UserId::new(),
        credential: Credential::UserKey(ApiKeyId::new()),
        tenant: Some(TenantId::new()),
        grants: Grants::new(["form:read", "!form.secret:read"])
            .within(Some(vec!["form:*".to_owned()])),
    }
}

fn shown(issuer: &Issuer, extensions: &Extensions) -> HeaderMap {
    let mut headers = HeaderMap::new();
    issuer.attach(extensions, &mut headers);
    headers
}

#[test]
fn who_asks_arrives_as_they_are() {
    let (router, subgraph) = processes();
    let client = Client {
        address: Some([127, 0, 0, 1].into()),
        agent: Some("a browser".to_owned()),
    };
    let (viewer, known) = (viewer(), UserId::new());
    let revealed = Revealed::default();
    revealed.add(known);
    let mut extensions = Extensions::new();
    extensions.insert(viewer.clone());
    extensions.insert(client.clone());
    extensions.insert(revealed);

    let headers = shown(&issuer(&router, Role::Form), &extensions);
    let arrived = border(&subgraph).admit(&headers).expect("admitted");
    assert_eq!(arrived.get::<Viewer>(), Some(&viewer));
    assert_eq!(arrived.get::<Client>(), Some(&client));
    let revealed = arrived.get::<Revealed>().expect("there");
    assert_eq!(revealed.users(), [known]);
}

#[test]
fn nobody_arrives_as_nobody() {
    let (router, subgraph) = processes();
    let headers = shown(&issuer(&router, Role::Form), &Extensions::new());
    let arrived = border(&subgraph).admit(&headers).expect("admitted");
    assert_eq!(arrived.get::<Viewer>(), None);
}

#[test]
fn a_passport_for_another_subgraph_is_none() {
    let (router, subgraph) = processes();
    let headers = shown(&issuer(&router, Role::Menu), &Extensions::new());
    assert!(border(&subgraph).admit(&headers).is_err());
}

#[test]
fn a_passport_under_another_master_key_is_none() {
    let (mut router, subgraph) = processes();
    router.key = MasterKey::from_bytes(&[8; 32]);
    let headers = shown(&issuer(&router, Role::Form), &Extensions::new());
    assert!(border(&subgraph).admit(&headers).is_err());
}

#[test]
fn a_passport_ends_after_a_minute_and_none_is_from_the_future() {
    let (router, subgraph) = processes();
    let headers = shown(&issuer(&router, Role::Form), &Extensions::new());
    subgraph.clock.advance(TimeDelta::seconds(45));
    assert!(border(&subgraph).admit(&headers).is_ok());
    subgraph.clock.advance(TimeDelta::seconds(16));
    assert!(border(&subgraph).admit(&headers).is_err());

    router.clock.advance(TimeDelta::seconds(180));
    let headers = shown(&issuer(&router, Role::Form), &Extensions::new());
    assert!(
        border(&subgraph).admit(&headers).is_err(),
        "two minutes ahead"
    );
}

#[test]
fn nothing_else_is_a_passport() {
    let (router, subgraph) = processes();
    let border = border(&subgraph);
    assert!(border.admit(&HeaderMap::new()).is_err());

    let good = shown(&issuer(&router, Role::Form), &Extensions::new());
    let mut twice = good.clone();
    twice.append(PASSPORT, good[PASSPORT].clone());
    assert!(border.admit(&twice).is_err(), "two passports");

    let mut elsewhere = HeaderMap::new();
    elsewhere.insert(http::header::AUTHORIZATION, good[PASSPORT].clone());
    assert!(border.admit(&elsewhere).is_err(), "in another header");

    // What a subgraph tells the router opens no door, not even with the audience of a subgraph.
    let left = Left {
        revealed: vec![UserId::new()],
        cookies: Vec::new(),
    };
    let shown = passports(&router).sign(Role::Form, left);
    let mut revealed = HeaderMap::new();
    revealed.insert(PASSPORT, shown.expect("signed"));
    assert!(border.admit(&revealed).is_err(), "another type");

    let good = good[PASSPORT].to_str().expect("text");
    let (rest, signature) = good.rsplit_once('.').expect("three parts");
    let claims = rest.rsplit_once('.').expect("three parts").1;
    let unsigned = URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"none","typ":"{}"}}"#, Caller::TYPE));
    for forged in [
        format!("{unsigned}.{claims}."),
        format!("{unsigned}.{claims}.{signature}"),
        format!("{rest}."),
        "a.b.c".to_owned(),
        String::new(),
    ] {
        let mut headers = HeaderMap::new();
        headers.insert(PASSPORT, forged.parse().expect("a header value"));
        assert!(border.admit(&headers).is_err(), "{forged}");
    }
}

#[test]
fn whom_a_subgraph_reveals_the_router_shows_to_the_next() {
    let (router, subgraph) = processes();
    let mut extensions = Extensions::new();
    extensions.insert(Revealed::default());
    let (login, user) = (issuer(&router, Role::Form), UserId::new());
    let border = border(&subgraph);
    let inside = border.admit(&shown(&login, &extensions)).expect("admitted");
    inside.get::<Revealed>().expect("there").add(user);
    let mut answer = HeaderMap::new();
    border.answered(&inside, &mut answer);
    login.hear(&extensions, &answer);
    assert!(extensions.get::<Revealed>().expect("there").contains(user));

    // A passport, which a client might have got hold of, reveals nobody.
    let headers = shown(&login, &inside);
    let mut answer = HeaderMap::new();
    answer.insert(LEFT, headers[PASSPORT].clone());
    let mut fresh = Extensions::new();
    fresh.insert(Revealed::default());
    login.hear(&fresh, &answer);
    assert!(fresh.get::<Revealed>().expect("there").users().is_empty());
}
