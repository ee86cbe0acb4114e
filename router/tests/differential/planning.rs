//! Planning stays fast where ways multiply: many subgraphs that know one entity under
//! different keys, deep hierarchies of interfaces, wide unions.

use std::fmt::Write;
use std::time::Duration;

use router::compose::SubgraphSdl;
use serde_json::json;

use crate::federation::{Federation, Outcome};

/// For one plan with all before it, in a debug build on a busy machine: ten times what it takes.
const LIMIT: Duration = Duration::from_millis(1_000);

const LINK: &str = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable", "@external", "@requires"])"#;

fn graph(number: usize, text: &str) -> SubgraphSdl {
    SubgraphSdl {
        name: format!("g{number}"),
        url: None,
        sdl: format!("{LINK}\n{text}"),
    }
}

/// Holds a plan against the clock and its answer against the monolith.
fn plan(name: &str, subgraphs: &[SubgraphSdl], operation: &str) -> String {
    let federation = Federation::new(1, subgraphs).unwrap_or_else(|why| panic!("{name}: {why}"));
    let (plan, took) = federation.plan(operation, &json!({}));
    let requests = plan.lines().filter(|line| line.contains(". g")).count();
    println!("{name}: {took:?}, {requests} requests");
    assert!(took < LIMIT, "{name} took {took:?}");
    let outcome = federation.check(operation, &json!({}));
    assert_eq!(outcome, Outcome::Same, "{name}: {plan}");
    plan
}

/// Subgraph `i` knows the entity by the keys of numbers `keys(i)`, and answers one field.
fn keyed(count: usize, keys: impl Fn(usize) -> Vec<Vec<usize>>) -> Vec<SubgraphSdl> {
    let sdl = |number: usize| {
        let mut text = String::new();
        if number == 0 {
            text += "type Query { all: [T] }\n";
        }
        text += "type T";
        let mut fields = Vec::new();
        for key in keys(number) {
            let names: Vec<_> = key.iter().map(|key| format!("k{key}")).collect();
            write!(text, " @key(fields: \"{}\")", names.join(" ")).expect("a string takes all");
            fields.extend(key);
        }
        fields.sort_unstable();
        fields.dedup();
        text += " {";
        for key in fields {
            write!(text, " k{key}: ID! @shareable").expect("a string takes all");
        }
        write!(text, " f{number}: Int next{number}: T }}").expect("a string takes all");
        graph(number, &text)
    };
    (0..count).map(sdl).collect()
}

fn all_fields(count: usize) -> String {
    let fields: Vec<_> = (0..count).map(|number| format!("f{number}")).collect();
    let fields = fields.join(" ");
    let last = count - 1;
    format!("{{ all {{ {fields} next{last} {{ {fields} next0 {{ {fields} }} }} }} }}")
}

#[test]
fn a_chain_of_keys_is_planned_at_once() {
    let subgraphs = keyed(12, |number| vec![vec![number], vec![(number + 1) % 12]]);
    plan("chain", &subgraphs, &all_fields(12));
}

#[test]
fn keys_that_everybody_shares_with_somebody_are_planned_at_once() {
    let subgraphs = keyed(12, |number| {
        (0..6)
            .map(|step| vec![(number + step * step) % 12])
            .collect()
    });
    plan("mesh", &subgraphs, &all_fields(12));
}

#[test]
fn keys_of_several_fields_are_planned_at_once() {
    let subgraphs = keyed(10, |number| {
        let mut keys = vec![vec![number], vec![(number + 1) % 10]];
        keys.push(vec![
            (number + 2) % 10,
            (number + 5) % 10,
            (number + 7) % 10,
        ]);
        keys.push(vec![(number + 3) % 10, (number + 4) % 10]);
        keys
    });
    plan("composite keys", &subgraphs, &all_fields(10));
}

