//! The labels of progressive overrides in a supergraph.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use apollo_compiler::Name;

/// All labels that a request can have on or off.
#[derive(Default)]
pub(crate) struct Labels {
    list: Vec<Label>,
    /// The names of fields that any operation may need: those in keys and requirements.
    pub(crate) needed: HashSet<Name>,
}

struct Label {
    text: Arc<str>,
    /// The share of requests that it is on for.
    percentage: Option<f64>,
    /// The names of the fields that it moves.
    fields: BTreeSet<Name>,
}

impl Labels {
    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The label of a text, which from now on also moves a field.
    pub(crate) fn add(&mut self, text: &Arc<str>, field: &Name) {
        let known = self.list.iter().position(|label| label.text == *text);
        let position = known.unwrap_or_else(|| {
            self.list.push(Label {
                text: Arc::clone(text),
                percentage: percentage(text),
                fields: BTreeSet::new(),
            });
            self.list.len() - 1
        });
        self.list[position].fields.insert(field.clone());
    }

    pub(crate) fn text(&self, label: usize) -> &Arc<str> {
        &self.list[label].text
    }

    pub(crate) fn percentage(&self, label: usize) -> Option<f64> {
        self.list[label].percentage
    }

    /// The labels that may matter to an operation with these fields. By name only: one label
    /// too many costs a plan, one too few gives a wrong one.
    pub(crate) fn met(&self, names: &HashSet<&str>) -> Vec<usize> {
        let labels = self.list.iter().enumerate();
        let met = labels.filter(|(_, label)| {
            let mut fields = label.fields.iter();
            fields.any(|field| names.contains(field.as_str()) || self.needed.contains(field))
        });
        met.map(|(position, _)| position).collect()
    }
}

/// The number in `percent(n)`.
pub(crate) fn percentage(label: &str) -> Option<f64> {
    let number = label.strip_prefix("percent(")?.strip_suffix(')')?;
    number.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_told_from_names() {
        assert_eq!(percentage("percent(12.5)"), Some(12.5));
        assert_eq!(percentage("percent(all)"), None);
        assert_eq!(percentage("percentage"), None);
    }
}
