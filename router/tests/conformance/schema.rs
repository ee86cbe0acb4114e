//! What a fixture subgraph knows of its own schema: the machinery of federation, and its directives.

use apollo_compiler::ast::OperationType;
use apollo_compiler::executable::{FieldSet, Selection, SelectionSet};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Schema};
use serde_json::{Map, Value};

/// Definitions that every federated SDL takes for granted.
const MACHINERY: &str = include_str!("machinery.graphql");

pub(crate) struct SubgraphSchema(Valid<Schema>);

/// One `@key` of a type.
pub(crate) struct Key {
    pub(crate) fields: FieldSet,
    pub(crate) is_resolvable: bool,
}

impl SubgraphSchema {
    pub(crate) fn parse(name: &str, sdl: &str) -> Self {
        let bare = build(name, &[sdl]);
        let query = bare.root_operation(OperationType::Query);
        let query = query.map_or("Query", Name::as_str);
        let mut service = format!("extend type {query} {{ _service: _Service! }}");
        let entities = entities(&bare);
        if !entities.is_empty() {
            service += &format!(
                " union _Entity = {} extend type {query} {{ _entities(representations: [_Any!]!): [_Entity]! }}",
                entities.join(" | ")
            );
        }
        let schema = build(name, &[sdl, &service]).validate();
        Self(schema.unwrap_or_else(|failed| panic!("subgraph {name}: {}", failed.errors)))
    }

    pub(crate) fn valid(&self) -> &Valid<Schema> {
        &self.0
    }

    pub(crate) fn is_root(&self, kind: OperationType, ty: &str) -> bool {
        self.0.root_operation(kind).is_some_and(|root| root == ty)
    }

    /// Whether values of a type are objects.
    pub(crate) fn is_composite(&self, ty: &str) -> bool {
        self.0.types.get(ty).is_some_and(|ty| {
            matches!(
                ty,
                ExtendedType::Object(_) | ExtendedType::Interface(_) | ExtendedType::Union(_)
            )
        })
    }

    /// The object types that a value of a type may have.
    pub(crate) fn possible(&self, ty: &str) -> Vec<&str> {
        let objects = self.0.types.values().filter(|ty| ty.is_object());
        let names = objects.map(|object| object.name().as_str());
        names
            .filter(|name| *name == ty || self.0.is_subtype(ty, name))
            .collect()
    }

    /// The keys of an object type or an interface.
    pub(crate) fn keys(&self, ty: &str) -> Vec<Key> {
        let Some(definition) = self.0.types.get(ty) else {
            return Vec::new();
        };
        let keys = definition.directives().get_all("key").map(|key| {
            let fields = key.specified_argument_by_name("fields");
            let fields = fields
                .and_then(|fields| fields.as_str())
                .unwrap_or_default();
            let resolvable = key.specified_argument_by_name("resolvable");
            Key {
                fields: self.field_set(definition.name(), fields),
                is_resolvable: resolvable.and_then(|it| it.to_bool()).unwrap_or(true),
            }
        });
        keys.collect()
    }

    /// What a field requires of the representation.
    pub(crate) fn requires(&self, ty: &str, field: &str) -> Option<FieldSet> {
        let definition = self.0.type_field(ty, field).ok()?;
        let requires = definition.directives.get("requires")?;
        let fields = requires.specified_argument_by_name("fields")?.as_str()?;
        Some(self.field_set(self.0.types.get(ty)?.name(), fields))
    }

    pub(crate) fn has_field(&self, ty: &str, field: &str) -> bool {
        field == "__typename" || self.0.type_field(ty, field).is_ok()
    }

    /// Whether another subgraph answers a field. Federation 1 marks keys external as well.
    pub(crate) fn is_external(&self, ty: &str, field: &str) -> bool {
        let (Some(parent), Ok(definition)) = (self.0.types.get(ty), self.0.type_field(ty, field))
        else {
            return false;
        };
        let is_marked =
            definition.directives.has("external") || parent.directives().has("external");
        let in_key = |key: Key| key.fields.selection_set.fields().any(|it| it.name == field);
        is_marked && !self.keys(ty).into_iter().any(in_key)
    }

    fn field_set(&self, ty: &Name, fields: &str) -> FieldSet {
        FieldSet::parse(&self.0, ty.clone(), fields, "fields.graphql")
            .unwrap_or_else(|failed| panic!("{ty}: {}", failed.errors))
    }

    /// Whether everything in a selection is there; null is an answer too.
    pub(crate) fn is_complete(
        &self,
        selections: &SelectionSet,
        object: &Map<String, Value>,
    ) -> bool {
        selections
            .selections
            .iter()
            .all(|selection| match selection {
                Selection::Field(field) => object
                    .get(field.name.as_str())
                    .is_some_and(|value| self.is_complete_below(&field.selection_set, value)),
                Selection::InlineFragment(inline) => match &inline.type_condition {
                    None => self.is_complete(&inline.selection_set, object),
                    Some(condition) => match object.get("__typename").and_then(Value::as_str) {
                        // A router need not tell the type of what it sends along.
                        None => true,
                        Some(ty)
                            if ty == condition.as_str() || self.0.is_subtype(condition, ty) =>
                        {
                            self.is_complete(&inline.selection_set, object)
                        }
                        Some(_) => true,
                    },
                },
                Selection::FragmentSpread(_) => false,
            })
    }

    fn is_complete_below(&self, selections: &SelectionSet, value: &Value) -> bool {
        match value {
            _ if selections.is_empty() => true,
            Value::Null => true,
            Value::Array(items) => items
                .iter()
                .all(|item| self.is_complete_below(selections, item)),
            Value::Object(object) => self.is_complete(selections, object),
            _ => false,
        }
    }
}

/// Whether two objects have the same values in a selection; null is not a value.
pub(crate) fn agree(
    selections: &SelectionSet,
    one: &Map<String, Value>,
    other: &Map<String, Value>,
) -> bool {
    selections.fields().all(|field| {
        let name = field.name.as_str();
        match (one.get(name), other.get(name)) {
            (Some(one), Some(other)) => agree_below(&field.selection_set, one, other),
            _ => false,
        }
    })
}

fn agree_below(selections: &SelectionSet, one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => agree(selections, one, other),
        (Value::Array(one), Value::Array(other)) => {
            let mut pairs = one.iter().zip(other);
            one.len() == other.len()
                && pairs.all(|(one, other)| agree_below(selections, one, other))
        }
        (Value::Null, _) | (_, Value::Null) => false,
        // An ID may come as a number.
        (one, other) => plain(one) == plain(other),
    }
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn build(name: &str, sources: &[&str]) -> Schema {
    let mut builder = Schema::builder().adopt_orphan_extensions();
    for source in [MACHINERY].iter().chain(sources) {
        builder = builder.parse(*source, format!("{name}.graphql"));
    }
    let built = builder.build();
    built.unwrap_or_else(|failed| panic!("subgraph {name}: {}", failed.errors))
}

/// The object types that `_entities` may answer.
fn entities(schema: &Schema) -> Vec<&str> {
    let objects = schema.types.values().filter(|ty| ty.is_object());
    let entities = objects.filter(|object| {
        object.directives().get_all("key").any(|key| {
            let resolvable = key.specified_argument_by_name("resolvable");
            resolvable.and_then(|it| it.to_bool()).unwrap_or(true)
        })
    });
    entities.map(|object| object.name().as_str()).collect()
}
