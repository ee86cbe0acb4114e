//! Planning stays fast where ways multiply: many subgraphs that know one entity under
//! different keys, deep hierarchies of interfaces, wide unions.

use std::fmt::Write;
use std::time::Duration;

use router::compose::SubgraphSdl;
use serde_json::json;

use crate::federation::{Federation, Outcome};

/// For one plan with all before it, in a debug build on a busy machine: ten times what it takes.
const LIMIT: Duration = Duration::from_millis(1_000);

/// For one plan of many levels: what a request is given.
const DEEP_LIMIT: Duration = Duration::from_secs(5);

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
    plan_within(LIMIT, name, subgraphs, operation)
}

fn plan_within(limit: Duration, name: &str, subgraphs: &[SubgraphSdl], operation: &str) -> String {
    let federation = Federation::new(1, subgraphs).unwrap_or_else(|why| panic!("{name}: {why}"));
    let (plan, took) = federation.plan(operation, &json!({}));
    let requests = plan.lines().filter(|line| line.contains(". g")).count();
    println!("{name}: {took:?}, {requests} requests");
    assert!(took < limit, "{name} took {took:?}");
    for seed in 1..=2 {
        federation.world.set_seed(seed);
        let outcome = federation.check(operation, &json!({}));
        assert_eq!(outcome, Outcome::Same, "{name} with seed {seed}: {plan}");
    }
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

/// The key of one entity is in another, whose own keys everybody shares with somebody.
#[test]
fn keys_below_keys_are_planned_at_once() {
    const COUNT: usize = 10;
    let inner = keyed(COUNT, |number| {
        (0..5)
            .map(|step| vec![(number + step * step) % COUNT])
            .collect()
    });
    let last = COUNT - 2;
    let outer = |number: usize| match number {
        0 => r#"extend type Query { outer: [O] }
            type O @key(fields: "in { k0 }") { in: T @shareable }"#
            .to_owned(),
        number if number == COUNT - 1 => {
            format!("type O @key(fields: \"in {{ k{last} }}\") {{ in: T @shareable far: Int }}")
        }
        _ => String::new(),
    };
    let subgraphs: Vec<_> = inner
        .into_iter()
        .enumerate()
        .map(|(number, graph)| SubgraphSdl {
            sdl: format!("{}\n{}", graph.sdl, outer(number)),
            ..graph
        })
        .collect();
    plan("keys below keys", &subgraphs, "{ outer { far in { f3 } } }");
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
    assert_grows_evenly("hierarchy", &subgraphs, &wanted);
}

/// Plans two to seven levels, each with the same number of requests more, and of text.
fn assert_grows_evenly(name: &str, subgraphs: &[SubgraphSdl], wanted: &dyn Fn(usize) -> String) {
    let sizes: Vec<(usize, usize)> = (2..=7)
        .map(|levels| {
            let name = format!("{name} {levels}");
            let plan = plan_within(DEEP_LIMIT, &name, subgraphs, &wanted(levels));
            let requests = plan.lines().filter(|line| line.contains(". g")).count();
            (requests, plan.len())
        })
        .collect();
    println!("{name}: {sizes:?}");
    let more: Vec<usize> = sizes.windows(2).map(|two| two[1].0 - two[0].0).collect();
    assert!(
        more.iter().all(|more| *more <= 6),
        "{name}: requests grow by {more:?}"
    );
    let (first, last) = (sizes[1].1 - sizes[0].1, sizes[5].1 - sizes[4].1);
    assert!(
        last <= 2 * first,
        "{name}: the plan grows by {first}, then by {last} bytes"
    );
}

/// Nodes of thirty types, each at home in one of five subgraphs; the subgraph that `owner` names
/// for a type knows what is next, and everybody knows the nodes by their keys.
fn nodes(owner: impl Fn(usize) -> usize) -> Vec<SubgraphSdl> {
    let subgraph = |number: usize| {
        let types = (0..30).map(|ty| {
            let field = match ty % 5 == number {
                true => format!("f{number}: Int"),
                false => String::new(),
            };
            let (linked, next) = match owner(ty) == number {
                true => ("& Linked", "next: Node!"),
                false => ("", ""),
            };
            format!("type T{ty} implements Node {linked} @key(fields: \"id\") {{ id: ID! {field} {next} }}\n")
        });
        let roots = match number {
            0 => "type Query { all: [Node] }",
            _ => "",
        };
        let linked = match (0..30).any(|ty| owner(ty) == number) {
            true => "interface Linked { next: Node! }",
            false => "",
        };
        let types = types.collect::<String>();
        graph(
            number,
            &format!("{roots}\ninterface Node {{ id: ID! }}\n{linked}\n{types}"),
        )
    };
    (0..6).map(subgraph).collect()
}

/// At every level what is next, and a field of its own for each of two types.
fn linked(levels: usize) -> String {
    let mut wanted = "id".to_owned();
    for level in (1..=levels).rev() {
        let (one, other) = (level % 5, (level + 2) % 5);
        wanted = format!(
            "id ... on T{one} {{ f{one} }} ... on T{other} {{ f{other} }} ... on Linked {{ next {{ {wanted} }} }}"
        );
    }
    format!("{{ all {{ {wanted} }} }}")
}

#[test]
fn nodes_that_lead_to_nodes_by_another_subgraph_do_not_multiply() {
    assert_grows_evenly("nodes", &nodes(|_| 5), &linked);
}

#[test]
fn nodes_that_lead_to_nodes_by_their_own_subgraphs_do_not_multiply() {
    assert_grows_evenly("homes", &nodes(|ty| ty % 5), &linked);
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