#[test]
fn requirements_that_require_are_planned_at_once() {
    let sdl = |number: usize| {
        let root = if number == 0 {
            "type Query { all: [T] }"
        } else {
            ""
        };
        let needs = match number {
            0 => "f0: Int".to_owned(),
            number => {
                let before = number - 1;
                format!("f{before}: Int @external f{number}: Int @requires(fields: \"f{before}\")")
            }
        };
        graph(
            number,
            &format!("{root} type T @key(fields: \"id\") {{ id: ID! {needs} }}"),
        )
    };
    let subgraphs: Vec<_> = (0..10).map(sdl).collect();
    plan("requirements", &subgraphs, "{ all { f9 f5 f7 } }");
}

#[test]
fn a_deep_hierarchy_of_interfaces_is_planned_at_once() {
    const LEVELS: usize = 8;
    const TYPES: usize = 30;
    let interfaces: String = (0..LEVELS)
        .map(|level| {
            let above: Vec<_> = (0..level).map(|level| format!("I{level}")).collect();
            let implements = if level > 0 {
                format!("implements {}", above.join(" & "))
            } else {
                String::new()
            };
            format!("interface I{level} {implements} {{ id: ID! self: I0 }}\n")
        })
        .collect();
    let subgraph = |number: usize| {
        let types = (0..TYPES).map(|ty| {
            let all: Vec<_> = (0..=ty % LEVELS).map(|level| format!("I{level}")).collect();
            format!("type T{ty} implements {} @key(fields: \"id\") {{ id: ID! self: I0 @shareable f{number}: Int }}\n", all.join(" & "))
        });
        graph(
            number,
            &format!(
                "type Query {{ all{number}: [I0] }}\n{interfaces}{}",
                types.collect::<String>()
            ),
        )
    };
    let subgraphs: Vec<_> = (0..4).map(subgraph).collect();
    let wanted = |depth: usize| {
        let mut wanted = "id".to_owned();
        for level in (1..=depth).rev() {
            wanted = format!(
                "id self {{ ... on I{level} {{ {wanted} }} ... on T{level} {{ f{} }} }}",
                level % 4
            );
        }
        format!("{{ all0 {{ {wanted} }} all3 {{ id ... on T29 {{ f0 f1 f2 f3 }} }} }}")
    };
    plan("hierarchy", &subgraphs, &wanted(2));

    // Every level multiplies the types that are told apart: too much is refused, in time.
    let federation = Federation::new(1, &subgraphs).expect("it composes");
    let answer = federation.ask(&wanted(7), &json!({}));
    assert_eq!(
        answer["errors"][0]["extensions"]["code"], "GATEWAY_TIMEOUT",
        "{answer}"
    );
}

#[test]
fn a_wide_union_over_subgraphs_is_planned_at_once() {
    const MEMBERS: usize = 50;
    let subgraph = |number: usize| {
        let members: Vec<_> = (0..MEMBERS).map(|member| format!("M{member}")).collect();
        let types = members.iter().map(|member| {
            format!(
                "type {member} @key(fields: \"id\") {{ id: ID! f{number}: Int more{number}: U }}\n"
            )
        });
        graph(
            number,
            &format!(
                "type Query {{ any{number}: [U] }}\nunion U = {}\n{}",
                members.join(" | "),
                types.collect::<String>()
            ),
        )
    };
    let subgraphs: Vec<_> = (0..4).map(subgraph).collect();
    let of_each = |fields: &str| {
        (0..MEMBERS)
            .map(|member| format!("... on M{member} {{ {fields} }} "))
            .collect::<String>()
    };
    plan(
        "union",
        &subgraphs,
        &format!("{{ any0 {{ {} }} }}", of_each("id f0 f1")),
    );
    plan(
        "union below a union",
        &subgraphs,
        &format!(
            "{{ any0 {{ ... on M7 {{ f3 more2 {{ {} }} }} }} }}",
            of_each("f0 f2")
        ),
    );
}
