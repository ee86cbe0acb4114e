//! Random operations get from the federated shop what they get from the monolith.

use std::collections::HashMap;

use apollo_compiler::ast::{FieldDefinition, Type};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{Name, Schema};
use async_graphql::{Request, Variables};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use router::{Budgets, Options};
use serde_json::{Value, json};

use crate::graph::{Shop, monolith};

/// Response keys that are fields elsewhere, keys of entities above all.
const ALIASES: [&str; 8] = [
    "id", "name", "upc", "price", "weight", "rank", "author", "x",
];

const VARIABLES: [(&str, &str); 6] = [
    ("$yes", "$yes: Boolean!"),
    ("$no", "$no: Boolean!"),
    ("$id", "$id: ID!"),
    ("$two", "$two: Int! = 2"),
    ("$absent", "$absent: Int"),
    ("$word", "$word: String!"),
];

const DEPTH_MAX: usize = 5;

/// What the response keys below one place of the answer stand for.
#[derive(Default)]
struct Scope(HashMap<String, (String, Scope)>);

/// Writes an operation; every choice is read from a tape, so that a failure shrinks.
struct Writer<'a> {
    schema: &'a Schema,
    tape: std::slice::Iter<'a, u16>,
    fragments: Vec<String>,
}

impl Writer<'_> {
    fn operation(mut self) -> String {
        let query = self
            .schema
            .types
            .get_key_value("Query")
            .expect("there is a Query")
            .0;
        let selections = self.selections(query, 0, &mut Scope::default());
        let body = format!("{selections} {}", self.fragments.join(" "));
        let used = VARIABLES.iter().filter(|(name, _)| body.contains(name));
        let declared: Vec<_> = used.map(|(_, declared)| *declared).collect();
        if declared.is_empty() {
            return format!("query {body}");
        }
        format!("query ({}) {body}", declared.join(", "))
    }

    fn pick(&mut self, options: usize) -> usize {
        usize::from(self.tape.next().copied().unwrap_or_default()) % options.max(1)
    }

    fn selections(&mut self, ty: &Name, depth: usize, scope: &mut Scope) -> String {
        let mut text = "{ ".to_owned();
        for _ in 0..=self.pick(4) {
            match self.pick(6) {
                4 if depth < DEPTH_MAX => text += &self.inline_fragment(ty, depth, scope),
                5 if depth < DEPTH_MAX => text += &self.spread(ty, depth, scope),
                _ => text += &self.field(ty, depth, scope),
            }
        }
        // Something must be left when every choice was in the way of another.
        text + "__typename }"
    }

    fn inline_fragment(&mut self, ty: &Name, depth: usize, scope: &mut Scope) -> String {
        let condition = self.narrower(ty);
        let directive = self.directive();
        let selections = self.selections(&condition, depth + 1, scope);
        format!("... on {condition} {directive} {selections} ")
    }

    fn spread(&mut self, ty: &Name, depth: usize, scope: &mut Scope) -> String {
        let condition = self.narrower(ty);
        let selections = self.selections(&condition, depth + 1, scope);
        let name = format!("F{}", self.fragments.len());
        self.fragments
            .push(format!("fragment {name} on {condition} {selections}"));
        let directive = self.directive();
        format!("...{name} {directive} ")
    }

    /// The type itself, or one that can be where it is.
    fn narrower(&mut self, ty: &Name) -> Name {
        let mut options = vec![ty.clone()];
        match &self.schema.types[ty] {
            ExtendedType::Union(union) => {
                options.extend(union.members.iter().map(|member| member.name.clone()));
            }
            ExtendedType::Interface(_) => {
                let implementers = self.schema.implementers_map();
                options.extend(implementers[ty].objects.iter().cloned());
            }
            ExtendedType::Object(object) => {
                let interfaces = object.implements_interfaces.iter();
                options.extend(interfaces.map(|interface| interface.name.clone()));
            }
            _ => {}
        }
        let index = self.pick(options.len());
        options.swap_remove(index)
    }

    fn field(&mut self, ty: &Name, depth: usize, scope: &mut Scope) -> String {
        let fields = match &self.schema.types[ty] {
            ExtendedType::Object(object) => &object.fields,
            ExtendedType::Interface(interface) => &interface.fields,
            _ => return String::new(),
        };
        let index = self.pick(fields.len());
        let definition = fields.get_index(index).expect("the index is in range").1;
        let composite = self.composite(&definition.ty);
        if composite.is_some() && depth >= DEPTH_MAX {
            return String::new();
        }

        let arguments = self.arguments(definition);
        let alias = self.pick(2 * ALIASES.len());
        let response_key = ALIASES.get(alias).copied().unwrap_or(&definition.name);
        let identity = format!("{}{arguments} {}", definition.name, definition.ty);
        let taken = scope.0.entry(response_key.to_owned());
        let (known, below) = taken.or_insert_with(|| (identity.clone(), Scope::default()));
        if *known != identity {
            return String::new();
        }
        let directive = self.directive();
        let selections = composite.map(|ty| self.selections(&ty, depth + 1, below));
        let selections = selections.unwrap_or_default();
        format!(
            "{response_key}: {}{arguments} {directive} {selections} ",
            definition.name
        )
    }

    fn composite(&self, ty: &Type) -> Option<Name> {
        let name = ty.inner_named_type();
        let ty = &self.schema.types[name];
        (ty.is_object() || ty.is_interface() || ty.is_union()).then(|| name.clone())
    }

    fn arguments(&mut self, field: &FieldDefinition) -> String {
        let mut arguments = Vec::new();
        for argument in &field.arguments {
            let ty = argument.ty.inner_named_type().as_str();
            let values: &[&str] = match ty {
                "ID" => &["1", "\"2\"", "9", "$id"],
                "Int" if argument.ty.is_non_null() => &["0", "1", "3", "$two"],
                "Int" => &["0", "1", "3", "$two", "$absent"],
                _ => &["\"a\"", r#""""b "c" \ d""""#, "$word"],
            };
            let may_lack = usize::from(!argument.is_required());
            let choice = self.pick(values.len() + may_lack);
            let Some(value) = values.get(choice) else {
                continue;
            };
            arguments.push(format!("{}: {value}", argument.name));
        }
        if arguments.is_empty() {
            String::new()
        } else {
            format!("({})", arguments.join(", "))
        }
    }

    fn directive(&mut self) -> &'static str {
        let directives = [
            "@include(if: $yes)",
            "@skip(if: $no)",
            "@include(if: $no)",
            "@skip(if: true)",
        ];
        let choice = self.pick(12).checked_sub(8);
        choice.map_or("", |choice| directives[choice])
    }
}

