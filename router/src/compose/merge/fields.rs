//! Merges one field of an object or interface type.

use apollo_compiler::ast::Type;
use apollo_compiler::{Name, Node};
use indexmap::IndexMap;

use super::arguments::ARGUMENT;
use super::externals::Resolved;
use super::{Merger, annotations};
use crate::compose::diagnostics::Code;
use crate::compose::merged::{JoinField, MergedField};
use crate::compose::model::{Field, GraphId, InputValue};

/// One subgraph's copy of a field.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FieldSource<'a> {
    pub(crate) graph: GraphId,
    pub(crate) field: &'a Field,
    /// How many fields its subgraph adds to the type.
    pub(crate) own_fields: usize,
    /// The copy stands on an `@interfaceObject`.
    pub(crate) interface_object: bool,
    pub(crate) overridden: Option<Overridden>,
}

/// How far another subgraph has taken a field over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Overridden {
    Wholly,
    Partly,
}

impl<'a> Merger<'a> {
    pub(crate) fn merge_field(
        &mut self,
        ty: &Name,
        name: &Name,
        sources: &[FieldSource<'_>],
        everywhere: usize,
    ) -> Option<MergedField> {
        let element = format!("{ty}.{name}");
        let resolvers: Vec<GraphId> = sources
            .iter()
            .filter(|source| source.may_resolve())
            .map(|source| source.graph)
            .collect();
        let resolving = if resolvers.is_empty() {
            self.interface_object_copies(ty, name)
        } else {
            // An overridden copy still counts, so that to undo the override changes nothing for clients.
            let stated = sources.iter().filter(|source| !source.field.marks.external);
            stated.map(|source| (source.graph, source.field)).collect()
        };
        if resolving.is_empty() {
            self.report_unresolved(&element, sources);
            return None;
        }
        let arguments: Vec<(GraphId, &IndexMap<Name, InputValue>)> = resolving
            .iter()
            .map(|(graph, field)| (*graph, &field.arguments))
            .collect();
        let arguments = self.merge_inputs(&element, &arguments, &ARGUMENT);
        let Some(merged_ty) = self
            .subtypes
            .widest(resolving.iter().map(|(_, field)| &field.ty))
        else {
            self.report_mismatch(&element, &resolving);
            return None;
        };
        let is_unanimous = resolving.iter().all(|(_, field)| field.ty == merged_ty);
        if !is_unanimous {
            let types = types(&resolving);
            self.hint_types(
                Code::InconsistentFieldType,
                "field",
                &element,
                &merged_ty,
                types,
            );
        }
        let resolved = Resolved {
            element: &element,
            ty: &merged_ty,
            is_unanimous,
            arguments: &arguments,
        };
        self.check_externals(&resolved, sources);
        Some(MergedField {
            description: self.field_description(&element, sources),
            joins: joins(sources, &merged_ty, everywhere),
            ty: merged_ty,
            arguments,
            applied: annotations::applied(
                sources.iter().map(|source| source.field.applied.as_slice()),
            ),
            resolvers,
        })
    }

    /// The description of who resolves most of the type, with a hint where others say something else.
    fn field_description(
        &mut self,
        element: &str,
        sources: &[FieldSource<'_>],
    ) -> Option<Node<str>> {
        let descriptions = || sources.iter().map(|one| one.field.description.as_ref());
        let graphs = sources.iter().map(|source| source.graph);
        self.hint_descriptions(element, graphs.zip(descriptions()));
        let say = sources.iter().map(|source| source.own_fields);
        annotations::description(say.zip(descriptions()))
    }

    fn report_mismatch(&mut self, element: &str, resolving: &[(GraphId, &Field)]) {
        let message = self.mismatch("field", element, types(resolving));
        self.diagnostics
            .error_of(Code::FieldTypeMismatch, element, message);
    }

    fn interface_object_copies(&self, ty: &Name, name: &Name) -> Vec<(GraphId, &'a Field)> {
        let all = self.interface_object_fields(ty, name).into_iter();
        all.filter(|(_, field)| !field.marks.external).collect()
    }

    fn report_unresolved(&mut self, element: &str, sources: &[FieldSource<'_>]) {
        for source in sources.iter().filter(|source| source.field.marks.external) {
            let message = format!("'{element}' is '@external' but resolved by no other subgraph");
            let subgraph = &self.subgraphs[source.graph].name;
            self.diagnostics.error_in(
                Code::ExternalMissingOnBase,
                subgraph,
                source.field.location,
                message,
            );
        }
    }
}

/// What each says the type is.
fn types(resolving: &[(GraphId, &Field)]) -> impl Iterator<Item = (GraphId, String)> {
    resolving
        .iter()
        .map(|(graph, field)| (*graph, field.ty.to_string()))
}

/// The `@join__field`s, or none where they would say nothing.
fn joins(sources: &[FieldSource<'_>], merged: &Type, everywhere: usize) -> Vec<JoinField> {
    let kept: Vec<&FieldSource<'_>> = sources
        .iter()
        .filter(|source| source.overridden != Some(Overridden::Wholly) || source.field.marks.used)
        .collect();
    // As soon as one subgraph has another type, each says which one it has.
    let differs = kept.iter().any(|source| source.field.ty != *merged);
    let label = sources
        .iter()
        .find_map(|source| source.field.marks.overrides.as_ref()?.label.as_ref());
    let joins: Vec<JoinField> = kept
        .iter()
        .map(|source| join(source, differs, label))
        .collect();
    if joins.len() == everywhere && !joins.iter().any(JoinField::is_special) {
        Vec::new()
    } else {
        joins
    }
}

fn join(source: &FieldSource<'_>, differs: bool, label: Option<&String>) -> JoinField {
    let marks = &source.field.marks;
    let is_labelled = marks.overrides.is_some() || source.overridden == Some(Overridden::Partly);
    JoinField {
        graph: Some(source.graph),
        requires: marks.requires.as_ref().map(ToString::to_string),
        provides: marks.provides.as_ref().map(ToString::to_string),
        ty: differs.then(|| source.field.ty.to_string()),
        external: marks.external,
        overrides: marks
            .overrides
            .as_ref()
            .map(|overrides| overrides.from.clone()),
        override_label: label.filter(|_| is_labelled).cloned(),
        used_overridden: source.overridden == Some(Overridden::Wholly),
    }
}
