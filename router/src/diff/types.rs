//! Compares types: which there are, of which kind, and what they are made of.

use apollo_compiler::collections::{IndexMap, IndexSet};
use apollo_compiler::schema::{
    Component, ComponentName, EnumType, EnumValueDefinition, ExtendedType, InputObjectType,
    ScalarType, UnionType,
};
use apollo_compiler::{Name, Schema};

use super::metadata::{Described, sorted_names};
use super::{Changes, Code};

impl Changes {
    pub(super) fn types(&mut self, old: &Schema, new: &Schema) {
        for (name, before) in own_types(old) {
            match new.types.get(name) {
                Some(after) => self.same_type(name, before, after),
                None => {
                    let message = format!("{} '{name}' was removed", noun(before));
                    self.add(Code::TypeRemoved, name, message);
                }
            }
        }
        for (name, after) in own_types(new) {
            if !old.types.contains_key(name) {
                let message = format!("{} '{name}' was added", noun(after));
                self.add(Code::TypeAdded, name, message);
                self.implementation(name, after, old);
            }
        }
    }

    /// Where an interface was expected, a new type may turn up.
    fn implementation(&mut self, name: &Name, added: &ExtendedType, old: &Schema) {
        let ExtendedType::Object(object) = added else {
            return;
        };
        let known = |interface: &&ComponentName| old.types.contains_key(&interface.name);
        for interface in object.implements_interfaces.iter().filter(known) {
            let message = format!("'{name}', which is new, implements '{interface}'");
            self.add(Code::ImplementedInterfaceAdded, name, message);
        }
    }

    fn same_type(&mut self, name: &Name, old: &ExtendedType, new: &ExtendedType) {
        match (old, new) {
            (ExtendedType::Scalar(old), ExtendedType::Scalar(new)) => self.scalar(name, old, new),
            (ExtendedType::Object(old), ExtendedType::Object(new)) => {
                self.interfaces(name, &old.implements_interfaces, &new.implements_interfaces);
                self.fields(name, &old.fields, &new.fields);
            }
            (ExtendedType::Interface(old), ExtendedType::Interface(new)) => {
                self.interfaces(name, &old.implements_interfaces, &new.implements_interfaces);
                self.fields(name, &old.fields, &new.fields);
            }
            (ExtendedType::Union(old), ExtendedType::Union(new)) => self.union(name, old, new),
            (ExtendedType::Enum(old), ExtendedType::Enum(new)) => self.enumeration(name, old, new),
            (ExtendedType::InputObject(old), ExtendedType::InputObject(new)) => {
                self.input_object(name, old, new);
            }
            _ => {
                let message = format!("'{name}' was {} and is now {}", article(old), article(new));
                self.add(Code::TypeChangedKind, name, message);
                return;
            }
        }
        self.metadata(name, &Described::of_type(old), &Described::of_type(new));
    }

    fn scalar(&mut self, name: &Name, old: &ScalarType, new: &ScalarType) {
        let url = |scalar: &ScalarType| {
            let directive = scalar.directives.get("specifiedBy")?;
            let url = directive.specified_argument_by_name("url")?.as_str()?;
            Some(url.to_owned())
        };
        match (url(old), url(new)) {
            (Some(old), Some(new)) if old != new => {
                let message = format!("scalar '{name}' was specified by '{old}', now by '{new}'");
                self.add(Code::SpecifiedByChanged, name, message);
            }
            (Some(old), None) => {
                let message = format!("scalar '{name}' is no longer specified by '{old}'");
                self.add(Code::SpecifiedByRemoved, name, message);
            }
            (None, Some(new)) => {
                let message = format!("scalar '{name}' is now specified by '{new}'");
                self.add(Code::SpecifiedByAdded, name, message);
            }
            _ => {}
        }
    }

    fn interfaces(
        &mut self,
        name: &Name,
        old: &IndexSet<ComponentName>,
        new: &IndexSet<ComponentName>,
    ) {
        for interface in old.difference(new) {
            let message = format!("'{name}' no longer implements '{interface}'");
            self.add(Code::ImplementedInterfaceRemoved, name, message);
        }
        for interface in new.difference(old) {
            let message = format!("'{name}' now implements '{interface}'");
            self.add(Code::ImplementedInterfaceAdded, name, message);
        }
    }

    fn union(&mut self, name: &Name, old: &UnionType, new: &UnionType) {
        for member in old.members.difference(&new.members) {
            let message = format!("'{member}' is no longer a member of union '{name}'");
            self.add(Code::TypeRemovedFromUnion, name, message);
        }
        for member in new.members.difference(&old.members) {
            let message = format!("'{member}' is now a member of union '{name}'");
            self.add(Code::TypeAddedToUnion, name, message);
        }
    }

    fn enumeration(&mut self, name: &Name, old: &EnumType, new: &EnumType) {
        for (value, before) in &old.values {
            let coordinate = format!("{name}.{value}");
            match new.values.get(value) {
                Some(after) => self.metadata(
                    &coordinate,
                    &Described::of_value(before),
                    &Described::of_value(after),
                ),
                None => {
                    let message = format!("enum value '{coordinate}' was removed");
                    self.add(Code::ValueRemovedFromEnum, &coordinate, message);
                }
            }
        }
        for value in added(&old.values, &new.values) {
            let coordinate = format!("{name}.{value}");
            let message = format!("enum value '{coordinate}' was added");
            self.add(Code::ValueAddedToEnum, &coordinate, message);
        }
    }

    fn input_object(&mut self, name: &Name, old: &InputObjectType, new: &InputObjectType) {
        let one_of = |input: &InputObjectType| input.directives.has("oneOf");
        match (one_of(old), one_of(new)) {
            (false, true) => {
                let message = format!("input '{name}' takes exactly one of its fields now");
                self.add(Code::OneOfAdded, name, message);
            }
            (true, false) => {
                let message = format!("input '{name}' no longer takes exactly one of its fields");
                self.add(Code::OneOfRemoved, name, message);
            }
            _ => {}
        }
        self.input_fields(name, &old.fields, &new.fields);
    }
}

fn added<'a>(
    old: &'a IndexMap<Name, Component<EnumValueDefinition>>,
    new: &'a IndexMap<Name, Component<EnumValueDefinition>>,
) -> impl Iterator<Item = &'a Name> {
    new.keys().filter(|value| !old.contains_key(*value))
}

/// The types that a schema does not have anyway.
fn own_types(schema: &Schema) -> impl Iterator<Item = (&Name, &ExtendedType)> {
    sorted_names(&schema.types).filter(|(_, ty)| !ty.is_built_in())
}

fn noun(ty: &ExtendedType) -> &'static str {
    match ty {
        ExtendedType::Scalar(_) => "scalar",
        ExtendedType::Object(_) => "type",
        ExtendedType::Interface(_) => "interface",
        ExtendedType::Union(_) => "union",
        ExtendedType::Enum(_) => "enum",
        ExtendedType::InputObject(_) => "input",
    }
}

fn article(ty: &ExtendedType) -> &'static str {
    match ty {
        ExtendedType::Scalar(_) => "a scalar",
        ExtendedType::Object(_) => "an object type",
        ExtendedType::Interface(_) => "an interface",
        ExtendedType::Union(_) => "a union",
        ExtendedType::Enum(_) => "an enum",
        ExtendedType::InputObject(_) => "an input type",
    }
}
