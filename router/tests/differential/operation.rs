//! Random operations on any schema: aliases that look like keys, fragments named and inline,
//! conditions, variables with defaults and nested inputs.

use std::collections::HashMap;

use apollo_compiler::ast::{FieldDefinition, OperationType, Type};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Schema};
use serde_json::{Map, Value as Json, json};

use crate::input;
use crate::tape::Tape;

/// Response keys that are fields elsewhere, keys of entities above all.
const ALIASES: [&str; 9] = [
    "id", "code", "n", "common", "f00", "q00", "x", "_q0_id", "v0",
];

/// An operation and what to send with it.
pub(crate) struct Operation {
    pub(crate) text: String,
    pub(crate) variables: Json,
}

/// What the response keys below one place of the answer stand for.
#[derive(Default)]
struct Scope(HashMap<String, (String, Scope)>);

struct Writer<'a> {
    schema: &'a Valid<Schema>,
    tape: Tape,
    fragments: Vec<(Name, String)>,
    declared: Vec<String>,
    variables: Map<String, Json>,
    depth_max: usize,
    width_max: usize,
    /// One object may be asked for under two names, with different fields.
    has_twins: bool,
}

/// A random operation; not all are valid, since fragments may be spread where their fields
/// collide with others.
pub(crate) fn write(schema: &Valid<Schema>, seed: u64, size: usize) -> Operation {
    let mut tape = Tape::new(seed);
    let is_mutation = tape.chance(20) && schema.schema_definition.mutation.is_some();
    let kind = if is_mutation {
        OperationType::Mutation
    } else {
        OperationType::Query
    };
    let root = schema
        .root_operation(kind)
        .expect("there is a root")
        .clone();
    let mut writer = Writer {
        schema,
        depth_max: 2 + tape.pick(1 + size.min(4)),
        width_max: 1 + size.min(4),
        has_twins: tape.chance(30),
        tape,
        fragments: Vec::new(),
        declared: Vec::new(),
        variables: json!({ "yes": true, "no": false })
            .as_object()
            .cloned()
            .unwrap_or_default(),
    };
    let selections = writer.selections(&root, 0, &mut Scope::default());
    let fragments = writer
        .fragments
        .iter()
        .enumerate()
        .map(|(number, (ty, text))| format!("fragment F{number} on {ty} {text}"));
    let body = format!("{selections}\n{}", fragments.collect::<Vec<_>>().join("\n"));
    let switches = [("$yes", "$yes: Boolean!"), ("$no", "$no: Boolean! = true")];
    let mut declared = writer.declared;
    declared.extend(
        switches
            .iter()
            .filter(|(name, _)| body.contains(&format!("{name})")))
            .map(|(_, text)| (*text).to_owned()),
    );
    let declared = match declared.is_empty() {
        true => String::new(),
        false => format!("({})", declared.join(", ")),
    };
    Operation {
        text: format!("{} {declared} {body}", kind.name()),
        variables: Json::Object(writer.variables),
    }
}