#[test]
fn federation_makes_no_difference() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    let budgets = Budgets {
        aliases_max: 10_000,
        root_fields_max: 10_000,
        selections_max: 100_000,
        ..Budgets::default()
    };
    let shop = Shop::with(Options {
        budgets,
        ..Options::default()
    });
    let monolith = monolith::schema();
    let schema = Schema::parse(monolith.sdl(), "monolith.graphql").expect("it is a schema");
    let variables = json!({ "yes": true, "no": false, "id": "3", "word": "w" });

    let mut runner = TestRunner::new(Config {
        cases: 300,
        failure_persistence: None,
        ..Config::default()
    });
    let outcome = runner.run(&vec(any::<u16>(), 1..250), |tape| {
        let writer = Writer {
            schema: &schema,
            tape: tape.iter(),
            fragments: Vec::new(),
        };
        let query = writer.operation();
        let (federated, expected) = runtime.block_on(async {
            let request = Request::new(&query).variables(Variables::from_json(variables.clone()));
            let expected = monolith.execute(request).await;
            (shop.run(&query, variables.clone()).await, expected)
        });
        prop_assert!(expected.errors.is_empty(), "{query}: {:?}", expected.errors);
        let expected = expected.data.into_json().expect("data is JSON");
        prop_assert!(only_private(&federated), "{query}: {federated:#}");
        prop_assert_eq!(&federated["data"], &expected, "{}", query);
        Ok(())
    });
    if let Err(failed) = outcome {
        panic!("{failed}");
    }
}

/// E-mail addresses are refused by the shop and null in the monolith.
fn only_private(answer: &Value) -> bool {
    let errors = answer["errors"].as_array();
    let mut errors = errors.into_iter().flatten();
    errors.all(|error| error["extensions"]["code"] == "FORBIDDEN")
}
