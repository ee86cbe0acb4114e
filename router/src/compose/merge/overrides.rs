//! Follows `@override`: which subgraph's copy of a field gives way to another's.

use apollo_compiler::Name;

use super::Merger;
use super::fields::{FieldSource, Overridden};
use crate::compose::diagnostics::Code;
use crate::compose::model::Override;

impl Merger<'_> {
    /// Marks the sources that some other source overrides.
    pub(crate) fn apply_overrides<'f>(
        &mut self,
        ty: &Name,
        field: &Name,
        mut sources: Vec<FieldSource<'f>>,
    ) -> Vec<FieldSource<'f>> {
        for index in 0..sources.len() {
            let source = sources[index];
            let Some(overrides) = &source.field.marks.overrides else {
                continue;
            };
            if !self
                .subgraphs
                .iter()
                .any(|subgraph| subgraph.name == overrides.from)
            {
                let message = format!(
                    "'@override' of '{ty}.{field}' names '{}', which is no subgraph",
                    overrides.from
                );
                let subgraph = &self.subgraphs[source.graph].name;
                self.diagnostics.hint_in(
                    Code::OverrideSourceUnknown,
                    subgraph,
                    source.field.location,
                    message,
                );
                continue;
            }
            let target = sources
                .iter()
                .position(|target| self.subgraphs[target.graph].name == overrides.from);
            if let Some(target) = target.filter(|target| *target != index) {
                self.override_one(ty, field, source, overrides, &mut sources[target]);
            }
        }
        sources
    }

    fn override_one(
        &mut self,
        ty: &Name,
        field: &Name,
        by: FieldSource<'_>,
        overrides: &Override,
        target: &mut FieldSource<'_>,
    ) {
        let target_name = self.name(target.graph).to_owned();
        let by_name = self.name(by.graph).to_owned();
        target.overridden = Some(if overrides.label.is_some() {
            Overridden::Partly
        } else {
            Overridden::Wholly
        });
        let marks = &target.field.marks;
        if marks.overrides.is_some() {
            let message = format!(
                "'{ty}.{field}' is overridden by '{by_name}' but is an '@override' itself, remove one of the two"
            );
            self.diagnostics.error_in(
                Code::OverrideSourceHasOverride,
                &target_name,
                target.field.location,
                message,
            );
            return;
        }
        let colliding = [
            (marks.requires.is_some(), "requires"),
            (marks.provides.is_some(), "provides"),
        ];
        if let Some((_, directive)) = colliding.into_iter().find(|(present, _)| *present) {
            let message =
                format!("'{ty}.{field}' is overridden by '{by_name}' and cannot be '@{directive}'");
            self.diagnostics.error_in(
                Code::OverrideCollision,
                &target_name,
                target.field.location,
                message,
            );
            return;
        }
        if overrides.label.is_none() && (!marks.used || marks.external) {
            let message = format!("'{ty}.{field}' is overridden by '{by_name}' and can be removed");
            self.diagnostics.hint_in(
                Code::OverriddenFieldCanBeRemoved,
                &target_name,
                target.field.location,
                message,
            );
        }
    }
}
