//! Which objects are represented, and what they are given.

use super::*;
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

fn object(typename: &'static str, fields: &[Data<'static>]) -> Data<'static> {
    let typename = Data::Json(typename);
    Data::Object([&[typename], fields].concat())
}

fn list(items: Vec<Data<'static>>) -> Data<'static> {
    Data::Object(vec![Data::Absent, Data::List(items)])
}

const USER: &str = "\"User\"";

#[test]
fn equal_objects_are_represented_once_and_answered_everywhere() {
    let user = |id| object(USER, &[Data::Json(id)]);
    let robot = object("\"Robot\"", &[Data::Json("\"1\"")]);
    let mut data = list(vec![
        user("\"1\""),
        user("\"2\""),
        user("\"1\""),
        robot,
        Data::Null,
    ]);
    let entity = fetch(vec![need(1, "id", false, vec![])]);

    let gathered = Representations::gather(&entity, &data, true);

    let json = r#"[{"__typename":"User","id":"1"},{"__typename":"User","id":"2"}]"#;
    assert_eq!(gathered.json, json);
    let values = serde_json::to_string(&gathered.values).expect("values are JSON");
    assert_eq!(values, json);
    let path = |index: usize| vec!["list".into(), index.into()];
    assert_eq!(gathered.paths(&entity, &data, 0), [path(0), path(2)]);

    let answer = |name| Data::Object(vec![Data::Absent, Data::Absent, Data::Json(name)]);
    let entities = vec![answer("\"a\""), answer("\"b\"")];
    assert!(gathered.distribute(&entity, entities, &mut data));
    let Data::List(items) = data.field(1) else {
        unreachable!("it was a list")
    };
    let names: Vec<_> = items.iter().map(|item| item.field(2).clone()).collect();
    let (a, b) = (Data::Json("\"a\""), Data::Json("\"b\""));
    assert_eq!(names, [a.clone(), b, a, Data::Absent, Data::Absent]);
}

#[test]
fn it_is_noticed_when_the_objects_are_others() {
    let user = |id| object(USER, &[Data::Json(id)]);
    let data = list(vec![user("1"), user("2")]);
    let entity = fetch(vec![need(1, "id", false, vec![])]);
    let gathered = Representations::gather(&entity, &data, false);

    let mut other = list(vec![user("2")]);
    assert!(!gathered.distribute(&entity, vec![Data::object(); 2], &mut other));
}

#[test]
fn objects_that_lack_something_required_are_left_out() {
    let size = |x| Data::Object(vec![Data::Absent, Data::Json(x)]);
    let data = list(vec![
        object(USER, &[Data::Json("1"), size("7")]),
        object(USER, &[Data::Null, Data::Null]),
        object(USER, &[Data::Json("3"), Data::Null]),
        object(USER, &[Data::Json("4")]),
    ]);
    let size = need(2, "size", true, vec![need(1, "x", false, vec![])]);
    let entity = fetch(vec![need(1, "id", false, vec![]), size]);

    let gathered = Representations::gather(&entity, &data, true);

    let json =
        r#"[{"__typename":"User","id":1,"size":{"x":7}},{"__typename":"User","id":3,"size":null}]"#;
    assert_eq!(gathered.json, json);
    let values = serde_json::to_string(&gathered.values).expect("values are JSON");
    assert_eq!(values, json);
}
