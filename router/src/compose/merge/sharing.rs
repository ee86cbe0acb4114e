//! Who may resolve the same field.

use apollo_compiler::Name;

use super::Merger;
use super::fields::{FieldSource, Overridden};
use crate::compose::diagnostics::Code;
use crate::compose::model::{Field, GraphId, Subgraph};

impl<'a> Merger<'a> {
    /// A field that several subgraphs resolve has to be `@shareable` in each.
    pub(crate) fn check_sharing(&mut self, ty: &Name, field: &Name, sources: &[FieldSource<'_>]) {
        let mut resolving: Vec<FieldSource<'_>> = sources
            .iter()
            .copied()
            .filter(FieldSource::resolves)
            .collect();
        if ty == "Subscription" {
            if resolving.len() > 1 {
                let graphs = self.names(resolving.iter().map(|source| source.graph));
                let message = format!(
                    "'{ty}.{field}' is offered by {graphs}, but a subscription field can have one subgraph only"
                );
                let element = format!("{ty}.{field}");
                self.diagnostics
                    .error_of(Code::InvalidFieldSharing, &element, message);
            }
            return;
        }
        resolving.extend(self.through_interface_objects(ty, field));
        self.refuse_unshareable(ty, field, &resolving);
    }

    /// The same for fields that interface objects add to an interface.
    pub(crate) fn check_interface_object_sharing(
        &mut self,
        ty: &Name,
        field: &Name,
        sources: &[FieldSource<'_>],
    ) {
        let resolving: Vec<FieldSource<'_>> = sources
            .iter()
            .copied()
            .filter(|source| source.interface_object && source.resolves())
            .collect();
        self.refuse_unshareable(ty, field, &resolving);
    }

    fn refuse_unshareable(&mut self, ty: &Name, field: &Name, resolving: &[FieldSource<'_>]) {
        let is_shareable =
            |source: &&FieldSource<'_>| source.field.marks.shareable || source.field.marks.in_key;
        let unshareable: Vec<_> = resolving
            .iter()
            .filter(|source| !is_shareable(source))
            .collect();
        let Some(first) = unshareable.first().filter(|_| resolving.len() > 1) else {
            return;
        };
        let message = format!(
            "'{ty}.{field}' is resolved by {} but is not '@shareable' in {}",
            self.names(resolving.iter().map(|source| source.graph)),
            self.names(unshareable.iter().map(|source| source.graph)),
        );
        let subgraph = &self.subgraphs[first.graph].name;
        self.diagnostics.error_in(
            Code::InvalidFieldSharing,
            subgraph,
            first.field.location,
            message,
        );
    }

    /// Copies of an object's field that some interface object resolves for it.
    fn through_interface_objects(&self, ty: &Name, field: &Name) -> Vec<FieldSource<'a>> {
        self.interface_object_fields(ty, field)
            .into_iter()
            .map(|(graph, field)| FieldSource {
                graph,
                field,
                own_fields: 0,
                interface_object: true,
                overridden: None,
            })
            .filter(|source| source.resolves() && !source.field.marks.in_key)
            .collect()
    }

    /// Fields named `field` on interface objects of the interfaces that `ty` implements anywhere.
    pub(crate) fn interface_object_fields(
        &self,
        ty: &Name,
        field: &Name,
    ) -> Vec<(GraphId, &'a Field)> {
        let subgraphs: &'a [Subgraph] = self.subgraphs;
        let interfaces: Vec<&Name> = subgraphs
            .iter()
            .filter_map(|subgraph| subgraph.composite(ty))
            .flat_map(|body| &body.implements)
            .collect();
        let mut found = Vec::new();
        for (graph, subgraph) in subgraphs.iter().enumerate() {
            let bodies = subgraph
                .types
                .values()
                .filter(|candidate| interfaces.contains(&&candidate.name));
            let interface_objects = bodies
                .filter_map(|ty| ty.composite())
                .filter(|body| body.interface_object);
            found.extend(
                interface_objects.filter_map(|body| Some((graph, body.fields.get(field)?))),
            );
        }
        found
    }
}

impl FieldSource<'_> {
    /// Whether this subgraph answers for the field.
    pub(crate) fn resolves(&self) -> bool {
        !self.field.marks.external && self.overridden.is_none()
    }

    /// The same, with a progressive override counted on both sides.
    pub(crate) fn may_resolve(&self) -> bool {
        !self.field.marks.external && self.overridden != Some(Overridden::Wholly)
    }
}
