//! Properties of keys that need no database.

use kit::id::TenantId;
use kit::viewer::Credential;
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

fn segment() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["a", "b", "platform", "*"])
}

fn pattern() -> impl Strategy<Value = String> {
    let action = prop::sample::select(vec!["read", "write", "*"]);
    let parts = (vec(segment(), 1..4), action);
    parts.prop_map(|(resource, action)| format!("{}:{action}", resource.join(".")))
}

fn grant() -> impl Strategy<Value = String> {
    (pattern(), prop::bool::weighted(0.3)).prop_map(|(pattern, denies)| match denies {
        true => format!("!{pattern}"),
        false => pattern,
    })
}

fn permission() -> impl Strategy<Value = String> {
    let segment = prop::sample::select(vec!["a", "b", "c", "platform"]);
    let action = prop::sample::select(vec!["read", "write"]);
    (vec(segment, 1..5), action)
        .prop_map(|(resource, action)| format!("{}:{action}", resource.join(".")))
}

fn viewer(grants: &[String]) -> Viewer {
    Viewer {
        user: UserId::new(),
        credential: Credential::Session {
            id: kit::id::SessionId::new(),
            authenticated_at: DateTime::UNIX_EPOCH,
        },
        tenant: Some(TenantId::new()),
        grants: Grants::new(
            grants
                .iter()
                .map(String::as_str)
                .chain(["tenant.api_key:manage"]),
        ),
    }
}

fn made(viewer: &Viewer, scopes: &[String], of_tenant: bool) -> Result<ApiKey, AuthError> {
    let new = NewApiKey {
        name: "a key".to_owned(),
        scopes: scopes.to_vec(),
        expires_at: None,
        of_tenant,
    };
    new.make(viewer, DateTime::UNIX_EPOCH).map(|(key, _)| key)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_tenants_key_allows_nothing_that_its_maker_was_not_allowed(
        grants in vec(grant(), 0..6),
        scopes in vec(pattern(), 1..4),
        permissions in vec(permission(), 30),
    ) {
        let viewer = viewer(&grants);
        // A key takes all of its scopes or is not made; each by itself finds more that can be.
        for scope in scopes {
            let Ok(key) = made(&viewer, &[scope], true) else {
                continue;
            };
            let held = Grants::new(key.grants_of_tenant());
            for permission in &permissions {
                if held.allow(permission) {
                    prop_assert!(viewer.allows(permission), "{permission}");
                    prop_assert!(!permission.starts_with("platform"), "{permission}");
                }
            }
        }
    }

    #[test]
    fn a_users_key_allows_what_both_its_scopes_and_its_user_are_allowed(
        grants in vec(grant(), 0..6),
        scopes in vec(pattern(), 1..4),
        permissions in vec(permission(), 30),
    ) {
        let viewer = viewer(&grants);
        let key = made(&viewer, &scopes, false).expect("a user's key may have any scopes");
        let held = viewer.grants.clone().within(Some(key.scopes.0));
        let scopes = Grants::new(&scopes);
        for permission in &permissions {
            let expected = viewer.allows(permission) && scopes.allow(permission);
            prop_assert_eq!(held.allow(permission), expected, "{}", permission);
        }
    }
}

#[test]
fn a_key_is_checked() {
    let viewer = viewer(&["service.*:read".to_owned()]);
    let refusal = |scopes: &[&str]| {
        let scopes = scopes.iter().map(|&scope| scope.to_owned());
        let made = made(&viewer, &scopes.collect::<Vec<_>>(), true);
        made.expect_err("refused").to_string()
    };
    assert!(refusal(&[]).contains("1 to 50 scopes"));
    assert!(refusal(&["a:b"; 51]).contains("1 to 50 scopes"));
    assert!(refusal(&["service"]).contains("`service` is no scope"));
    assert!(refusal(&["serv*:read"]).contains("`serv*:read`"));
    assert!(refusal(&["!service:read"]).contains("`!service:read`"));
    assert!(refusal(&["service.*:read", "*:read"]).contains("`*:read`"));
    for name in ["", " ", "a\nb", &"n".repeat(101)] {
        assert!(matches!(check_name(name), Err(AuthError::InvalidKeyName)));
    }
}

#[test]
fn a_key_has_an_end() {
    let viewer = viewer(&[]);
    let now = DateTime::UNIX_EPOCH;
    let end = |expires_at| {
        let new = NewApiKey {
            name: "a key".to_owned(),
            scopes: vec!["*:*".to_owned()],
            expires_at,
            of_tenant: false,
        };
        let made = new.make(&viewer, now);
        made.map(|(key, _)| (key.expires_at.and_utc() - now).num_days())
    };
    assert_eq!(end(None).expect("a year"), 365);
    assert_eq!(end(Some(now + TimeDelta::days(30))).expect("a month"), 30);
    for at in [
        now,
        now - TimeDelta::days(1),
        now + TimeDelta::days(5 * 366 + 1),
    ] {
        assert!(
            matches!(end(Some(at)), Err(AuthError::InvalidExpiry)),
            "{at}"
        );
    }
}
