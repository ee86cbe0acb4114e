//! The API schema, with the look-ups that every request needs.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use apollo_compiler::ast::Type;
use apollo_compiler::collections::HashMap as SchemaMap;
use apollo_compiler::schema::{ExtendedType, FieldDefinition, Implementers};
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Node, Schema};

/// The schema that clients see: no join directives, no `_entities`, nothing inaccessible.
pub(crate) struct ApiSchema {
    pub(crate) schema: Valid<Schema>,
    pub(crate) implementers: SchemaMap<Name, Implementers>,
    possible: HashMap<Name, Arc<[Name]>>,
    enums: HashMap<Name, Arc<HashSet<String>>>,
}

impl ApiSchema {
    pub(crate) fn parse(sdl: &str) -> Result<Self, String> {
        let schema = Schema::parse_and_validate(sdl, "api.graphql")
            .map_err(|invalid| invalid.errors.to_string())?;
        let implementers = schema.implementers_map();
        let mut possible = HashMap::new();
        let mut enums = HashMap::new();
        for (name, ty) in &schema.types {
            match ty {
                ExtendedType::Object(_) => {
                    possible.insert(name.clone(), Arc::from([name.clone()]));
                }
                ExtendedType::Interface(_) => {
                    let objects = implementers.get(name).map(|found| &found.objects);
                    let objects = objects.into_iter().flatten().cloned().collect();
                    possible.insert(name.clone(), objects);
                }
                ExtendedType::Union(union) => {
                    let members = union.members.iter().map(|member| member.name.clone());
                    possible.insert(name.clone(), members.collect());
                }
                ExtendedType::Enum(definition) => {
                    let values = definition.values.keys().map(ToString::to_string);
                    enums.insert(name.clone(), Arc::new(values.collect()));
                }
                ExtendedType::Scalar(_) | ExtendedType::InputObject(_) => {}
            }
        }
        Ok(Self {
            schema,
            implementers,
            possible,
            enums,
        })
    }

    /// The object types that a value of a composite type can have; empty for other types.
    pub(crate) fn possible_types(&self, ty: &str) -> &[Name] {
        self.possible.get(ty).map_or(&[], AsRef::as_ref)
    }

    /// Whether a type has several concrete types behind it, so that data must say which.
    pub(crate) fn is_abstract(&self, ty: &str) -> bool {
        matches!(
            self.schema.types.get(ty),
            Some(ExtendedType::Interface(_) | ExtendedType::Union(_))
        )
    }

    /// Whether a type has fields to select.
    pub(crate) fn is_composite(&self, ty: &str) -> bool {
        self.possible.contains_key(ty)
    }

    /// The values of an enum, `None` for another type.
    pub(crate) fn enum_values(&self, ty: &str) -> Option<&Arc<HashSet<String>>> {
        self.enums.get(ty)
    }

    /// The definition of a field on a concrete type.
    pub(crate) fn field(&self, object: &str, field: &str) -> Option<&Node<FieldDefinition>> {
        let definition = self.schema.get_object(object)?.fields.get(field)?;
        Some(&definition.node)
    }
}

/// `T!` of `T`, nothing of `T!`.
pub(crate) fn nullable(ty: &Type) -> Type {
    match ty {
        Type::NonNullNamed(name) => Type::Named(name.clone()),
        Type::NonNullList(item) => Type::List(item.clone()),
        Type::Named(_) | Type::List(_) => ty.clone(),
    }
}
