//! `@override`: not of oneself, not on interfaces, not on what one does not resolve.

use super::{Check, Site};
use crate::compose::diagnostics::Code;

impl Check<'_> {
    pub(crate) fn overrides(&mut self, site: &Site<'_>) {
        let Some(overrides) = &site.field.marks.overrides else {
            return;
        };
        let location = site.field.location;
        if site.on_interface {
            let message = format!("'@override' cannot stand on {site}, a field of an interface");
            self.error(Code::OverrideOnInterface, location, message);
            return;
        }
        if overrides.from == self.subgraph.name {
            let message = format!("'@override' of {site} names its own subgraph");
            self.error(Code::OverrideFromSelf, location, message);
        }
        if site.field.marks.external {
            let message = format!("'@override' of {site} cannot be combined with '@external'");
            self.error(Code::OverrideCollision, location, message);
        }
        if let Some(label) = overrides.label.as_deref().filter(|label| !is_valid(label)) {
            let message = format!(
                "label '{label}' of '@override' of {site} is neither a name nor 'percent(0 to 100)'"
            );
            self.error(Code::OverrideLabelInvalid, location, message);
        }
    }
}

/// A letter first, then letters, digits and `_-:./`; or a percentage with at most eight decimals.
fn is_valid(label: &str) -> bool {
    let percentage = label
        .strip_prefix("percent(")
        .and_then(|rest| rest.strip_suffix(')'));
    match percentage {
        Some(number) => {
            let decimals = number
                .split_once('.')
                .map_or(0, |(_, decimals)| decimals.len());
            let plain = number.chars().all(|c| c.is_ascii_digit() || c == '.');
            plain
                && decimals <= 8
                && number
                    .parse::<f64>()
                    .is_ok_and(|value| (0.0..=100.0).contains(&value))
        }
        None => {
            label.starts_with(|c: char| c.is_ascii_alphabetic())
                && label
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "_-:./".contains(c))
        }
    }
}
