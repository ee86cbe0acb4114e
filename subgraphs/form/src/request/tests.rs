use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn target(path: &str) -> Target {
    Target {
        method: Method::POST,
        base_url: "https://api.example/v1/".parse().expect("a URL"),
        path: path.to_owned(),
    }
}

fn schema(location: &str, properties: Value) -> RequestSchema {
    let group = json!({ "type": "object", "properties": properties });
    RequestSchema::parse(&json!({ "properties": { location: group } })).expect("usable")
}

fn url(path: &str, schema: &RequestSchema, data: Value) -> String {
    match build(&target(path), schema, &data) {
        Ok(outgoing) => outgoing.url.to_string(),
        Err(errors) => errors
            .iter()
            .map(|error| format!("{} {:?}", error.pointer, error.code))
            .collect::<Vec<_>>()
            .join(", "),
    }
}

#[test]
fn a_path_value_stays_in_its_segment() {
    let schema = schema("path", json!({ "id": { "type": "string" } }));
    for (value, expected) in [
        (json!("a b"), "https://api.example/v1/things/a%20b/x"),
        (json!("a/b"), "https://api.example/v1/things/a%2Fb/x"),
        (
            json!("a?b#c%2e"),
            "https://api.example/v1/things/a%3Fb%23c%252e/x",
        ),
        (json!("..%2f"), "https://api.example/v1/things/..%252f/x"),
        (
            json!("ü\r\n"),
            "https://api.example/v1/things/%C3%BC%0D%0A/x",
        ),
        (json!(7), "https://api.example/v1/things/7/x"),
        (
            json!(["a", "b,c"]),
            "https://api.example/v1/things/a,b%2Cc/x",
        ),
        (json!({ "k": "v" }), "https://api.example/v1/things/k,v/x"),
        (json!(".."), "/path/id PathValue"),
        (json!("."), "/path/id PathValue"),
        (json!(""), "/path/id PathValue"),
        (json!([""]), "/path/id PathValue"),
        (json!(null), "/path/id Required"),
        (json!([[1]]), "/path/id NotSerializable"),
    ] {
        assert_eq!(
            url(
                "/things/{id}/x",
                &schema,
                json!({ "path": { "id": value } })
            ),
            expected
        );
    }
    assert_eq!(url("/things/{id}", &schema, json!({})), "/path/id Required");
    assert_eq!(
        url("/{id}{id}", &schema, json!({ "path": { "id": "." } })),
        "/path/id PathValue",
        "two values make the dots of one segment"
    );
}

#[test]
fn a_path_value_that_may_hold_slashes_takes_no_step_back() {
    let schema = schema(
        "path",
        json!({ "path": { "type": "string", "x-portico-allow-reserved": true } }),
    );
    for (value, expected) in [
        (
            "docs/a b.md",
            "https://api.example/v1/contents/docs/a%20b.md",
        ),
        ("docs/../../secret", "/path/path PathValue"),
        ("..", "/path/path PathValue"),
        ("/docs", "/path/path PathValue"),
        ("a//b", "/path/path PathValue"),
        ("a?b", "https://api.example/v1/contents/a%3Fb"),
    ] {
        assert_eq!(
            url(
                "/contents/{path}",
                &schema,
                json!({ "path": { "path": value } })
            ),
            expected
        );
    }
}

#[test]
fn a_template_does_not_leave_its_service() {
    let schema = schema("query", json!({}));
    for template in ["/../admin", "/a/%2e%2e/%2E%2e/b", "/a/.."] {
        assert_eq!(
            url(template, &schema, json!({})),
            "/path PathValue",
            "{template}"
        );
    }
    for (template, expected) in [
        ("//evil.example/x", "https://api.example/v1/evil.example/x"),
        ("/a?b=1#c", "https://api.example/v1/a%3Fb=1%23c"),
        (
            "\\\\evil.example",
            "https://api.example/v1/%5C%5Cevil.example",
        ),
        ("@evil.example", "https://api.example/v1/@evil.example"),
        ("", "https://api.example/v1/"),
        ("/{unclosed", "https://api.example/v1/%7Bunclosed"),
    ] {
        assert_eq!(url(template, &schema, json!({})), expected);
    }
}

