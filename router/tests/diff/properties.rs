//! What holds for any two schemas.

use std::collections::BTreeSet;

use proptest::prelude::*;
use router::diff::{Change, Code, diff};

/// One element of a schema in several shapes, of which a schema has one.
const ELEMENTS: &[&[&str]] = &[
    &[
        "scalar S",
        "scalar S @specifiedBy(url: \"https://a.test\")",
        "scalar S @specifiedBy(url: \"https://b.test\")",
    ],
    &[
        "enum E { A B }",
        "enum E { A C }",
        "\"Letters.\" enum E { A B @deprecated }",
        "scalar E",
    ],
    &[
        "input I { x: Int y: S }",
        "input I @oneOf { x: Int y: S }",
        "input I { x: Int! = 1 y: S! }",
        "input I { x: [Int] z: S }",
    ],
    &[
        "interface N { id: ID }",
        "interface N { id: ID extra: Int }",
    ],
    &[
        "type T { id: ID extra: Int }",
        "type T implements N { id: ID extra: Int }",
        "type T implements N { id: ID! extra: Int kind: E }",
    ],
    &["union U = T", "union U = T | V"],
    &[
        "type V { x: Int }",
        "type V { x: [Int!]! }",
        "type V { \"Described.\" x: [Int] y: U }",
    ],
    &[
        "",
        "type Mutation { act: Int }",
        "type Subscription { watch(by: I): T }",
    ],
    &[
        "",
        "directive @live on QUERY",
        "directive @live(every: Int = 1) repeatable on QUERY | FIELD",
        "directive @live(every: Int! = 2) on FIELD",
    ],
    &[
        "",
        "extend type Query { more(a: Int, b: E = A): Int }",
        "extend type Query { more(b: E, a: Int!): Int @deprecated }",
        "extend type Query { more(a: Int = 1): [Int] }",
    ],
];

fn schema() -> impl Strategy<Value = String> {
    let choices: Vec<_> = ELEMENTS
        .iter()
        .map(|shapes| prop::sample::select(*shapes))
        .collect();
    choices.prop_map(|chosen| {
        let base = "type Query { s(i: I): S e: E n: N t: T u: U v: V }";
        format!("{base}\n{}", chosen.join("\n"))
    })
}

fn coordinates(changes: &[Change]) -> BTreeSet<&str> {
    changes
        .iter()
        .map(|change| change.coordinate.as_str())
        .collect()
}

/// What a change is called by somebody who looks from the other side.
fn reverse(code: Code) -> &'static [Code] {
    match code {
        Code::TypeRemoved => &[Code::TypeAdded],
        Code::FieldRemoved => &[
            Code::FieldAdded,
            Code::OptionalInputFieldAdded,
            Code::RequiredInputFieldAdded,
        ],
        Code::ArgRemoved => &[Code::OptionalArgAdded, Code::RequiredArgAdded],
        Code::ValueRemovedFromEnum => &[Code::ValueAddedToEnum],
        Code::TypeRemovedFromUnion => &[Code::TypeAddedToUnion],
        Code::ImplementedInterfaceRemoved => &[Code::ImplementedInterfaceAdded],
        Code::OneOfAdded => &[Code::OneOfRemoved],
        Code::RootTypeRemoved => &[Code::RootTypeAdded],
        Code::DirectiveRemoved => &[Code::DirectiveAdded],
        Code::DirectiveArgRemoved => &[
            Code::OptionalDirectiveArgAdded,
            Code::RequiredDirectiveArgAdded,
        ],
        Code::DirectiveLocationRemoved => &[Code::DirectiveLocationAdded],
        Code::DirectiveRepeatableRemoved => &[Code::DirectiveRepeatableAdded],
        Code::DeprecationAdded => &[Code::DeprecationRemoved],
        Code::SpecifiedByRemoved => &[Code::SpecifiedByAdded],
        Code::TypeChangedKind => &[Code::TypeChangedKind],
        Code::DescriptionChanged => &[Code::DescriptionChanged],
        Code::FieldChangedKindSafe => &[Code::FieldChangedKind],
        Code::ArgChangedKindSafe => &[Code::ArgChangedKind],
        Code::ArgsReordered => &[Code::ArgsReordered],
        _ => &[],
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(96) })]

    #[test]
    fn a_schema_does_not_differ_from_itself(schema in schema()) {
        prop_assert_eq!(diff(&schema, &schema), Ok(Vec::new()));
    }

    #[test]
    fn a_change_and_its_reverse_are_both_reported(old in schema(), new in schema()) {
        let there = diff(&old, &new).unwrap();
        let back = diff(&new, &old).unwrap();
        prop_assert_eq!(there.is_empty(), old == new);
        prop_assert_eq!(coordinates(&there), coordinates(&back));
        for change in &there {
            let expected = reverse(change.code);
            let found = back.iter().any(|other| other.coordinate == change.coordinate && expected.contains(&other.code));
            prop_assert!(expected.is_empty() || found, "nothing undoes {change} in {back:?}");
        }
    }
}
