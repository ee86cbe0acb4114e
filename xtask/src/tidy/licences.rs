//! Every dependency may be used under a licence that `deny.toml` allows.

use anyhow::{Context, Result};
use serde_json::Value;

use super::Finding;
use super::tree::Tree;

const POLICY: &str = "deny.toml";

/// Holds the licence of each dependency against the allowed ones.
pub(super) fn check(metadata: &Value, tree: &Tree) -> Result<Vec<Finding>> {
    let policy = tree.text(POLICY);
    let allowed = allowed(policy).context("deny.toml lists no allowed licences")?;
    let packages = metadata["packages"]
        .as_array()
        .context("cargo metadata lists no packages")?;
    let foreign = packages
        .iter()
        .filter(|package| !package["source"].is_null());
    Ok(foreign
        .filter_map(|package| refusal(package, policy, &allowed))
        .collect())
}

fn refusal(package: &Value, policy: &str, allowed: &[&str]) -> Option<Finding> {
    let name = package["name"].as_str().unwrap_or_default();
    let message = match package["license"].as_str() {
        Some(licence) if satisfied(licence, allowed) => return None,
        Some(licence) => {
            format!("{name} is licensed under {licence}, which {POLICY} does not allow")
        }
        None if policy.contains(&format!("crate = \"{name}\"")) => return None,
        None => format!("{name} names no licence; read its text and clarify it in {POLICY}"),
    };
    Some(Finding::of_file("Cargo.lock", message))
}

/// The strings of the list `allow = [ … ]`.
fn allowed(policy: &str) -> Option<Vec<&str>> {
    let (_, list) = policy.split_once("\nallow = [")?;
    let (list, _) = list.split_once(']')?;
    Some(list.split('"').skip(1).step_by(2).collect())
}

/// Whether an SPDX expression can be met: `OR` binds weaker than `AND`.
fn satisfied(expression: &str, allowed: &[&str]) -> bool {
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let tokens: Vec<_> = spaced.split_whitespace().collect();
    any(&mut tokens.iter().copied().peekable(), allowed)
}

type Tokens<'t, I> = std::iter::Peekable<I>;

fn any<'t, I: Iterator<Item = &'t str>>(tokens: &mut Tokens<'t, I>, allowed: &[&str]) -> bool {
    let mut met = all(tokens, allowed);
    while tokens.next_if_eq(&"OR").is_some() {
        met |= all(tokens, allowed);
    }
    met
}

fn all<'t, I: Iterator<Item = &'t str>>(tokens: &mut Tokens<'t, I>, allowed: &[&str]) -> bool {
    let mut met = one(tokens, allowed);
    while tokens.next_if_eq(&"AND").is_some() {
        met &= one(tokens, allowed);
    }
    met
}

fn one<'t, I: Iterator<Item = &'t str>>(tokens: &mut Tokens<'t, I>, allowed: &[&str]) -> bool {
    match tokens.next() {
        Some("(") => {
            let met = any(tokens, allowed);
            tokens.next();
            met
        }
        Some(licence) => {
            let exception = tokens.next_if_eq(&"WITH").and_then(|_| tokens.next());
            match exception {
                Some(exception) => {
                    allowed.contains(&format!("{licence} WITH {exception}").as_str())
                }
                None => allowed.contains(&licence),
            }
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_met_by_what_is_allowed() {
        let allowed = ["MIT", "Unicode-3.0", "Apache-2.0 WITH LLVM-exception"];
        for (expression, met) in [
            ("MIT", true),
            ("MIT/Apache-2.0", true),
            ("GPL-3.0 OR MIT", true),
            ("(MIT OR GPL-3.0) AND Unicode-3.0", true),
            ("MIT AND GPL-3.0", false),
            ("Apache-2.0 WITH LLVM-exception", true),
            ("Apache-2.0", false),
            ("", false),
        ] {
            assert_eq!(satisfied(expression, &allowed), met, "{expression}");
        }
    }

    #[test]
    fn the_list_is_read_from_the_policy() {
        let policy = "[licenses]\nallow = [\n    \"MIT\",\n    \"ISC\", # why\n]\n";
        assert_eq!(allowed(policy).expect("there is a list"), ["MIT", "ISC"]);
    }
}