#[test]
fn path_styles_follow_openapi() {
    for (style, explode, one, many, named) in [
        ("simple", false, "a", "a,b", "k,v,l,w"),
        ("simple", true, "a", "a,b", "k=v,l=w"),
        ("label", false, ".a", ".a,b", ".k,v,l,w"),
        ("label", true, ".a", ".a.b", ".k=v.l=w"),
        ("matrix", false, ";id=a", ";id=a,b", ";id=k,v,l,w"),
        ("matrix", true, ";id=a", ";id=a;id=b", ";k=v;l=w"),
    ] {
        let schema = schema(
            "path",
            json!({ "id": { "x-portico-style": style, "x-portico-explode": explode } }),
        );
        for (value, expected) in [
            (json!("a"), one),
            (json!(["a", "b"]), many),
            (json!({ "k": "v", "l": "w" }), named),
        ] {
            let url = url("/{id}", &schema, json!({ "path": { "id": value } }));
            assert_eq!(
                url,
                format!("https://api.example/v1/{expected}"),
                "{style} {explode}"
            );
        }
    }
}

#[test]
fn query_styles_follow_openapi() {
    for (note, value, expected) in [
        (json!({}), json!("a&b=c#d e+f"), "q=a%26b%3Dc%23d%20e%2Bf"),
        (json!({}), json!(true), "q=true"),
        (json!({}), json!(null), ""),
        (json!({}), json!(["a", "b"]), "q=a&q=b"),
        (json!({}), json!([]), ""),
        (json!({ "x-portico-explode": false }), json!([]), ""),
        (
            json!({ "x-portico-explode": false }),
            json!(["a", "b,c"]),
            "q=a,b%2Cc",
        ),
        (
            json!({ "x-portico-style": "spaceDelimited" }),
            json!(["a", "b"]),
            "q=a%20b",
        ),
        (
            json!({ "x-portico-style": "pipeDelimited" }),
            json!(["a", "b"]),
            "q=a%7Cb",
        ),
        (json!({}), json!({ "k": 1, "l": null }), "k=1"),
        (
            json!({ "x-portico-explode": false }),
            json!({ "k": 1, "l": 2 }),
            "q=k,1,l,2",
        ),
        (
            json!({ "x-portico-style": "deepObject" }),
            json!({ "a b": 1, "c": "d" }),
            "q%5Ba%20b%5D=1&q%5Bc%5D=d",
        ),
        (
            json!({ "x-portico-media-type": "application/json" }),
            json!({ "k": [1] }),
            "q=%7B%22k%22%3A%5B1%5D%7D",
        ),
        (
            json!({ "x-portico-allow-reserved": true }),
            json!("a/b?c&d=#+"),
            "q=a/b?c%26d%3D%23%2B",
        ),
    ] {
        let schema = schema("query", json!({ "q": note }));
        let url = url("/x", &schema, json!({ "query": { "q": value } }));
        let query = url
            .strip_prefix("https://api.example/v1/x")
            .expect("the path");
        assert_eq!(
            query.strip_prefix('?').unwrap_or(query),
            expected,
            "{note} {value}"
        );
    }
    let schema = schema("query", json!({ "q": {} }));
    assert_eq!(
        url("/x", &schema, json!({ "query": { "q": [[1]] } })),
        "/query/q NotSerializable"
    );
}

#[test]
fn headers_and_cookies_carry_no_line_breaks_and_no_credentials() {
    let schema = RequestSchema::parse(&json!({ "properties": {
        "header": { "type": "object", "properties": { "X-Tag": {}, "X-List": {} }, "additionalProperties": true },
        "cookie": { "type": "object", "properties": { "theme": {} }, "additionalProperties": true },
    } }))
    .expect("usable");
    let run = |data: Value| build(&target("/x"), &schema, &data);
    let outgoing = run(json!({
        "header": { "X-Tag": "a b", "X-List": [1, "two"] },
        "cookie": { "theme": "dark; admin=1\r\nX: y", "n": [1, 2] },
    }))
    .expect("a request");
    assert_eq!(outgoing.headers["x-tag"], "a b");
    assert_eq!(outgoing.headers["x-list"], "1,two");
    assert_eq!(
        outgoing.headers["cookie"],
        "theme=dark%3B%20admin=1%0D%0AX:%20y; n=1; n=2"
    );
    for (name, value) in [
        ("X-Tag", "a\r\nHost: evil"),
        ("X-Tag", "a\0"),
        ("X-Tag", "ü"),
        ("X Tag", "a"),
        ("X-Tag\r\nHost", "a"),
        ("", "a"),
        ("Host", "evil"),
        ("authorization", "Bearer x"),
        ("Cookie", "a=b"),
        ("Transfer-Encoding", "chunked"),
        ("Content-Length", "0"),
        ("Connection", "close"),
        ("X-Forwarded-For", "::1"),
        ("Proxy-Authorization", "x"),
        ("Idempotency-Key", "x"),
    ] {
        let errors = run(json!({ "header": { name: value } })).expect_err(name);
        assert_eq!(
            errors[0].code,
            InputErrorCode::HeaderValue,
            "{name}: {value:?}"
        );
    }
    let errors = run(json!({ "cookie": { "a=b; c": "d" } })).expect_err("a bad name");
    assert_eq!(errors[0].code, InputErrorCode::HeaderValue);
}

