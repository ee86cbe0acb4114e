//! Interfaces as entities: `@interfaceObject`, keys on interfaces, and the fields they owe their implementations.

use std::collections::BTreeSet;

use apollo_compiler::Name;

use super::{Merger, annotations};
use crate::compose::diagnostics::Code;
use crate::compose::merged::{JoinField, Merged, MergedField, MergedInput, MergedKind};
use crate::compose::model::{Kind, Subgraph, TypeDef};

impl Merger<'_> {
    /// Checks interface entities, then gives implementations the fields that interface objects resolve for them.
    pub(crate) fn merge_interface_objects(&mut self, merged: &mut Merged) {
        let interfaces: Vec<Name> = merged
            .types
            .iter()
            .filter(|(_, ty)| matches!(ty.kind, MergedKind::Interface(_)))
            .map(|(name, _)| name.clone())
            .collect();
        for interface in interfaces {
            let implementations = implementations(merged, &interface);
            self.check_interface_entity(&interface, &implementations);
            if merged.types[&interface]
                .joins
                .iter()
                .any(|join| join.interface_object)
            {
                add_fields(merged, &interface, &implementations);
            }
        }
    }

    fn check_interface_entity(&mut self, interface: &Name, implementations: &BTreeSet<Name>) {
        let is_interface = |ty: &TypeDef| matches!(ty.kind, Kind::Interface(_));
        let has_interface = self
            .subgraphs
            .iter()
            .any(|subgraph| subgraph.types.get(interface).is_some_and(is_interface));
        for subgraph in self.subgraphs {
            let Some(ty) = subgraph.types.get(interface) else {
                continue;
            };
            let Some(body) = ty.composite() else { continue };
            if body.interface_object {
                self.check_interface_object(subgraph, ty, has_interface, implementations);
            } else if body.keys.iter().any(|key| key.resolvable) {
                for missing in implementations
                    .iter()
                    .filter(|name| !subgraph.types.contains_key(*name))
                {
                    let message = format!(
                        "interface '{interface}' has a '@key', so this subgraph has to know all implementations, but lacks '{missing}'"
                    );
                    let code = Code::InterfaceKeyMissingImplementationType;
                    self.diagnostics
                        .error_in(code, &subgraph.name, ty.location, message);
                }
            }
        }
    }

    fn check_interface_object(
        &mut self,
        subgraph: &Subgraph,
        ty: &TypeDef,
        has_interface: bool,
        implementations: &BTreeSet<Name>,
    ) {
        let interface = &ty.name;
        if !has_interface {
            let message =
                format!("'{interface}' is an '@interfaceObject' but an interface in no subgraph");
            self.diagnostics.error_in(
                Code::InterfaceObjectUsage,
                &subgraph.name,
                ty.location,
                message,
            );
        }
        for implementation in implementations
            .iter()
            .filter(|name| subgraph.types.contains_key(*name))
        {
            let message = format!(
                "'{interface}' is an '@interfaceObject' here, so its implementation '{implementation}' cannot be here too"
            );
            self.diagnostics.error_in(
                Code::InterfaceObjectUsage,
                &subgraph.name,
                ty.location,
                message,
            );
        }
    }

    /// Every implementation needs every field of its interface, from whatever subgraph.
    pub(crate) fn check_implementations(&mut self, merged: &Merged) {
        for (name, ty) in &merged.types {
            let (MergedKind::Object(body) | MergedKind::Interface(body)) = &ty.kind else {
                continue;
            };
            let interfaces: BTreeSet<&Name> = body
                .implements
                .iter()
                .map(|(_, interface)| interface)
                .collect();
            for interface in interfaces {
                for field in merged
                    .fields(interface)
                    .into_iter()
                    .flat_map(|fields| fields.keys())
                {
                    if !body.fields.contains_key(field) && !self.is_known_faulty(name, field) {
                        let message = format!(
                            "'{name}' implements '{interface}' but no subgraph gives it the field '{field}'"
                        );
                        self.diagnostics
                            .error_of(Code::InterfaceFieldNoImplem, name, message);
                    }
                }
            }
        }
    }

    /// Whether some subgraph has the field, so that its absence from the supergraph was reported already.
    fn is_known_faulty(&self, ty: &Name, field: &Name) -> bool {
        self.subgraphs.iter().any(|subgraph| {
            subgraph
                .composite(ty)
                .is_some_and(|body| body.fields.contains_key(field))
        })
    }
}

fn implementations(merged: &Merged, interface: &Name) -> BTreeSet<Name> {
    merged
        .types
        .iter()
        .filter(|(_, ty)| matches!(&ty.kind, MergedKind::Object(body) if body.implements.iter().any(|(_, name)| name == interface)))
        .map(|(name, _)| name.clone())
        .collect()
}

fn add_fields(merged: &mut Merged, interface: &Name, implementations: &BTreeSet<Name>) {
    let owned: Vec<(Name, MergedField)> = merged
        .fields(interface)
        .into_iter()
        .flatten()
        .map(|(name, field)| (name.clone(), borrowed_field(field)))
        .collect();
    for implementation in implementations {
        let Some(MergedKind::Object(body)) =
            merged.types.get_mut(implementation).map(|ty| &mut ty.kind)
        else {
            continue;
        };
        for (name, field) in &owned {
            if !body.fields.contains_key(name) {
                body.fields.insert(name.clone(), borrowed_field(field));
            }
        }
    }
}

/// An interface's field as its implementations carry it: resolved by no subgraph of theirs.
fn borrowed_field(field: &MergedField) -> MergedField {
    let argument = |(name, argument): (&Name, &MergedInput)| (name.clone(), argument.clone());
    MergedField {
        description: field.description.clone(),
        ty: field.ty.clone(),
        arguments: field.arguments.iter().map(argument).collect(),
        applied: annotations::applied(std::iter::once(field.applied.as_slice())),
        joins: vec![JoinField::default()],
        resolvers: Vec::new(),
    }
}
