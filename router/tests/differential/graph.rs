//! One subgraph as its SDL describes it: a schema that can be executed, and what the
//! federation directives say about its fields.

use std::collections::{HashMap, HashSet};

use apollo_compiler::ast::{self, Selection};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Schema};
use router::compose::SubgraphSdl;

pub(crate) type Set = Vec<Selection>;

/// The directives of federation, so that an SDL is a schema.
const FEDERATION: &str = r#"
scalar _FieldSet scalar _Import scalar _Any
directive @link(url: String!, as: String, for: String, import: [_Import]) repeatable on SCHEMA
directive @key(fields: _FieldSet!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE
directive @requires(fields: _FieldSet!) on FIELD_DEFINITION
directive @provides(fields: _FieldSet!) on FIELD_DEFINITION
directive @external on OBJECT | FIELD_DEFINITION
directive @shareable repeatable on OBJECT | FIELD_DEFINITION
directive @override(from: String!, label: String) on FIELD_DEFINITION
directive @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ENUM | ENUM_VALUE | SCALAR | INPUT_OBJECT | INPUT_FIELD_DEFINITION | ARGUMENT_DEFINITION
directive @tag(name: String!) repeatable on FIELD_DEFINITION | OBJECT | INTERFACE | UNION
directive @interfaceObject on OBJECT
directive @extends on OBJECT | INTERFACE
"#;

/// What a subgraph says about one of its fields.
#[derive(Default)]
pub(crate) struct Marks {
    pub(crate) is_external: bool,
    /// The subgraph that it is taken from.
    pub(crate) overrides: Option<String>,
    pub(crate) requires: Option<Set>,
    pub(crate) provides: Set,
}

pub(crate) struct Key {
    pub(crate) set: Set,
    pub(crate) is_resolvable: bool,
}

pub(crate) struct Graph {
    pub(crate) name: String,
    pub(crate) schema: Valid<Schema>,
    pub(crate) keys: HashMap<Name, Vec<Key>>,
    pub(crate) interface_objects: HashSet<Name>,
    marks: HashMap<(Name, Name), Marks>,
}

impl Graph {
    pub(crate) fn read(subgraph: &SubgraphSdl) -> Result<Self, String> {
        let plain = build(&subgraph.sdl, "")?;
        let keys: HashMap<Name, Vec<Key>> = plain
            .types
            .iter()
            .map(|(name, ty)| (name.clone(), keys(ty)))
            .filter(|(_, keys)| !keys.is_empty())
            .collect();
        let schema = build(&subgraph.sdl, &machinery(&plain, &keys))?;
        let interface_objects = schema.types.iter();
        let interface_objects = interface_objects
            .filter(|(_, ty)| ty.directives().has("interfaceObject"))
            .map(|(name, _)| name.clone())
            .collect();
        Ok(Self {
            name: subgraph.name.clone(),
            marks: marks(&schema),
            schema: schema.validate().map_err(|err| err.errors.to_string())?,
            keys,
            interface_objects,
        })
    }

    pub(crate) fn marks(&self, ty: &str, field: &str) -> Option<&Marks> {
        self.marks
            .iter()
            .find(|((t, f), _)| t == ty && f == field)
            .map(|(_, marks)| marks)
    }

    pub(crate) fn all_marks(&self) -> impl Iterator<Item = (&Name, &Name, &Marks)> {
        self.marks
            .iter()
            .map(|((ty, field), marks)| (ty, field, marks))
    }

    /// The object types that a value of a type can have here.
    pub(crate) fn possible(&self, ty: &Name) -> Vec<Name> {
        match self.schema.types.get(ty) {
            Some(ExtendedType::Object(_)) => vec![ty.clone()],
            Some(ExtendedType::Union(union)) => {
                union.members.iter().map(|m| m.name.clone()).collect()
            }
            Some(ExtendedType::Interface(_)) => {
                let objects = self
                    .schema
                    .types
                    .iter()
                    .filter_map(|(name, ty)| Some((name, ty.as_object()?)));
                objects
                    .filter(|(_, object)| object.implements_interfaces.contains(ty))
                    .map(|(name, _)| name.clone())
                    .collect()
            }
            _ => Vec::new(),
        }
    }
}

fn build(sdl: &str, machinery: &str) -> Result<Schema, String> {
    Schema::builder()
        .adopt_orphan_extensions()
        .parse(FEDERATION, "federation.graphql")
        .parse(sdl, "subgraph.graphql")
        .parse(format!("scalar _Service {machinery}"), "machinery.graphql")
        .build()
        .map_err(|err| err.errors.to_string())
}

/// What a subgraph server adds to its SDL.
fn machinery(plain: &Schema, keys: &HashMap<Name, Vec<Key>>) -> String {
    let is_entity = |name: &&Name| {
        let is_object = plain.types.get(*name).is_some_and(ExtendedType::is_object);
        is_object && keys[*name].iter().any(|key| key.is_resolvable)
    };
    let mut entities: Vec<_> = keys
        .keys()
        .filter(is_entity)
        .map(ToString::to_string)
        .collect();
    entities.sort();
    if entities.is_empty() {
        return String::new();
    }
    let extend = if plain.types.contains_key("Query") {
        "extend "
    } else {
        ""
    };
    format!(
        "union _Entity = {} {extend}type Query {{ _entities(representations: [_Any!]!): [_Entity]! }}",
        entities.join(" | ")
    )
}

fn keys(ty: &ExtendedType) -> Vec<Key> {
    ty.directives()
        .get_all("key")
        .filter_map(|key| {
            let set = key.specified_argument_by_name("fields")?.as_str()?;
            let resolvable = key.specified_argument_by_name("resolvable");
            Some(Key {
                set: parse_set(set),
                is_resolvable: resolvable.and_then(|flag| flag.to_bool()) != Some(false),
            })
        })
        .collect()
}

fn marks(schema: &Schema) -> HashMap<(Name, Name), Marks> {
    let mut marks = HashMap::new();
    for (name, ty) in &schema.types {
        let fields = match ty {
            ExtendedType::Object(object) => &object.fields,
            ExtendedType::Interface(interface) => &interface.fields,
            _ => continue,
        };
        for (field, definition) in fields {
            let text = |directive: &str, argument: &str| {
                let directive = definition.directives.get(directive)?;
                Some(
                    directive
                        .specified_argument_by_name(argument)?
                        .as_str()?
                        .to_owned(),
                )
            };
            let read = Marks {
                is_external: definition.directives.has("external"),
                overrides: text("override", "from"),
                requires: text("requires", "fields").map(|set| parse_set(&set)),
                provides: text("provides", "fields")
                    .map(|set| parse_set(&set))
                    .unwrap_or_default(),
            };
            marks.insert((name.clone(), field.clone()), read);
        }
    }
    marks
}

fn parse_set(text: &str) -> Set {
    let document = ast::Document::parse(format!("{{{text}}}"), "fields.graphql")
        .expect("field sets are selections");
    let operation = document
        .definitions
        .first()
        .and_then(|definition| definition.as_operation_definition());
    operation
        .map(|operation| operation.selection_set.clone())
        .unwrap_or_default()
}
