//! Neutral names: what the planner and the subgraphs see instead of the client's aliases.
//!
//! A field without arguments keeps its own name, any other gets `_p0_name`. A client can
//! therefore not make one field answer under the name of another, least of all of a key.
//! What the planner adds is called `_q0_name` where its own name is taken.

use std::collections::HashMap;
use std::sync::Arc;

use apollo_compiler::Name;
use apollo_compiler::executable::{Field, SelectionSet};

use crate::normalize::shape::Shape;
use crate::schema::ApiSchema;

/// What makes two selections of a field one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Identity {
    pub(crate) field: String,
    pub(crate) arguments: String,
    /// The type as far as it matters to a response: subgraphs refuse one name for two shapes.
    pub(crate) shape: String,
    /// Set where two selections are never one: at the root of a mutation.
    pub(crate) response_key: Option<String>,
    /// Tells those apart that are one by all else, but whose failures take away different things.
    pub(crate) twin: usize,
}

/// The names given below one place of the response, whatever the type of the parent.
#[derive(Default)]
pub(crate) struct Scope {
    names: HashMap<Identity, String>,
    children: HashMap<String, Scope>,
    aliases: usize,
    /// Which twin a field is, by its address in the document; the first unless it is here.
    twins: HashMap<*const Field, usize>,
    /// Shapes of what is selected here, by type and by the addresses of the selections.
    pub(crate) shapes: HashMap<(Name, Vec<*const SelectionSet>), Arc<Shape>>,
}

impl Scope {
    /// The name of a selection, the same whenever it is asked.
    pub(crate) fn name(&mut self, identity: &Identity) -> String {
        if let Some(name) = self.names.get(identity) {
            return name.clone();
        }
        let plain = identity.arguments.is_empty()
            && identity.response_key.is_none()
            && identity.twin == 0
            && !self.names.values().any(|name| *name == identity.field);
        let name = if plain {
            identity.field.clone()
        } else {
            self.aliases += 1;
            format!("_p{}_{}", self.aliases - 1, identity.field)
        };
        self.names.insert(identity.clone(), name.clone());
        name
    }

    /// Notes which twin some fields are.
    pub(crate) fn part(&mut self, twin: usize, fields: &[&Field]) {
        if twin > 0 {
            let fields = fields.iter().map(|field| std::ptr::from_ref(*field));
            self.twins.extend(fields.map(|field| (field, twin)));
        }
    }

    /// Which twin a field is.
    pub(crate) fn twin(&self, field: &Field) -> usize {
        let twin = self.twins.get(&std::ptr::from_ref(field));
        twin.copied().unwrap_or_default()
    }

    pub(crate) fn child(&mut self, name: &str) -> &mut Self {
        self.children.entry(name.to_owned()).or_default()
    }
}

/// A field of the schema that a neutral name could be taken for.
pub(crate) fn find_clash(api: &ApiSchema) -> Option<String> {
    let objects = api.schema.types.values().filter_map(|ty| ty.as_object());
    objects
        .flat_map(|object| object.fields.keys())
        .find(|field| looks_neutral(field))
        .map(ToString::to_string)
}

fn looks_neutral(field: &str) -> bool {
    let rest = field
        .strip_prefix("_p")
        .or_else(|| field.strip_prefix("_q"));
    field == "_q_typename"
        || rest.is_some_and(|rest| {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            digits > 0 && rest[digits..].starts_with('_')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(field: &str, arguments: &str) -> Identity {
        Identity {
            field: field.to_owned(),
            arguments: arguments.to_owned(),
            shape: "String".to_owned(),
            response_key: None,
            twin: 0,
        }
    }

    #[test]
    fn only_fields_with_arguments_are_renamed() {
        let mut scope = Scope::default();
        assert_eq!(scope.name(&identity("id", "")), "id");
        assert_eq!(scope.name(&identity("list", "(first:$a0)")), "_p0_list");
        assert_eq!(scope.name(&identity("list", "(first:$a1)")), "_p1_list");
        assert_eq!(scope.name(&identity("list", "(first:$a0)")), "_p0_list");
    }

    #[test]
    fn two_shapes_never_share_a_name() {
        let mut scope = Scope::default();
        let mut other = identity("value", "");
        other.shape = "Int".to_owned();
        assert_eq!(scope.name(&identity("value", "")), "value");
        assert_eq!(scope.name(&other), "_p0_value");
    }

    #[test]
    fn neutral_names_are_recognised() {
        assert!(looks_neutral("_p0_id") && looks_neutral("_q12_id"));
        assert!(!looks_neutral("_price_id") && !looks_neutral("p0_id"));
    }
}
