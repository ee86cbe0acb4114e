//! Progressive overrides: which of their labels are on for one request.
//!
//! `@override(from: "…", label: "percent(20)")` moves a field for a fifth of the requests. Every
//! request has one place in the traffic, a number from 0 to 100, and a percentage is on for
//! those below it: who is moved at 20 stays moved at 30, and an operation with many percentages
//! has as many plans more, not twice as many for each.

use std::collections::HashSet;

use apollo_compiler::ExecutableDocument;
use apollo_compiler::executable::{Operation, Selection, SelectionSet};

use crate::document::Document;
use crate::engine::Engine;
use crate::plan::labels::Labels;

/// Labels other than percentages that one operation can depend on: each doubles its plans.
/// Those beyond stay off.
const CUSTOM_MAX: usize = 4;

/// Decides for whom progressive overrides move fields.
///
/// Both functions get what the `Authenticate` hook attached to the request, so that a host can
/// keep a viewer or a tenant on one side.
pub trait Rollout: Send + Sync {
    /// The place of a request in the traffic, from 0 to below 100: `percent(n)` is on where it
    /// is below `n`. It is asked at most once for a request; random unless implemented.
    fn place(&self, extensions: &http::Extensions) -> f64 {
        let _ = extensions;
        rand::random::<f64>() * 100.0
    }

    /// Whether a label that is no percentage is on; none is, unless implemented. It is asked
    /// once for a request and label.
    fn is_on(&self, label: &str, extensions: &http::Extensions) -> bool {
        let _ = (label, extensions);
        false
    }
}

/// Percentages by chance, and no other labels.
#[derive(Clone, Copy, Debug, Default)]
pub struct RandomRollout;

impl Rollout for RandomRollout {}

/// The labels that are on, by position in [`Labels`]; part of the key of a plan.
pub(crate) type On = Box<[usize]>;

impl Engine {
    /// The labels that are on for a request, of those that its operation may depend on.
    pub(crate) fn labels_on(
        &self,
        document: &Document,
        position: usize,
        extensions: &http::Extensions,
    ) -> On {
        let labels = self.planner.labels();
        if labels.is_empty() {
            return On::default();
        }
        let met = document.declared(position).labels.get_or_init(|| {
            let operation = document.operation(position);
            met(labels, &document.executable, operation)
        });
        let mut place = None;
        let mut on = |label: &usize| match labels.percentage(*label) {
            Some(percentage) => {
                let place = place.get_or_insert_with(|| self.rollout.place(extensions));
                *place < percentage
            }
            None => self.rollout.is_on(labels.text(*label), extensions),
        };
        met.iter().filter(|label| on(label)).copied().collect()
    }
}

/// The labels that an operation may depend on.
fn met(labels: &Labels, document: &ExecutableDocument, operation: &Operation) -> Box<[usize]> {
    let mut fields = Fields {
        document,
        names: HashSet::new(),
        spread: HashSet::new(),
    };
    fields.gather(&operation.selection_set);
    let met = labels.met(&fields.names);
    let (percentages, custom): (Vec<_>, Vec<_>) = met
        .into_iter()
        .partition(|label| labels.percentage(*label).is_some());
    if custom.len() > CUSTOM_MAX {
        let beyond: Vec<_> = custom[CUSTOM_MAX..]
            .iter()
            .map(|label| labels.text(*label))
            .collect();
        tracing::warn!(?beyond, "an operation meets too many labels of overrides");
    }
    let custom = custom.into_iter().take(CUSTOM_MAX);
    percentages.into_iter().chain(custom).collect()
}

/// The names of the fields that an operation selects.
struct Fields<'a> {
    document: &'a ExecutableDocument,
    names: HashSet<&'a str>,
    spread: HashSet<&'a str>,
}

impl<'a> Fields<'a> {
    fn gather(&mut self, set: &'a SelectionSet) {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => {
                    self.names.insert(&field.name);
                    self.gather(&field.selection_set);
                }
                Selection::InlineFragment(fragment) => self.gather(&fragment.selection_set),
                Selection::FragmentSpread(spread) => {
                    if self.spread.insert(&spread.fragment_name)
                        && let Some(fragment) = spread.fragment_def(self.document)
                    {
                        self.gather(&fragment.selection_set);
                    }
                }
            }
        }
    }
}
