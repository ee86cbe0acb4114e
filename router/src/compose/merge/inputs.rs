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
        let mut merged = self.merge_inputs(name, &fields, &INPUT_FIELD);
        let share_a_field = fields[0]
            .1
            .keys()
            .any(|name| fields.iter().all(|(_, known)| known.contains_key(name)));
        if !share_a_field {
            let graphs = self.names(fields.iter().map(|(graph, _)| *graph));
            self.diagnostics.error_of(
                Code::EmptyMergedInputType,
                name,
                format!("input type '{name}' has no field that all of {graphs} know"),
            );
        }
        for (field, input) in &mut merged {
            let differs = fields
                .windows(2)
                .any(|pair| pair[0].1[field].ty != pair[1].1[field].ty);
            if differs {
                let join = |(graph, fields): &(GraphId, &IndexMap<Name, InputValue>)| JoinField {
                    graph: Some(*graph),
                    ty: Some(fields[field].ty.to_string()),
                    ..JoinField::default()
                };
                input.joins = fields.iter().map(join).collect();
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
            self.diagnostics
                .error_of(Code::TypeKindMismatch, name, message);
        }
    }
}
