//! Building the representations of an entity fetch: each different one once, however many
//! objects it stands for.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};

use async_graphql::{Name, Value};

use crate::execute::places::{self, Object, Place, typename};
use crate::plan::{EntityFetch, Input, Require};

/// Representations, and the places in the data that each stands for.
pub(crate) struct Representations {
    pub(crate) list: Vec<Value>,
    pub(crate) places: Vec<Vec<Place>>,
    positions: HashMap<u64, Vec<usize>>,
    hashing: RandomState,
}

impl Representations {
    /// Gathers the representations of an entity fetch from the merged data.
    pub(crate) fn gather(entity: &EntityFetch, data: &Value) -> Self {
        let mut gathered = Self {
            list: Vec::new(),
            places: Vec::new(),
            positions: HashMap::new(),
            hashing: RandomState::new(),
        };
        for (path, steps) in entity.paths.iter().enumerate() {
            places::visit(data, steps, &mut Vec::new(), &mut |object, indices| {
                let fitting = entity.inputs.iter().filter(|input| input.fits(object));
                for representation in fitting.filter_map(|input| input.represent(object)) {
                    let place = Place {
                        path,
                        indices: indices.into(),
                    };
                    gathered.add(representation, place);
                }
            });
        }
        gathered
    }

    fn add(&mut self, representation: Value, place: Place) {
        let mut hasher = self.hashing.build_hasher();
        hash(&representation, &mut hasher);
        let same_hash = self.positions.entry(hasher.finish()).or_default();
        let known = same_hash
            .iter()
            .find(|position| self.list[**position] == representation);
        if let Some(&position) = known {
            self.places[position].push(place);
            return;
        }
        same_hash.push(self.list.len());
        self.list.push(representation);
        self.places.push(vec![place]);
    }
}

impl Input {
    fn fits(&self, object: &Object) -> bool {
        let wanted = self.object.as_deref();
        wanted.is_none_or(|wanted| typename(object) == Some(wanted))
    }

    /// The representation of an object; `None` when something it needs is not there, because
    /// the fetch that was to bring it failed.
    fn represent(&self, object: &Object) -> Option<Value> {
        let mut representation = Object::new();
        let typename = Value::String(self.typename.clone());
        representation.insert(Name::new("__typename"), typename);
        collect(&self.fields, object, &mut representation)?;
        Some(Value::Object(representation))
    }
}

/// `Some` when everything was there.
fn collect(requires: &[Require], object: &Object, into: &mut Object) -> Option<()> {
    for require in requires {
        match require {
            Require::On { types, below } => {
                if typename(object).is_none_or(|ty| types.contains(ty)) {
                    collect(below, object, into)?;
                }
            }
            Require::Field {
                name,
                sent_as,
                nullable,
                below,
            } => {
                let value = select(object.get(name)?, below)?;
                if matches!(value, Value::Null) && !nullable {
                    return None;
                }
                into.insert(sent_as.clone(), value);
            }
        }
    }
    Some(())
}

fn select(value: &Value, below: &[Require]) -> Option<Value> {
    match value {
        value if below.is_empty() => Some(value.clone()),
        Value::List(items) => items
            .iter()
            .map(|item| select(item, below))
            .collect::<Option<_>>()
            .map(Value::List),
        Value::Object(object) => {
            let mut selected = Object::new();
            collect(below, object, &mut selected)?;
            Some(Value::Object(selected))
        }
        other => Some(other.clone()),
    }
}

fn hash(value: &Value, hasher: &mut impl Hasher) {
    match value {
        Value::Null => 0_u8.hash(hasher),
        Value::Number(number) => number.hash(hasher),
        Value::String(text) => text.hash(hasher),
        Value::Boolean(truth) => truth.hash(hasher),
        Value::Binary(bytes) => bytes.hash(hasher),
        Value::Enum(name) => Name::as_str(name).hash(hasher),
        Value::List(items) => items.iter().for_each(|item| hash(item, hasher)),
        Value::Object(object) => {
            for (key, value) in object {
                key.hash(hasher);
                hash(value, hasher);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::value;

    use super::*;
    use crate::plan::Step;

    fn need(name: &str, nullable: bool, below: Vec<Require>) -> Require {
        Require::Field {
            name: Name::new(name),
            sent_as: Name::new(name),
            nullable,
            below,
        }
    }

    fn fetch(requires: Vec<Require>) -> EntityFetch {
        EntityFetch {
            response_key: "_entities".to_owned(),
            variable: Name::new("representations"),
            paths: vec![vec![Step::Field(Name::new("list")), Step::List]],
            inputs: vec![Input {
                object: Some("User".to_owned()),
                typename: "User".to_owned(),
                fields: requires,
            }],
        }
    }

    #[test]
    fn equal_objects_are_represented_once() {
        let data = value!({ "list": [
            { "__typename": "User", "id": "1", "name": "a" },
            { "__typename": "User", "id": "2", "name": "b" },
            { "__typename": "User", "id": "1", "name": "c" },
            { "__typename": "Robot", "id": "1" },
            null,
        ] });
        let entity = fetch(vec![need("id", false, vec![])]);

        let gathered = Representations::gather(&entity, &data);

        let expected = [
            value!({ "__typename": "User", "id": "1" }),
            value!({ "__typename": "User", "id": "2" }),
        ];
        assert_eq!(gathered.list, expected);
        let indices: Vec<_> = gathered.places[0].iter().map(|p| p.indices[0]).collect();
        assert_eq!(indices, [0, 2]);
    }

    #[test]
    fn objects_that_lack_something_required_are_left_out() {
        let data = value!({ "list": [
            { "__typename": "User", "id": "1", "size": { "x": 1, "y": 2 } },
            { "__typename": "User", "id": null, "size": null },
            { "__typename": "User", "id": "3", "size": null },
            { "__typename": "User", "id": "4" },
        ] });
        let size = need("size", true, vec![need("x", false, vec![])]);
        let entity = fetch(vec![need("id", false, vec![]), size]);

        let gathered = Representations::gather(&entity, &data);

        let expected = [
            value!({ "__typename": "User", "id": "1", "size": { "x": 1 } }),
            value!({ "__typename": "User", "id": "3", "size": null }),
        ];
        assert_eq!(gathered.list, expected);
    }
}
