//! What the fields allow, the validator accepts, and the other way round.

use proptest::prelude::*;
use serde_json::Value;

use super::{oracle, schemas};
use crate::{
    field::{self, Field, FieldKind, Fields},
    schema::RequestSchema,
    validate::Checker,
};

/// Makes data that follows the fields, choosing by a seed.
struct Filler {
    seed: u64,
}

impl Filler {
    fn below(&mut self, count: usize) -> usize {
        self.seed = self
            .seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.seed >> 33).expect("31 bits") % count.max(1)
    }

    /// Tries values until one is allowed; most constraints are met by one of a few.
    fn value(&mut self, field: &Field, depth: usize) -> Option<Value> {
        let simple: Vec<Value> = [
            "a",
            "ab",
            "b",
            "aaa",
            "abc",
            "x@y.example",
            "https://e.example/p?q=1",
            "2024-02-29",
        ]
        .into_iter()
        .chain([
            "2024-02-29T10:00:00Z",
            "10:00:00Z",
            "P1DT2H",
            "123e4567-e89b-12d3-a456-426614174000",
            "10.0.0.1",
        ])
        .map(Value::from)
        .chain((-3..8).map(Value::from))
        .chain([0.5, 1.5, -2.5].map(Value::from))
        .collect();
        match &field.kind {
            _ if depth > 5 => None,
            FieldKind::Group(group) => {
                let mut members = serde_json::Map::new();
                for field in group.fields.iter().filter(|field| !field.read_only) {
                    if field.required || self.below(2) == 0 {
                        match self.value(field, depth + 1) {
                            Some(value) => drop(members.insert(field.name.clone(), value)),
                            None if field.required => return None,
                            None => {}
                        }
                    }
                }
                Some(Value::Object(members))
            }
            FieldKind::List(list) => {
                let wanted =
                    usize::try_from(list.min_items.unwrap_or(0)).expect("small") + self.below(2);
                (0..wanted)
                    .map(|_| self.value(&list.item, depth + 1))
                    .collect::<Option<Vec<_>>>()
                    .map(Value::Array)
            }
            FieldKind::Select(options) => Some(options[self.below(options.len())].value.clone()),
            FieldKind::MultiSelect(rules) => {
                let wanted = self.below(rules.options.len() + 1);
                Some(
                    rules
                        .options
                        .iter()
                        .take(wanted)
                        .map(|option| option.value.clone())
                        .collect(),
                )
            }
            FieldKind::Constant(value) => Some(value.clone()),
            FieldKind::Checkbox => Some(Value::Bool(self.below(2) == 0)),
            FieldKind::Recursive(_) | FieldKind::Json => None,
            _ => Some(simple[self.below(simple.len())].clone()),
        }
    }

    fn data(&mut self, fields: &Fields) -> Value {
        let mut data = serde_json::json!({});
        for field in fields.fields.iter().filter(|field| !field.read_only) {
            let Some(value) = self.value(field, 0) else {
                continue;
            };
            let tokens: Vec<&str> = field.pointer.as_str().split('/').skip(1).collect();
            if tokens.len() == 1 {
                data[tokens[0]] = value;
            } else if field.required || self.below(2) == 0 {
                data[tokens[0]][field.name.as_str()] = value;
            }
        }
        data
    }
}

/// The data with each of its values replaced or left out: most break one rule.
fn mutants(data: &Value, strays: &[Value]) -> Vec<Value> {
    let mut pointers = Vec::new();
    let mut open = vec![(String::new(), data)];
    while let Some((pointer, value)) = open.pop() {
        let escaped = |name: &str| format!("{pointer}/{}", crate::pointer::escape(name));
        match value {
            Value::Object(members) => {
                open.extend(members.iter().map(|(name, value)| (escaped(name), value)))
            }
            Value::Array(items) => open.extend(
                items
                    .iter()
                    .enumerate()
                    .map(|(at, item)| (format!("{pointer}/{at}"), item)),
            ),
            _ => {}
        }
        pointers.push(pointer);
    }
    let mut mutants = Vec::new();
    for pointer in &pointers {
        for stray in strays {
            let mut mutant = data.clone();
            *mutant
                .pointer_mut(pointer)
                .expect("a pointer into the data") = stray.clone();
            mutants.push(mutant);
        }
        let mut mutant = data.clone();
        if let Some((parent, name)) = pointer.rsplit_once('/')
            && let Some(Value::Object(members)) = mutant.pointer_mut(parent)
        {
            members.shift_remove(&crate::pointer::unescape(name));
            mutants.push(mutant);
        }
    }
    mutants
}

/// Compares the two judges on one piece of data.
fn agree(fields: &Fields, checker: &Checker, mut data: Value) -> Result<bool, TestCaseError> {
    field::fill(fields, &mut data);
    let allowed = oracle::allows(fields, &data);
    let errors = checker.errors(&data);
    prop_assert_eq!(
        errors.is_empty(),
        checker.accepts(&data),
        "errors and verdict differ on {}",
        data
    );
    if errors.is_empty() {
        prop_assert!(allowed, "accepted, but no field allows {data}\n{fields:#?}");
    } else if !oracle::has_json(&fields.fields) {
        prop_assert!(
            !allowed,
            "allowed by the fields, but refused: {data}\n{errors:#?}\n{fields:#?}"
        );
    }
    for error in &errors {
        let is_missing = error.code == crate::validate::InputErrorCode::Required;
        prop_assert_eq!(
            data.pointer(error.pointer.as_str()).is_none(),
            is_missing,
            "{:?} in {}",
            error,
            data
        );
    }
    Ok(errors.is_empty())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 700, max_shrink_iters: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn fields_and_validator_agree(schema in schemas::request(), data in prop::collection::vec(schemas::data(), 8), strays in prop::collection::vec(schemas::value(), 4), seed: u64) {
        let schema = RequestSchema::parse(&schema).expect("a small schema is usable");
        let checker = Checker::new(&schema).expect("a cleaned schema compiles");
        let fields = field::build(&schema);
        for data in data {
            agree(&fields, &checker, data)?;
        }
        let mut filler = Filler { seed };
        for _ in 0..8 {
            let data = filler.data(&fields);
            if agree(&fields, &checker, data.clone())? {
                for mutant in mutants(&data, &strays) {
                    agree(&fields, &checker, mutant)?;
                }
            }
        }
    }
}

#[test]
fn the_property_meets_data_that_is_accepted() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let mut accepted = 0;
    for seed in 0..300 {
        let schema = schemas::request()
            .new_tree(&mut runner)
            .expect("a schema")
            .current();
        let schema = RequestSchema::parse(&schema).expect("a small schema is usable");
        let checker = Checker::new(&schema).expect("a cleaned schema compiles");
        let fields = field::build(&schema);
        let data = Filler { seed }.data(&fields);
        accepted += usize::from(agree(&fields, &checker, data).expect("both agree"));
    }
    assert!(
        accepted > 50,
        "only {accepted} of 300 were accepted: the property would prove little"
    );
}
