//! Merges object and interface types: the union of their fields and interfaces.

use apollo_compiler::Name;
use indexmap::IndexMap;

use super::fields::FieldSource;
use super::{Merger, Sources};
use crate::compose::merged::{MergedComposite, MergedField, MergedKind};
use crate::compose::model::{Composite, GraphId, Kind};

impl Merger<'_> {
    pub(crate) fn merge_composite(&mut self, name: &Name, sources: &Sources<'_>) -> MergedKind {
        let bodies: Vec<(GraphId, &Composite)> = sources
            .iter()
            .filter_map(|(graph, ty)| Some((*graph, ty.composite()?)))
            .collect();
        let is_interface = sources.iter().any(|(_, ty)| match &ty.kind {
            Kind::Interface(_) => true,
            Kind::Object(composite) => composite.interface_object,
            _ => false,
        });
        let composite = MergedComposite {
            implements: bodies
                .iter()
                .flat_map(|(graph, body)| {
                    body.implements
                        .iter()
                        .map(|interface| (*graph, interface.clone()))
                })
                .collect(),
            fields: self.merge_fields(name, &bodies, is_interface),
        };
        if is_interface {
            MergedKind::Interface(composite)
        } else {
            MergedKind::Object(composite)
        }
    }

    fn merge_fields(
        &mut self,
        name: &Name,
        bodies: &[(GraphId, &Composite)],
        is_interface: bool,
    ) -> IndexMap<Name, MergedField> {
        // Every subgraph has the query root, so a field of it is never in all of them by default.
        let everywhere = if name == "Query" {
            self.subgraphs.len()
        } else {
            bodies.len()
        };
        let mut names: Vec<&Name> = Vec::new();
        for field in bodies.iter().flat_map(|(_, body)| body.fields.keys()) {
            if !names.contains(&field) {
                names.push(field);
            }
        }
        let mut merged = IndexMap::new();
        for field in names {
            let sources: Vec<FieldSource<'_>> = bodies
                .iter()
                .filter_map(|(graph, body)| {
                    let field = body.fields.get(field)?;
                    Some(FieldSource {
                        graph: *graph,
                        field,
                        own_fields: body.own_fields(),
                        interface_object: body.interface_object,
                        overridden: None,
                    })
                })
                .collect();
            let sources = self.apply_overrides(name, field, sources);
            if !is_interface {
                self.check_sharing(name, field, &sources);
            } else {
                self.check_interface_object_sharing(name, field, &sources);
            }
            if let Some(field_merged) = self.merge_field(name, field, &sources, everywhere) {
                merged.insert(field.clone(), field_merged);
            }
        }
        merged
    }
}