#[test]
fn bodies_are_written_in_the_media_type_of_the_endpoint() {
    let run = |media: &str, extra: Value, value: Value| {
        let mut body = extra;
        body["x-portico-media-type"] = json!(media);
        let schema =
            RequestSchema::parse(&json!({ "properties": { "body": body } })).expect("usable");
        build(&target("/x"), &schema, &json!({ "body": value })).map(|outgoing| {
            let text = String::from_utf8(outgoing.body.expect("a body")).expect("text");
            format!(
                "{}|{text}",
                outgoing.headers["content-type"].to_str().expect("text")
            )
        })
    };
    let any = || json!({});
    assert_eq!(
        run("application/json", any(), json!({ "b": 1, "a": null })),
        Ok(r#"application/json|{"b":1,"a":null}"#.to_owned())
    );
    assert_eq!(
        run("application/merge-patch+json", any(), json!([1])),
        Ok("application/merge-patch+json|[1]".to_owned())
    );
    assert_eq!(
        run("text/plain; charset=utf-8", any(), json!("a\r\nb")),
        Ok("text/plain; charset=utf-8|a\r\nb".to_owned())
    );
    let form = "application/x-www-form-urlencoded";
    assert_eq!(
        run(form, any(), json!({ "a": "x&y", "b": [1, 2] })),
        Ok(format!("{form}|a=x%26y&b=1&b=2"))
    );
    let deep = json!({ "x-portico-encoding": { "m": { "style": "deepObject", "explode": true } } });
    assert_eq!(
        run(form, deep, json!({ "m": { "k": "v" } })),
        Ok(format!("{form}|m%5Bk%5D=v"))
    );
    for (media, value, code) in [
        (
            form,
            json!({ "a": { "b": [1] } }),
            InputErrorCode::NotSerializable,
        ),
        (form, json!("a"), InputErrorCode::NotSerializable),
        ("text/plain", json!(1), InputErrorCode::NotSerializable),
        ("multipart/form-data", json!({}), InputErrorCode::MediaType),
        ("text/plain\r\nX: y", json!("a"), InputErrorCode::MediaType),
    ] {
        assert_eq!(run(media, any(), value).expect_err(media)[0].code, code);
    }
}

#[test]
fn a_request_without_input_is_just_the_address() {
    let schema = RequestSchema::parse(&json!({ "type": "object" })).expect("usable");
    let outgoing = build(&target("/x"), &schema, &json!({})).expect("a request");
    assert_eq!(outgoing.url.as_str(), "https://api.example/v1/x");
    assert_eq!((outgoing.headers.len(), outgoing.body), (0, None));
}

proptest! {
    #[test]
    fn no_value_leaves_the_base_url(one in ".{0,12}", two in "[./%2eE\\\\?#@:;]{0,8}", query in ".{0,12}") {
        let group = json!({ "type": "object", "properties": { "one": {}, "two": { "x-portico-allow-reserved": true } } });
        let schema = RequestSchema::parse(&json!({ "properties": { "path": group, "query": { "properties": { "q": {} } } } }))
            .expect("usable");
        let data = json!({ "path": { "one": one, "two": two }, "query": { "q": query } });
        if let Ok(outgoing) = build(&target("/a/{one}/b/{two}/c"), &schema, &data) {
            prop_assert_eq!(outgoing.url.origin(), target("").base_url.origin());
            let segments: Vec<&str> = outgoing.url.path().split('/').collect();
            prop_assert_eq!((segments[1], segments[2], segments[4]), ("v1", "a", "b"));
            prop_assert_eq!(segments.last().copied(), Some("c"));
            let decoded = percent_encoding::percent_decode_str(segments[3]).decode_utf8().expect("UTF-8");
            prop_assert_eq!(decoded.as_ref(), one.as_str());
            let pairs: Vec<_> = outgoing.url.query_pairs().collect();
            prop_assert_eq!(pairs.len(), 1);
            prop_assert_eq!(pairs[0].1.as_ref(), query.as_str());
        }
    }
}
