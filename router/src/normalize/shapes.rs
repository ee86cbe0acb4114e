//! Builds the shape of an answer: the specification's CollectFields, done once per operation
//! for each concrete type instead of once per object.

use std::collections::HashMap;
use std::sync::Arc;

use apollo_compiler::Name;
use apollo_compiler::ast::Type;
use apollo_compiler::executable::{Field, Selection, SelectionSet};
use indexmap::IndexMap;

use crate::error::{Code, GraphQLError};
use crate::normalize::builder::Builder;
use crate::normalize::names::Scope;
use crate::normalize::shape::{FieldShape, Fields, Shape, Source, UNBOUND, ValueShape};

/// Entries of one shape: selections multiplied by the concrete types they apply to.
const ENTRIES_MAX: usize = 50_000;

/// The fields of a concrete type that share a response key, by response key.
type Collected<'a> = IndexMap<&'a Name, Vec<&'a Field>>;

impl<'a> Builder<'a> {
    /// The shape of the whole answer.
    pub(crate) fn shape(&mut self, root: &'a SelectionSet) -> Result<Arc<Shape>, GraphQLError> {
        let mut names = std::mem::take(&mut self.names);
        let is_root = true;
        let shape = self.composite(&root.ty, &[root], is_root, &mut names);
        self.names = names;
        shape
    }

    fn composite(
        &mut self,
        ty: &Name,
        sets: &[&'a SelectionSet],
        is_root: bool,
        names: &mut Scope,
    ) -> Result<Arc<Shape>, GraphQLError> {
        let addresses = sets.iter().map(|set| std::ptr::from_ref(*set)).collect();
        let key = (ty.clone(), addresses);
        if let Some(known) = names.shapes.get(&key) {
            return Ok(Arc::clone(known));
        }
        let shape = self.new_composite(ty, sets, is_root, names)?;
        names.shapes.insert(key, Arc::clone(&shape));
        Ok(shape)
    }

    fn new_composite(
        &mut self,
        ty: &Name,
        sets: &[&'a SelectionSet],
        is_root: bool,
        names: &mut Scope,
    ) -> Result<Arc<Shape>, GraphQLError> {
        let api = self.api;
        let possible = api.possible_types(ty);
        if !api.is_abstract(ty) {
            return Ok(Arc::new(Shape::Object(
                self.fields(ty, sets, is_root, names)?,
            )));
        }
        let mut types = HashMap::with_capacity(possible.len());
        let mut built: HashMap<Vec<String>, Fields> = HashMap::new();
        for concrete in possible {
            let signature = self.signature(concrete, sets);
            let fields = match built.get(&signature) {
                Some(fields) => Arc::clone(fields),
                None => self.fields(concrete, sets, is_root, names)?,
            };
            built.insert(signature, Arc::clone(&fields));
            types.insert(concrete.to_string(), fields);
        }
        let is_asked = |field: &FieldShape| matches!(field.source, Source::Typename(_));
        let mut built = built.into_values();
        Ok(Arc::new(match (built.next(), built.next()) {
            (Some(fields), None) if !fields.iter().any(is_asked) => Shape::Uniform {
                types: types.into_keys().collect(),
                fields,
            },
            _ => Shape::Abstract(types),
        }))
    }

    /// Equal for two concrete types whose fields are the same in every respect.
    fn signature(&self, concrete: &Name, sets: &[&'a SelectionSet]) -> Vec<String> {
        let mut signature = Vec::new();
        for (response_key, fields) in self.collect(concrete, sets) {
            signature.push(response_key.to_string());
            for field in fields {
                let address = std::ptr::from_ref(field).addr();
                let ty = &self.definition(concrete, field).ty;
                signature.push(if field.name == "__typename" {
                    format!("{address} {concrete}")
                } else {
                    format!("{address} {ty}")
                });
            }
        }
        signature
    }

    fn collect(&self, concrete: &Name, sets: &[&'a SelectionSet]) -> Collected<'a> {
        let mut collected = Collected::new();
        for set in sets {
            self.collect_into(concrete, set, &mut collected);
        }
        collected
    }

    fn collect_into(&self, concrete: &Name, set: &'a SelectionSet, into: &mut Collected<'a>) {
        for selection in &set.selections {
            if !self.settings.includes(selection.directives()) {
                continue;
            }
            if let Selection::Field(field) = selection {
                into.entry(field.response_key()).or_default().push(field);
            } else if let Some((condition, set)) = self.fragment(selection)
                && condition.is_none_or(|ty| self.api.possible_types(ty).contains(concrete))
            {
                self.collect_into(concrete, set, into);
            }
        }
    }

    fn fields(
        &mut self,
        concrete: &Name,
        sets: &[&'a SelectionSet],
        is_root: bool,
        names: &mut Scope,
    ) -> Result<Fields, GraphQLError> {
        self.collect(concrete, sets)
            .into_iter()
            .map(|(response_key, fields)| {
                self.entries += 1;
                if self.entries > ENTRIES_MAX {
                    let message = "operation selects too many fields of too many types";
                    return Err(GraphQLError::new(Code::ValidationFailed, message));
                }
                self.field(concrete, response_key, &fields, is_root, names)
            })
            .collect()
    }

    fn field(
        &mut self,
        concrete: &Name,
        response_key: &Name,
        fields: &[&'a Field],
        is_root: bool,
        names: &mut Scope,
    ) -> Result<FieldShape, GraphQLError> {
        let field = fields[0];
        let mut shape = FieldShape {
            response_key: response_key.as_str().into(),
            key: format!("\"{response_key}\":").into_bytes().into(),
            name: "".into(),
            slot: UNBOUND,
            coordinate: format!("{concrete}.{}", field.name).into(),
            source: Source::Data,
            value: ValueShape::Leaf,
        };
        match field.name.as_str() {
            "__typename" => shape.source = Source::Typename(concrete.as_str().into()),
            "__schema" | "__type" => shape.source = Source::Introspection,
            _ => {
                let arguments = self.arguments.of(&self.api.schema, field, self.settings)?;
                let ty = self.definition(concrete, field).ty.clone();
                let identity = self.identity(field, &arguments, is_root, names);
                shape.name = names.name(&identity).into();
                let below: Vec<_> = fields.iter().map(|field| &field.selection_set).collect();
                shape.value = self.value(&ty, &below, names.child(&shape.name))?;
            }
        }
        Ok(shape)
    }

    fn value(
        &mut self,
        ty: &Type,
        below: &[&'a SelectionSet],
        names: &mut Scope,
    ) -> Result<ValueShape, GraphQLError> {
        Ok(match ty {
            Type::NonNullNamed(_) | Type::NonNullList(_) => {
                let inner = self.value(&crate::schema::nullable(ty), below, names)?;
                ValueShape::NonNull(Box::new(inner))
            }
            Type::List(item) => ValueShape::List(Box::new(self.value(item, below, names)?)),
            Type::Named(name) if self.api.is_composite(name) => {
                let is_root = false;
                ValueShape::Composite(self.composite(name, below, is_root, names)?)
            }
            Type::Named(name) => self
                .api
                .enum_values(name)
                .map_or(ValueShape::Leaf, |values| {
                    ValueShape::Enum(Arc::clone(values))
                }),
        })
    }
}
