//! The `_entities` field of a fixture subgraph.

use apollo_compiler::resolvers::{FieldError, ResolvedValue};
use serde_json::Value;

use crate::object::{Object, Place, failing, records};
use crate::schema::agree;

impl<'a> Place<'a> {
    pub(crate) fn entities<'b>(&self, representations: &Value) -> ResolvedValue<'b>
    where
        'a: 'b,
    {
        let representations = representations.as_array().into_iter().flatten();
        let entities: Vec<_> = representations.map(|it| Ok(self.resolved(it))).collect();
        ResolvedValue::List(Box::new(entities.into_iter()))
    }

    fn resolved<'b>(&self, representation: &Value) -> ResolvedValue<'b>
    where
        'a: 'b,
    {
        let found = match self.entity(representation) {
            Ok(found) => found,
            Err(wrong) => {
                let message = format!("{wrong}: {representation}");
                self.fixture.complain(&message);
                return failing(FieldError { message });
            }
        };
        let code = found
            .as_ref()
            .and_then(|entity| entity.record?.get("!")?.as_str());
        match code {
            Some(code) => {
                let message = format!("!{code}");
                failing(FieldError { message })
            }
            None => ResolvedValue::nullable_object(found),
        }
    }

    /// The entity with a key; `None` when there is none.
    fn entity(&self, representation: &Value) -> Result<Option<Self>, String> {
        let schema = &self.fixture.schema;
        let representation = representation
            .as_object()
            .ok_or("a representation is an object")?;
        let ty = representation.get("__typename").and_then(Value::as_str);
        let ty = ty.ok_or("a representation has a __typename")?;
        if let Some(unknown) = representation
            .keys()
            .find(|field| !schema.has_field(ty, field))
        {
            return Err(format!("{ty} has no {unknown}"));
        }
        let mut keys = schema.keys(ty).into_iter().filter(|key| key.is_resolvable);
        let key = keys
            .find(|key| schema.is_complete(&key.fields.selection_set, representation))
            .ok_or("no key is complete")?;
        let is_it = |record: &&'a Object| agree(&key.fields.selection_set, representation, record);
        let mut types = schema.possible(ty).into_iter();
        let found = types.find_map(|ty| {
            let (ty, _) = self.fixture.schema.valid().types.get_key_value(ty)?;
            Some((ty.as_str(), records(self.fixture, ty).find(is_it)?))
        });
        Ok(found.map(|(ty, record)| Self {
            fixture: self.fixture,
            ty,
            own: None,
            record: Some(record),
            representation: Some(representation.clone()),
            arguments: None,
        }))
    }
}
