//! Merges arguments and input fields: only what every subgraph takes may be offered.

use apollo_compiler::ast::{Type, Value};
use apollo_compiler::{Name, Node};
use indexmap::IndexMap;

use super::{Merger, annotations};
use crate::compose::canonical;
use crate::compose::diagnostics::Code;
use crate::compose::merged::MergedInput;
use crate::compose::model::{GraphId, InputValue};

/// The error and hint codes of either kind of input.
pub(crate) struct InputCodes {
    pub(crate) noun: &'static str,
    pub(crate) mismatch: Code,
    pub(crate) compatible: Code,
    pub(crate) default_mismatch: Code,
    pub(crate) required_missing: Code,
    pub(crate) dropped: Code,
}

impl InputCodes {
    /// How messages name an input of `owner`.
    fn element(&self, owner: &str, name: &Name) -> String {
        match self.mismatch {
            Code::FieldArgumentTypeMismatch => format!("{owner}({name}:)"),
            _ => format!("{owner}.{name}"),
        }
    }
}

pub(crate) const ARGUMENT: InputCodes = InputCodes {
    noun: "argument",
    mismatch: Code::FieldArgumentTypeMismatch,
    compatible: Code::InconsistentArgumentType,
    default_mismatch: Code::FieldArgumentDefaultMismatch,
    required_missing: Code::RequiredArgumentMissing,
    dropped: Code::InconsistentArgument,
};

pub(crate) const INPUT_FIELD: InputCodes = InputCodes {
    noun: "input field",
    mismatch: Code::FieldTypeMismatch,
    compatible: Code::InconsistentFieldType,
    default_mismatch: Code::InputFieldDefaultMismatch,
    required_missing: Code::RequiredInputFieldMissing,
    dropped: Code::InconsistentInputField,
};

impl Merger<'_> {
    /// Merges the inputs of one field or input object; `owner` is how messages name what they belong to.
    pub(crate) fn merge_inputs(
        &mut self,
        owner: &str,
        sources: &[(GraphId, &IndexMap<Name, InputValue>)],
        codes: &InputCodes,
    ) -> IndexMap<Name, MergedInput> {
        let mut names: Vec<&Name> = Vec::new();
        for name in sources.iter().flat_map(|(_, inputs)| inputs.keys()) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let mut merged = IndexMap::new();
        for name in names {
            let present: Vec<(GraphId, &InputValue)> = sources
                .iter()
                .filter_map(|(graph, inputs)| Some((*graph, inputs.get(name)?)))
                .collect();
            let element = codes.element(owner, name);
            if present.len() < sources.len() {
                let absent = sources
                    .iter()
                    .filter(|(_, inputs)| !inputs.contains_key(name))
                    .map(|(graph, _)| *graph);
                self.report_partial(&element, &present, absent.collect(), codes);
            } else if let Some(input) = self.merge_input(&element, &present, codes) {
                merged.insert(name.clone(), input);
            }
        }
        merged
    }

    fn report_partial(
        &mut self,
        element: &str,
        present: &[(GraphId, &InputValue)],
        absent: Vec<GraphId>,
        codes: &InputCodes,
    ) {
        let absent = self.names(absent);
        let noun = codes.noun;
        match present.iter().find(|(_, input)| input.is_required()) {
            Some((graph, input)) => {
                let message = format!(
                    "{noun} '{element}' is required but unknown to {absent}, add it there or make it optional"
                );
                let subgraph = &self.subgraphs[*graph].name;
                self.diagnostics.error_in(
                    codes.required_missing,
                    subgraph,
                    input.location,
                    message,
                );
            }
            None => {
                let message =
                    format!("{noun} '{element}' is left out because {absent} does not know it");
                self.diagnostics.hint_of(codes.dropped, element, message);
            }
        }
    }

    fn merge_input(
        &mut self,
        element: &str,
        present: &[(GraphId, &InputValue)],
        codes: &InputCodes,
    ) -> Option<MergedInput> {
        let Some(ty) = self
            .subtypes
            .narrowest(present.iter().map(|(_, input)| &input.ty))
        else {
            let message = self.mismatch(
                codes.noun,
                element,
                present
                    .iter()
                    .map(|(graph, input)| (*graph, input.ty.to_string())),
            );
            self.diagnostics.error_of(codes.mismatch, element, message);
            return None;
        };
        let same_type = |(_, input): &(GraphId, &InputValue)| input.ty == ty;
        if !present.iter().all(same_type) {
            let types = present
                .iter()
                .map(|(graph, input)| (*graph, input.ty.to_string()));
            self.hint_types(codes.compatible, codes.noun, element, &ty, types);
        }
        let default = self.merge_default(element, present, codes)?;
        self.hint_descriptions(
            element,
            present
                .iter()
                .map(|(graph, input)| (*graph, input.description.as_ref())),
        );
        Some(MergedInput {
            description: annotations::description(
                present
                    .iter()
                    .map(|(_, input)| (0, input.description.as_ref())),
            ),
            ty,
            default,
            applied: annotations::applied(
                present.iter().map(|(_, input)| input.applied.as_slice()),
            ),
            joins: Vec::new(),
        })
    }

    /// The default that all have; `None` where they contradict each other.
    fn merge_default(
        &mut self,
        element: &str,
        present: &[(GraphId, &InputValue)],
        codes: &InputCodes,
    ) -> Option<Option<Node<Value>>> {
        let text = |input: &InputValue| input.default.as_deref().map(canonical);
        let mut stated: Vec<String> = present.iter().filter_map(|(_, one)| text(one)).collect();
        let everywhere = stated.len() == present.len();
        stated.dedup();
        if stated.len() <= 1 && everywhere {
            return Some(present[0].1.default.clone());
        }
        let defaults = present
            .iter()
            .map(|(graph, input)| (*graph, text(input).unwrap_or_else(|| "none".to_owned())));
        let (noun, defaults) = (codes.noun, self.variants(defaults));
        if stated.len() > 1 {
            let message = format!("{noun} '{element}' has different defaults: {defaults}");
            self.diagnostics
                .error_of(codes.default_mismatch, element, message);
            return None;
        }
        if !stated.is_empty() {
            let message = format!("the default of {noun} '{element}' is left out: {defaults}");
            self.diagnostics
                .hint_of(Code::InconsistentDefaultPresence, element, message);
        }
        Some(None)
    }

    /// Mentions types that differ and are merged all the same.
    pub(crate) fn hint_types(
        &mut self,
        code: Code,
        noun: &str,
        element: &str,
        merged: &Type,
        types: impl Iterator<Item = (GraphId, String)>,
    ) {
        let types = self.variants(types);
        let message = format!("{noun} '{element}' is of type '{merged}', merged from {types}");
        self.diagnostics.hint_of(code, element, message);
    }

    pub(crate) fn mismatch(
        &self,
        noun: &str,
        element: &str,
        types: impl Iterator<Item = (GraphId, String)>,
    ) -> String {
        format!(
            "{noun} '{element}' has incompatible types: {}",
            self.variants(types)
        )
    }

    /// What each subgraph says: `'Int' in 'a', 'ID' in 'b'`.
    pub(crate) fn variants(&self, all: impl Iterator<Item = (GraphId, String)>) -> String {
        let all: Vec<String> = all
            .map(|(graph, text)| format!("'{text}' in '{}'", self.name(graph)))
            .collect();
        all.join(", ")
    }
}
