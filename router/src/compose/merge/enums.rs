//! Merges enums: the union of values where they are output, the intersection where they are input.

use std::collections::HashSet;

use apollo_compiler::Name;
use indexmap::IndexMap;

use super::{Merger, Sources, annotations};
use crate::compose::diagnostics::Code;
use crate::compose::merged::MergedEnumValue;
use crate::compose::model::{EnumValue, GraphId, Kind, Subgraph};

/// Types that some subgraph uses as input, and as output.
#[derive(Default)]
pub(crate) struct Positions {
    input: HashSet<Name>,
    output: HashSet<Name>,
}

impl Positions {
    pub(crate) fn of(subgraphs: &[Subgraph]) -> Self {
        let mut positions = Self::default();
        for ty in subgraphs
            .iter()
            .flat_map(|subgraph| subgraph.types.values())
        {
            match &ty.kind {
                Kind::Object(composite) | Kind::Interface(composite) => {
                    for field in composite.fields.values() {
                        positions.output.insert(field.ty.inner_named_type().clone());
                        positions.input.extend(
                            field
                                .arguments
                                .values()
                                .map(|argument| argument.ty.inner_named_type().clone()),
                        );
                    }
                }
                Kind::Input(fields) => positions.input.extend(
                    fields
                        .values()
                        .map(|field| field.ty.inner_named_type().clone()),
                ),
                Kind::Scalar | Kind::Union(_) | Kind::Enum(_) => {}
            }
        }
        positions
    }
}

impl Merger<'_> {
    pub(crate) fn merge_enum(
        &mut self,
        name: &Name,
        sources: &Sources<'_>,
        positions: &Positions,
    ) -> IndexMap<Name, MergedEnumValue> {
        let enums: Vec<(GraphId, &IndexMap<Name, EnumValue>)> = sources
            .iter()
            .filter_map(|(graph, ty)| match &ty.kind {
                Kind::Enum(values) => Some((*graph, values)),
                _ => None,
            })
            .collect();
        let mut merged: IndexMap<Name, MergedEnumValue> = IndexMap::new();
        for value in enums.iter().flat_map(|(_, values)| values.keys()) {
            if !merged.contains_key(value) {
                merged.insert(value.clone(), self.merge_value(name, value, &enums));
            }
        }
        let (input, output) = (
            positions.input.contains(name),
            positions.output.contains(name),
        );
        if input && output {
            self.refuse_partial_values(name, &merged, &enums);
        } else if input {
            self.drop_partial_values(name, &mut merged, &enums);
        }
        merged
    }

    fn merge_value(
        &mut self,
        name: &Name,
        value: &Name,
        enums: &[(GraphId, &IndexMap<Name, EnumValue>)],
    ) -> MergedEnumValue {
        let present: Vec<(GraphId, &EnumValue)> = enums
            .iter()
            .filter_map(|(graph, values)| Some((*graph, values.get(value)?)))
            .collect();
        self.hint_descriptions(
            &format!("{name}.{value}"),
            present
                .iter()
                .map(|(graph, value)| (*graph, value.description.as_ref())),
        );
        MergedEnumValue {
            description: annotations::description(
                present
                    .iter()
                    .map(|(_, value)| (0, value.description.as_ref())),
            ),
            applied: annotations::applied(
                present.iter().map(|(_, value)| value.applied.as_slice()),
            ),
            graphs: present.iter().map(|(graph, _)| *graph).collect(),
        }
    }

    fn refuse_partial_values(
        &mut self,
        name: &Name,
        merged: &IndexMap<Name, MergedEnumValue>,
        enums: &[(GraphId, &IndexMap<Name, EnumValue>)],
    ) {
        for (value, known) in merged
            .iter()
            .filter(|(_, value)| value.graphs.len() < enums.len())
        {
            let graphs = self.names(known.graphs.iter().copied());
            let message = format!(
                "enum '{name}' is used as input and as output, so all subgraphs need the same values, but '{value}' is only in {graphs}"
            );
            let located = enums
                .iter()
                .find_map(|(graph, values)| Some((*graph, values.get(value)?.location)));
            if let Some((graph, location)) = located {
                self.diagnostics.error_in(
                    Code::EnumValueMismatch,
                    &self.subgraphs[graph].name,
                    location,
                    message,
                );
            }
        }
    }

    fn drop_partial_values(
        &mut self,
        name: &Name,
        merged: &mut IndexMap<Name, MergedEnumValue>,
        enums: &[(GraphId, &IndexMap<Name, EnumValue>)],
    ) {
        for (value, known) in merged
            .iter()
            .filter(|(_, value)| value.graphs.len() < enums.len())
        {
            let known = self.names(known.graphs.iter().copied());
            let message = format!(
                "value '{value}' of input enum '{name}' is left out because only {known} knows it"
            );
            let element = format!("{name}.{value}");
            self.diagnostics
                .hint_of(Code::InconsistentEnumValue, &element, message);
        }
        merged.retain(|_, value| value.graphs.len() == enums.len());
        if merged.is_empty() {
            let graphs = self.names(enums.iter().map(|(graph, _)| *graph));
            self.diagnostics.error_of(
                Code::EmptyMergedEnumType,
                name,
                format!("input enum '{name}' has no value that all of {graphs} know"),
            );
        }
    }
}
