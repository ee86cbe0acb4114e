//! The definitions that one request schema carries along: what its parts reach, within the limits.

use std::collections::HashSet;
use std::rc::Rc;

use serde_json::{Map, Value};

use super::definitions::{Converted, Definitions};

/// The definitions that one request schema holds.
pub(super) struct Included {
    definitions: Vec<(usize, Rc<Converted>)>,
    seen: HashSet<usize>,
    bytes: usize,
}

impl Included {
    pub(super) fn new() -> Self {
        Self {
            definitions: Vec::new(),
            seen: HashSet::new(),
            bytes: 0,
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Takes a part with everything it reaches, or nothing of it when that passes a limit.
    pub(super) fn admit(
        &mut self,
        all: &mut Definitions<'_>,
        part: &Converted,
    ) -> Result<Vec<Rc<Converted>>, String> {
        let limits = all.limits;
        let mut bytes = self.bytes + part.bytes;
        let mut added: Vec<(usize, Rc<Converted>)> = Vec::new();
        let mut seen_now = HashSet::new();
        let mut waiting: Vec<usize> = part.refs.iter().rev().copied().collect();
        while let Some(id) = waiting.pop() {
            all.spend(1);
            if self.seen.contains(&id) || !seen_now.insert(id) {
                continue;
            }
            let converted = all.converted(id);
            bytes += converted.bytes + all.name(id).len();
            waiting.extend(converted.refs.iter().rev());
            added.push((id, converted));
            if self.definitions.len() + added.len() > limits.definitions_max {
                return Err(format!("more than {} definitions", limits.definitions_max));
            }
            if bytes > limits.request_schema_bytes_max {
                break;
            }
        }
        if bytes > limits.request_schema_bytes_max {
            return Err(format!(
                "more than {} bytes",
                limits.request_schema_bytes_max
            ));
        }
        let shared = added
            .iter()
            .map(|(_, converted)| Rc::clone(converted))
            .collect();
        self.bytes = bytes;
        self.seen.extend(seen_now);
        self.definitions.append(&mut added);
        Ok(shared)
    }

    /// The `$defs` object.
    pub(super) fn into_value(self, all: &Definitions<'_>) -> Map<String, Value> {
        let named = |(id, converted): (usize, Rc<Converted>)| {
            (all.name(id).to_owned(), converted.schema.clone())
        };
        self.definitions.into_iter().map(named).collect()
    }
}
