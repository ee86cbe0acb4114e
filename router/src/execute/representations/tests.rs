//! Which objects are represented, and what they are given.

use serde_json::json;

use super::*;
use crate::data::sample::{self, BYTES_MAX};
use crate::data::tree::Leaf;
use crate::plan::Step;

fn need(slot: usize, name: &str, nullable: bool, below: Vec<Require>) -> Require {
    Require::Field {
        slot,
        name: name.into(),
        sent_as: Name::new(name),
        nullable,
        below,
    }
}

fn fetch(requires: Vec<Require>) -> EntityFetch {
    let list = Step::Field {
        slot: 1,
        name: "list".into(),
    };
    EntityFetch {
        response_key: "_entities".to_owned(),
        variable: Name::new("representations"),
        paths: vec![vec![list, Step::List]],
        layout: 0,
        inputs: vec![Input {
            object: Some("User".to_owned()),
            typename: "User".to_owned(),
            fields: requires,
        }],
    }
}

/// Data that are written as JSON: an object's members are its slots, whatever their names.
fn data(tree: &mut Tree, json: &serde_json::Value) -> Data {
    match json {
        serde_json::Value::Array(items) => {
            let items: Vec<_> = items.iter().map(|item| data(tree, item)).collect();
            sample::list(tree, &items)
        }
        serde_json::Value::Object(fields) => {
            let fields: Vec<_> = fields.values().map(|field| data(tree, field)).collect();
            sample::object(tree, &fields)
        }
        serde_json::Value::Null => Data::Null,
        serde_json::Value::String(text) if text == "-" => Data::Absent,
        serde_json::Value::String(text) => {
            let text = Leaf::Text(text.clone());
            tree.add_leaf(text, 0).expect("there is room")
        }
        serde_json::Value::Number(number) => Data::Integer(number.as_i64().expect("it is one")),
        serde_json::Value::Bool(truth) => Data::Boolean(*truth),
    }
}

/// `{ list }` with these users.
fn users(items: serde_json::Value) -> Tree {
    let mut tree = Tree::new(BYTES_MAX, 0);
    let root = data(&mut tree, &json!({ "__typename": "-", "list": items }));
    tree.set(Place::ROOT, root);
    tree
}

#[test]
fn equal_objects_are_represented_once_and_answered_everywhere() {
    let user = |id| json!({ "__typename": "User", "id": id, "name": "-" });
    let robot = json!({ "__typename": "Robot", "id": "1", "name": "-" });
    let mut tree = users(json!([user("1"), user("2"), user("1"), robot, null]));
    let entity = fetch(vec![need(1, "id", false, vec![])]);

    let gathered = Representations::gather(&entity, &tree, true);

    let expected = r#"[{"__typename":"User","id":"1"},{"__typename":"User","id":"2"}]"#;
    assert_eq!(gathered.json, expected);
    let values = serde_json::to_string(&gathered.values).expect("values are JSON");
    assert_eq!(values, expected);
    let path = |index: usize| vec!["list".into(), index.into()];
    assert_eq!(gathered.paths(&entity, &tree, 0, 9), [path(0), path(2)]);
    assert_eq!(gathered.paths(&entity, &tree, 0, 1), [path(0)]);

    let answer = |name| json!({ "__typename": "-", "id": "-", "name": name });
    let entities = data(&mut tree, &json!([answer("a"), answer("b")]));
    let Data::List(entities) = entities else {
        unreachable!("it is a list")
    };
    gathered.distribute(entities, &mut tree);
    let Data::List(items) = tree.field(tree.root(), 1) else {
        unreachable!("it was a list")
    };
    let items = tree.values(items).iter();
    let names: Vec<_> = items
        .map(|item| tree.symbol(tree.field(*item, 2)))
        .collect();
    assert_eq!(names, [Some("a"), Some("b"), Some("a"), None, None]);
}

#[test]
fn objects_that_lack_something_required_are_left_out() {
    let size = |x| json!({ "__typename": "-", "x": x });
    let tree = users(json!([
        { "__typename": "User", "id": 1, "size": size(json!(7)) },
        { "__typename": "User", "id": null, "size": null },
        { "__typename": "User", "id": 3, "size": null },
        { "__typename": "User", "id": 4 },
    ]));
    let size = need(2, "size", true, vec![need(1, "x", false, vec![])]);
    let entity = fetch(vec![need(1, "id", false, vec![]), size]);

    let gathered = Representations::gather(&entity, &tree, true);

    let expected =
        r#"[{"__typename":"User","id":1,"size":{"x":7}},{"__typename":"User","id":3,"size":null}]"#;
    assert_eq!(gathered.json, expected);
    let values = serde_json::to_string(&gathered.values).expect("values are JSON");
    assert_eq!(values, expected);
}
