//! Answers and what is none.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::data::sample::{BYTES_MAX, shown};

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

/// Reads an answer into a tree of its own.
fn read(text: &str) -> Reading<(Tree, Answer<'static, Data>)> {
    let mut tree = Tree::new(BYTES_MAX, 0);
    let body = Bytes::copy_from_slice(text.as_bytes());
    let answer = root(&mut tree, &layouts(), 0, &body)?;
    let (data, errors) = (answer.data, answer.errors.map(str::to_owned));
    let errors = errors.map(|errors| &*errors.leak());
    Ok((tree, Answer { data, errors }))
}

#[test]
fn leaves_are_slices_of_what_arrived() {
    let text = r#"{ "data": {"user": {"friends":[{"name":"B\"ob"}, null], "tags":{"a":[1, 2]},
        "more": [], "__typename":"User", "name":null}}, "errors": [{"message":"x"}] }"#;
    let (tree, answer) = read(text).expect("this is an answer");
    let data = answer.data.expect("it has data");
    let expected = r#"(- ("User" null {"a":[1, 2]} [(- "B\"ob" - -) null]))"#;
    assert_eq!(shown(&tree, data), expected);
    assert_eq!(answer.errors, Some(r#"[{"message":"x"}]"#));
}

#[test]
fn lists_of_entities_are_told_apart() {
    let text = r#"{"data":{"_e1":[{"name":"Bob"},{"name":"Eve"}],"_e0":null}}"#;
    let body = Bytes::from_static(text.as_bytes());
    let mut tree = Tree::new(BYTES_MAX, 0);
    let fields = [("_e0", 1), ("_e1", 1)];
    let answer = entities(&mut tree, &layouts(), &fields, &body);
    let answer = answer.expect("this is an answer");
    let lists = answer.data.expect("it has data").into_iter();
    let lists: Vec<_> = lists.map(|list| shown(&tree, list)).collect();
    assert_eq!(lists, ["null", r#"[(- "Bob" - -) (- "Eve" - -)]"#]);
}

#[test]
fn an_answer_that_is_too_large_or_malformed_leaves_nothing() {
    let friends = r#"{"name":"x"},"#.repeat(100);
    let text = format!(r#"{{"data":{{"user":{{"friends":[{friends}{{}}]}}}}}}"#);
    let body = Bytes::from(text);
    let mut tree = Tree::new(2_000, 0);
    let full = root(&mut tree, &layouts(), 0, &body);
    assert_eq!(full.expect_err("the slots take more"), Unread::Full);
    assert_eq!(tree.len(), 1);

    let cut = body.slice(..200);
    let malformed = root(&mut tree, &layouts(), 0, &cut);
    malformed.expect_err("it is cut off");
    assert_eq!(tree.len(), 1);
    let small = Bytes::from_static(br#"{"data":{"user":{"name":1}}}"#);
    root(&mut tree, &layouts(), 0, &small).expect("there is room again");
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
        assert!(read(text).is_err(), "{text}");
    }
    let deep = format!(
        r#"{{"data":{{"user":{{"tags":{}1{}}}}}}}"#,
        "[".repeat(9999),
        "]".repeat(9999)
    );
    assert!(read(&deep).is_err());
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
        let (tree, answer) = read(&text).expect("this is an answer");
        let data = answer.data.expect("it has data");
        let user = tree.field(data, 1);
        match tree.field(user, 2) {
            Data::Null => prop_assert_eq!(leaf, Value::Null),
            Data::Json(kept) => prop_assert_eq!(
                serde_json::from_slice::<Value>(tree.json(kept)).ok(),
                serde_json::from_str(&leaf.to_string()).ok()
            ),
            other => prop_assert!(false, "{:?}", other),
        }
    }

    #[test]
    fn what_serde_json_refuses_is_refused(text in r#"\{"data":\{"user":\{"tags":[-+0-9.eE\[\]{}",:a-u\\ ]{0,12}\}\}\}"#) {
        if serde_json::from_str::<Value>(&text).is_err() {
            prop_assert!(read(&text).is_err(), "{}", text);
        }
    }
}
