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
        let location = target.field.location;
        let marks = &target.field.marks;
        if marks.external {
            let message = format!(
                "'@override' of '{ty}.{field}' is not needed, '{target_name}' does not resolve it"
            );
            self.diagnostics.hint_in(
                Code::OverrideCanBeRemoved,
                &by_name,
                by.field.location,
                message,
            );
            return;
        }
        let is_partial = overrides.label.is_some();
        target.overridden = Some(if is_partial {
            Overridden::Partly
        } else {
            Overridden::Wholly
        });
        let subject = format!("'{ty}.{field}' is overridden by '{by_name}'");
        if marks.overrides.is_some() {
            let message = format!("{subject} but is an '@override' itself, remove one of the two");
            self.diagnostics.error_in(
                Code::OverrideSourceHasOverride,
                &target_name,
                location,
                message,
            );
        } else if marks.requires.is_some() || marks.provides.is_some() {
            let directive = if marks.requires.is_some() {
                "requires"
            } else {
                "provides"
            };
            let message = format!("{subject} and cannot be '@{directive}'");
            self.diagnostics
                .error_in(Code::OverrideCollision, &target_name, location, message);
        } else if !is_partial && !marks.used {
            let message = format!("{subject} and can be removed");
            self.diagnostics.hint_in(
                Code::OverriddenFieldCanBeRemoved,
                &target_name,
                location,
                message,
            );
        }
    }
}
