//! Answers and what is none.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// `{ user { __typename name tags friends { name } } }`, tags any leaf.
fn layouts() -> Layouts {
    let mut layouts = Layouts::default();
    let (root, user) = (layouts.add(), layouts.add());
    let object = |lists| Content {
        lists,
        below: Some(user),
    };
    layouts.add_slot(root, "user", object(0));
    layouts.add_slot(user, "name", Content::LEAF);
    layouts.add_slot(user, "tags", Content::LEAF);
    layouts.add_slot(user, "friends", object(1));
    layouts
}

#[test]
fn leaves_are_slices_of_what_arrived() {
    let text = r#"{ "data": {"user": {"friends":[{"name":"B\"ob"}, null], "tags":{"a":[1, 2]},
        "more": [], "__typename":"User", "name":null}}, "errors": [{"message":"x"}] }"#;
    let answer = root(&layouts(), 0, text).expect("this is an answer");
    let friend = Data::Object(vec![
        Data::Absent,
        Data::Json(r#""B\"ob""#),
        Data::Absent,
        Data::Absent,
    ]);
    let user = Data::Object(vec![
        Data::Json(r#""User""#),
        Data::Null,
        Data::Json(r#"{"a":[1, 2]}"#),
        Data::List(vec![friend, Data::Null]),
    ]);
    assert_eq!(answer.data, Some(Data::Object(vec![Data::Absent, user])));
    assert_eq!(answer.errors, Some(r#"[{"message":"x"}]"#));
}

#[test]
fn lists_of_entities_are_told_apart() {
    let text = r#"{"data":{"_e1":[{"name":"Bob"}],"_e0":null}}"#;
    let answer = entities(&layouts(), &[("_e0", 1), ("_e1", 1)], text);
    let lists = answer
        .expect("this is an answer")
        .data
        .expect("it has data");
    assert_eq!(lists[0], Data::Null);
    assert!(matches!(&lists[1], Data::List(items) if items.len() == 1));
}

#[test]
fn what_is_no_answer_is_refused() {
    for text in [
        "",
        "[]",
        "{",
        "{}x",
        "nul",
        r#"{"data":1}"#,
        r#"{"data":[]}"#,
        r#"{"data":{"user":{"name":"a}}}"#,
        r#"{"data":{"user":{"name":01}}}"#,
        r#"{"data":{"user":{"name":1.}}}"#,
        r#"{"data":{"user":{"tags":{a:1}}}}"#,
        "{\"data\":{\"user\":{\"name\":\"\n\"}}}",
        r#"{"data":{"user":{"name":"\x"}}}"#,
        r#"{"data":{"user":{"friends":[{},]}}}"#,
    ] {
        assert!(root(&layouts(), 0, text).is_err(), "{text}");
    }
    let deep = format!(
        r#"{{"data":{{"user":{{"tags":{}1{}}}}}}}"#,
        "[".repeat(9999),
        "]".repeat(9999)
    );
    assert!(root(&layouts(), 0, &deep).is_err());
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".*".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((".*", inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_leaf_is_kept_as_it_is(leaf in any_json()) {
        let text = json!({ "data": { "user": { "tags": leaf } } }).to_string();
        let answer = root(&layouts(), 0, &text).expect("this is an answer");
        let data = answer.data.expect("it has data");
        match data.field(1).field(2) {
            Data::Null => prop_assert_eq!(leaf, Value::Null),
            Data::Json(kept) => prop_assert_eq!(serde_json::from_str::<Value>(kept).ok(), serde_json::from_str(&leaf.to_string()).ok()),
            other => prop_assert!(false, "{:?}", other),
        }
    }

    #[test]
    fn what_serde_json_refuses_is_refused(text in r#"\{"data":\{"user":\{"tags":[-+0-9.eE\[\]{}",:a-u\\ ]{0,12}\}\}\}"#) {
        if serde_json::from_str::<Value>(&text).is_err() {
            prop_assert!(root(&layouts(), 0, &text).is_err(), "{}", text);
        }
    }
}
