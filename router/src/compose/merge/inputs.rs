//! Merges input object types: the intersection of their fields.

use apollo_compiler::Name;
use indexmap::IndexMap;

use super::arguments::INPUT_FIELD;
use super::{Merger, Sources};
use crate::compose::diagnostics::Code;
use crate::compose::merged::{JoinField, MergedInput};
use crate::compose::model::{GraphId, InputValue, Kind};

impl Merger<'_> {
    pub(crate) fn merge_input_object(
        &mut self,
        name: &Name,
        sources: &Sources<'_>,
    ) -> IndexMap<Name, MergedInput> {
        let fields: Vec<(GraphId, &IndexMap<Name, InputValue>)> = sources
            .iter()
            .filter_map(|(graph, ty)| match &ty.kind {
                Kind::Input(fields) => Some((*graph, fields)),
                _ => None,
            })
            .collect();
        self.agree_on_one_of(name, sources);
        let had_errors = self.diagnostics.has_errors();
        let mut merged = self.merge_inputs(&format!("{name}."), &fields, &INPUT_FIELD);
        if merged.is_empty() && !had_errors {
            let graphs = self.names(fields.iter().map(|(graph, _)| *graph));
            self.diagnostics.error(
                Code::EmptyMergedInputType,
                format!("input type '{name}' has no field that all of {graphs} know"),
            );
        }
        for (field, input) in &mut merged {
            let merged_ty = input.ty.to_string();
            let join = |(graph, fields): &(GraphId, &IndexMap<Name, InputValue>)| {
                let ty = fields[field].ty.to_string();
                JoinField {
                    graph: Some(*graph),
                    ty: (ty != merged_ty).then_some(ty),
                    ..JoinField::default()
                }
            };
            let joins: Vec<JoinField> = fields.iter().map(join).collect();
            if joins.iter().any(JoinField::is_special) {
                input.joins = joins;
            }
        }
        merged
    }

    /// `@oneOf` changes which values are valid, so one subgraph cannot decide it for another.
    fn agree_on_one_of(&mut self, name: &Name, sources: &Sources<'_>) {
        let (with, without): (Sources<'_>, Sources<'_>) = sources
            .iter()
            .partition(|(_, ty)| ty.applied.iter().any(|directive| directive.name == "oneOf"));
        if !with.is_empty() && !without.is_empty() {
            let with = self.names(with.iter().map(|(graph, _)| *graph));
            let without = self.names(without.iter().map(|(graph, _)| *graph));
            let message = format!("input type '{name}' is '@oneOf' in {with} but not in {without}");
            self.diagnostics.error(Code::TypeKindMismatch, message);
        }
    }
}
