//! Which crate of ours may depend on which.

use anyhow::{Context, Result};
use serde_json::Value;

use super::Finding;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Crate {
    Kit,
    Router,
    Subgraph,
    Server,
    Testkit,
    Tests,
    Xtask,
}

impl Crate {
    /// By the folder of the crate.
    fn at(folder: &str) -> Option<Self> {
        Some(match folder {
            "kit" => Self::Kit,
            "router" => Self::Router,
            "server" => Self::Server,
            "testkit" => Self::Testkit,
            "tests" => Self::Tests,
            "xtask" => Self::Xtask,
            _ if folder.starts_with("subgraphs/") => Self::Subgraph,
            _ => return None,
        })
    }

    fn may_depend_on(self, other: Self) -> bool {
        match self {
            Self::Kit | Self::Router | Self::Xtask => false,
            Self::Subgraph => other == Self::Kit,
            Self::Server => matches!(other, Self::Kit | Self::Router | Self::Subgraph),
            Self::Testkit => other == Self::Kit,
            Self::Tests => other != Self::Xtask,
        }
    }

    /// Tests may stand on the testkit, whatever the crate under test, and the testkit's own
    /// benchmarks on the whole platform.
    fn may_be_tested_with(self, other: Self) -> bool {
        let platform = matches!(other, Self::Server | Self::Router | Self::Subgraph);
        other == Self::Testkit || (self == Self::Testkit && platform) || self.may_depend_on(other)
    }
}

/// Holds the manifests against the arrows of the architecture.
pub(super) fn check(metadata: &Value) -> Result<Vec<Finding>> {
    let root = metadata["workspace_root"]
        .as_str()
        .context("cargo metadata names no root")?;
    let mut findings = Vec::new();
    for package in metadata["packages"]
        .as_array()
        .context("cargo metadata lists no packages")?
    {
        let folder =
            folder(&package["manifest_path"], root).context("a package has no manifest")?;
        let manifest = format!("{folder}/Cargo.toml");
        let Some(from) = Crate::at(&folder) else {
            findings.push(Finding::of_file(
                &manifest,
                "a crate outside the layout; give it a place in tidy's arrows",
            ));
            continue;
        };
        if package["name"].as_str() != expected_name(&folder) {
            let message = format!(
                "the package is to be called as its folder, not {}",
                package["name"]
            );
            findings.push(Finding::of_file(&manifest, message));
        }
        findings.extend(forbidden(package, from, root).into_iter().map(|to| {
            Finding::of_file(
                &manifest,
                format!("may not depend on {to}; see the arrows in ARCHITECTURE.md"),
            )
        }));
    }
    Ok(findings)
}

fn forbidden(package: &Value, from: Crate, root: &str) -> Vec<String> {
    let dependencies = package["dependencies"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    dependencies
        .iter()
        .filter_map(|dependency| {
            let folder = dependency["path"]
                .as_str()?
                .strip_prefix(root)?
                .trim_start_matches('/');
            let to = Crate::at(folder)?;
            let allowed = match dependency["kind"].as_str() {
                Some("dev") => from.may_be_tested_with(to),
                _ => from.may_depend_on(to),
            };
            (!allowed).then(|| folder.to_owned())
        })
        .collect()
}

fn folder(manifest: &Value, root: &str) -> Option<String> {
    let relative = manifest
        .as_str()?
        .strip_prefix(root)?
        .strip_suffix("/Cargo.toml")?;
    Some(relative.trim_start_matches('/').to_owned())
}

/// The binary's crate is the one that carries the product's name.
fn expected_name(folder: &str) -> Option<&str> {
    match folder {
        "server" => Some("portico"),
        _ => folder.rsplit('/').next(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check_one(folder: &str, name: &str, depends_on: &str) -> Vec<String> {
        check_kind(folder, name, depends_on, None)
    }

    fn check_kind(folder: &str, name: &str, depends_on: &str, kind: Option<&str>) -> Vec<String> {
        let metadata = json!({
            "workspace_root": "/r",
            "packages": [{
                "name": name,
                "manifest_path": format!("/r/{folder}/Cargo.toml"),
                "dependencies": [{ "name": "x", "kind": kind, "path": format!("/r/{depends_on}") }, { "name": "serde", "path": null }],
            }],
        });
        check(&metadata)
            .expect("the metadata is well-formed")
            .iter()
            .map(Finding::to_string)
            .collect()
    }

    #[test]
    fn an_allowed_arrow_is_silent() {
        assert!(check_one("subgraphs/form", "form", "kit").is_empty());
        assert!(check_one("server", "portico", "subgraphs/form").is_empty());
        assert!(check_one("tests", "tests", "testkit").is_empty());
    }

    #[test]
    fn a_forbidden_arrow_is_named() {
        for (folder, name, to) in [
            ("subgraphs/form", "form", "subgraphs/menu"),
            ("router", "router", "kit"),
            ("kit", "kit", "testkit"),
        ] {
            assert_eq!(
                check_one(folder, name, to),
                [format!(
                    "{folder}/Cargo.toml: may not depend on {to}; see the arrows in ARCHITECTURE.md"
                )]
            );
        }
    }

    #[test]
    fn tests_may_stand_on_the_testkit() {
        assert!(check_kind("subgraphs/form", "form", "testkit", Some("dev")).is_empty());
        assert_eq!(
            check_kind("subgraphs/form", "form", "testkit", None).len(),
            1
        );
        assert_eq!(
            check_kind("subgraphs/form", "form", "subgraphs/menu", Some("dev")).len(),
            1
        );
    }

    #[test]
    fn a_package_is_called_as_its_folder() {
        assert_eq!(check_one("subgraphs/form", "forms", "kit").len(), 1);
    }
}
