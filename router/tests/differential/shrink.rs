//! Makes an operation that fails smaller, selection by selection, while it fails.

use apollo_compiler::Node;
use apollo_compiler::ast::{Definition, Document, Selection};

/// Attempts for one operation.
const ATTEMPTS_MAX: usize = 400;

pub(crate) fn shrink(text: &str, fails: &mut dyn FnMut(&str) -> bool) -> String {
    let mut best = text.to_owned();
    let mut position = 0;
    for _ in 0..ATTEMPTS_MAX {
        let Some(smaller) = without(&best, position) else {
            break;
        };
        if fails(&smaller) {
            best = smaller;
        } else {
            position += 1;
        }
    }
    best
}

/// The operation without its selection of a number, counted from the outside in.
fn without(text: &str, position: usize) -> Option<String> {
    let mut document = Document::parse(text, "operation.graphql").ok()?;
    let mut left = position;
    let mut is_changed = false;
    for definition in &mut document.definitions {
        let set = match definition {
            Definition::OperationDefinition(operation) => &mut operation.make_mut().selection_set,
            Definition::FragmentDefinition(fragment) => &mut fragment.make_mut().selection_set,
            _ => continue,
        };
        is_changed |= cut(set, &mut left);
        if is_changed {
            break;
        }
    }
    is_changed.then(|| tidy(document))
}

fn cut(set: &mut Vec<Selection>, left: &mut usize) -> bool {
    for index in 0..set.len() {
        if *left == 0 {
            let removed = set.remove(index);
            // A fragment may go and leave what is in it.
            if set.is_empty()
                && let Selection::InlineFragment(fragment) = removed
            {
                set.extend(fragment.selection_set.iter().cloned());
            }
            return true;
        }
        *left -= 1;
        let below = match &mut set[index] {
            Selection::Field(field) => &mut Node::make_mut(field).selection_set,
            Selection::InlineFragment(fragment) => &mut Node::make_mut(fragment).selection_set,
            Selection::FragmentSpread(_) => continue,
        };
        if cut(below, left) {
            return true;
        }
    }
    false
}

/// The text without fragments and variables that nothing uses any more.
fn tidy(mut document: Document) -> String {
    loop {
        let text = document.to_string();
        let before = document.definitions.len();
        document.definitions.retain(|definition| match definition {
            Definition::FragmentDefinition(fragment) => {
                text.contains(&format!("...{}", fragment.name))
            }
            _ => true,
        });
        if document.definitions.len() == before {
            break;
        }
    }
    let text = document.to_string();
    for definition in &mut document.definitions {
        if let Definition::OperationDefinition(operation) = definition {
            operation.make_mut().variables.retain(|variable| {
                let uses = text.matches(&format!("${}", variable.name)).count();
                uses > 1
            });
        }
    }
    document.to_string()
}