impl Writer<'_> {
    fn selections(&mut self, ty: &Name, depth: usize, scope: &mut Scope) -> String {
        let mut text = "{ ".to_owned();
        for _ in 0..=self.tape.pick(self.width_max) {
            let choice = if depth < self.depth_max {
                self.tape.pick(9)
            } else {
                0
            };
            text += &match choice {
                5 => self.inline_fragment(ty, depth, scope),
                6 => self.spread(ty, depth, scope),
                7 => self.spread_again(ty),
                _ => self.field(ty, depth, scope),
            };
        }
        // Something must be left when every choice was in the way of another.
        text + if self.tape.chance(50) {
            "__typename }"
        } else {
            "t: __typename }"
        }
    }

    fn inline_fragment(&mut self, ty: &Name, depth: usize, scope: &mut Scope) -> String {
        let condition = self.narrower(ty);
        let directive = self.directive();
        let selections = self.selections(&condition, depth + 1, scope);
        match condition == *ty && self.tape.chance(50) {
            true => format!("... {directive} {selections} "),
            false => format!("... on {condition} {directive} {selections} "),
        }
    }

    fn spread(&mut self, ty: &Name, depth: usize, scope: &mut Scope) -> String {
        let condition = self.narrower(ty);
        let selections = self.selections(&condition, depth + 1, scope);
        let number = self.fragments.len();
        self.fragments.push((condition, selections));
        format!("...F{number} {} ", self.directive())
    }

    fn spread_again(&mut self, ty: &Name) -> String {
        let fitting: Vec<_> = self
            .fragments
            .iter()
            .enumerate()
            .filter(|(_, (on, _))| on == ty)
            .map(|(number, _)| number)
            .collect();
        let Some(number) = self.tape.one(&fitting).copied() else {
            return String::new();
        };
        format!("...F{number} {} ", self.directive())
    }

    /// The type itself, or one that can be where it is.
    fn narrower(&mut self, ty: &Name) -> Name {
        let mut options = vec![ty.clone()];
        let implementers = self.schema.implementers_map();
        match &self.schema.types[ty] {
            ExtendedType::Union(union) => {
                options.extend(union.members.iter().map(|member| member.name.clone()));
            }
            ExtendedType::Interface(_) => {
                options.extend(
                    implementers
                        .get(ty)
                        .into_iter()
                        .flat_map(|found| found.objects.iter().cloned()),
                );
            }
            ExtendedType::Object(object) => {
                options.extend(
                    object
                        .implements_interfaces
                        .iter()
                        .map(|interface| interface.name.clone()),
                );
                let unions = self.schema.types.values().filter_map(|ty| ty.as_union());
                options.extend(
                    unions
                        .filter(|union| union.members.contains(ty))
                        .map(|union| union.name.clone()),
                );
            }
            _ => {}
        }
        let index = self.tape.pick(options.len());
        options.swap_remove(index)
    }

    fn field(&mut self, ty: &Name, depth: usize, scope: &mut Scope) -> String {
        let fields = match &self.schema.types[ty] {
            ExtendedType::Object(object) => &object.fields,
            ExtendedType::Interface(interface) => &interface.fields,
            _ => return String::new(),
        };
        let index = self.tape.pick(fields.len());
        let definition = fields.get_index(index).expect("the index is in range").1;
        let composite = self.composite(&definition.ty);
        if composite.is_some() && depth >= self.depth_max {
            return String::new();
        }
        let arguments = self.arguments(definition);
        let alias = self.tape.pick(3 * ALIASES.len());
        let response_key = ALIASES.get(alias).copied().unwrap_or(&definition.name);
        let identity = format!("{}{arguments} {}", definition.name, definition.ty);
        let mut known = scope.0.iter();
        let has_twin = known.any(|(key, (known, _))| *known == identity && key != response_key);
        if composite.is_some() && has_twin && !self.has_twins {
            return String::new();
        }
        let taken = scope.0.entry(response_key.to_owned());
        let (known, below) = taken.or_insert_with(|| (identity.clone(), Scope::default()));
        if *known != identity {
            return String::new();
        }
        let directive = self.directive();
        let selections = composite
            .map(|ty| self.selections(&ty, depth + 1, below))
            .unwrap_or_default();
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
            if !argument.is_required() && self.tape.chance(35) {
                continue;
            }
            let value = match self.tape.chance(40) {
                true => self.variable(&argument.ty),
                false => {
                    let json = input::value(self.schema, &mut self.tape, &argument.ty, 0);
                    let mut literal = input::literal(self.schema, &argument.ty, &json);
                    if argument.ty.inner_named_type() == "In2" && self.tape.chance(50) {
                        let within = self.variable(&Type::Named(apollo_compiler::name!("ID")));
                        literal = format!("{{ id: {within} }}");
                    }
                    literal
                }
            };
            arguments.push(format!("{}: {value}", argument.name));
        }
        match arguments.is_empty() {
            true => String::new(),
            false => format!("({})", arguments.join(", ")),
        }
    }

    /// Declares a variable for a place, given or not, with or without a default.
    fn variable(&mut self, ty: &Type) -> String {
        let name = format!("v{}", self.declared.len());
        let default = self.tape.chance(30).then(|| {
            let value = input::value(self.schema, &mut self.tape, &ty.clone().non_null(), 1);
            format!(" = {}", input::literal(self.schema, ty, &value))
        });
        let may_lack = default.is_some() || !ty.is_non_null();
        if !may_lack || self.tape.chance(60) {
            let value = input::value(self.schema, &mut self.tape, ty, 0);
            self.variables.insert(name.clone(), value);
        }
        self.declared
            .push(format!("${name}: {ty}{}", default.unwrap_or_default()));
        format!("${name}")
    }

    fn directive(&mut self) -> &'static str {
        let directives = [
            "@include(if: $yes)",
            "@skip(if: $no)",
            "@include(if: $no)",
            "@skip(if: true)",
            "@skip(if: $no) @include(if: $yes)",
        ];
        let choice = self.tape.pick(18).checked_sub(13);
        choice.map_or("", |choice| directives[choice])
    }
}
