//! Composition, case by case: each folder under `tests/compose` holds subgraphs, a sentence on what they show, and
//! snapshots of what composing them gives.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};

use apollo_compiler::Schema;
use router::compose::{Composition, SubgraphSdl, Supergraph, compose};

#[path = "compose/edges.rs"]
mod edges;
#[path = "compose/export.rs"]
mod export;
#[path = "compose/planner.rs"]
mod planner;
#[path = "compose/properties.rs"]
mod properties;

/// Makes a test of every folder, named like it.
macro_rules! cases {
    ($($case:ident)*) => {
        $(#[test] fn $case() { check(stringify!($case)); })*

        #[test]
        fn every_folder_is_a_case() {
            let mut listed = vec![$(stringify!($case)),*];
            listed.sort_unstable();
            assert_eq!(folders(), listed, "folders under tests/compose and cases in tests/compose.rs differ");
        }
    };
}

cases! {
    argument_errors
    arguments
    async_graphql_export
    authorisation
    authorisation_of_implementations
    authorisation_of_requirements
    authorisation_on_interfaces
    cache_tags
    compose_directive_errors
    cost_errors
    costs
    default_order
    default_presence
    defaults
    defaults_after_merging
    directives
    early_imports
    early_interface_keys
    entity_descriptions
    enum_errors
    enums
    extends_directives
    extension_without_base
    external_errors
    external_mismatch
    external_types
    external_with_metadata
    federation_1
    federation_1_leftovers
    federation_1_lists
    field_types
    inaccessible
    inaccessible_errors
    indirect_keys
    input_errors
    inputs
    interface_field_without_implementation
    interface_object
    interface_object_errors
    interface_object_misplaced
    interface_object_requires
    interfaces
    invalid_defaults
    invalid_field_sharing
    invalid_graphql
    key_errors
    keys
    kind_mismatch
    links
    metadata
    mutations
    mutations_shared
    nested_keys
    no_queries
    override_collisions
    override_errors
    override_metadata
    override_progressive
    override_type_mismatch
    override_types
    overrides
    overview
    provides
    provides_abstract
    provides_errors
    query_root_inaccessible
    renamed_directives
    requires
    requires_abstract
    requires_chain
    requires_errors
    root_errors
    root_types
    satisfiable_paths
    shareable
    specifications
    split_interfaces
    split_unions
    subtypes
    unions
    unsatisfiable
    unsatisfiable_interface_object
    unsatisfiable_keys
    unsatisfiable_provides
    unsatisfiable_requires
    unsupported
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compose")
}

fn folders() -> Vec<String> {
    let entries = fs::read_dir(root()).unwrap().map(Result::unwrap);
    let mut names: Vec<String> = entries
        .filter(|entry| entry.path().is_dir() && entry.file_name() != "snapshots")
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    names
}

fn subgraphs(case: &str) -> Vec<SubgraphSdl> {
    let paths = fs::read_dir(root().join(case))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut subgraphs: Vec<SubgraphSdl> = paths
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "graphql")
        })
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let url = Some(format!("http://{name}.test/graphql"));
            SubgraphSdl {
                name,
                url,
                sdl: fs::read_to_string(path).unwrap(),
            }
        })
        .collect();
    subgraphs.sort_by(|a, b| a.name.cmp(&b.name));
    subgraphs
}

/// Composes a folder and holds the outcome against its snapshots.
fn check(case: &str) {
    let folder = root().join(case);
    let about = fs::read_to_string(folder.join("case.md")).unwrap();
    assert!(
        about.ends_with(".\n"),
        "case.md of {case} is not a sentence"
    );

    let subgraphs = subgraphs(case);
    let composition = compose(&subgraphs);
    let reversed: Vec<SubgraphSdl> = subgraphs.iter().rev().cloned().collect();
    assert_eq!(
        compose(&reversed),
        composition,
        "the order of subgraphs matters in {case}"
    );

    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(&folder);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        if !composition.diagnostics.is_empty() {
            let lines: Vec<String> = composition
                .diagnostics
                .iter()
                .map(|d| format!("{:?} {d}", d.severity))
                .collect();
            insta::assert_snapshot!("diagnostics", lines.join("\n"));
        }
        if let Some(supergraph) = &composition.supergraph {
            assert_round_trip(supergraph);
            insta::assert_snapshot!("supergraph.graphql", supergraph.sdl);
            insta::assert_snapshot!("api.graphql", supergraph.api_sdl);
            let engine = planner::engine(&subgraphs, supergraph);
            if let Ok(operation) = fs::read_to_string(folder.join("operation.gql")) {
                insta::assert_snapshot!("plan", planner::plan(&engine, &operation));
            }
        }
    });
    assert_no_stale_snapshot(&folder, &composition);
}

/// What is emitted is valid, and reading it back gives the same.
fn assert_round_trip(supergraph: &Supergraph) {
    Schema::parse_and_validate(&supergraph.sdl, "supergraph.graphql").unwrap();
    Schema::parse_and_validate(&supergraph.api_sdl, "api.graphql").unwrap();
    assert_eq!(Supergraph::parse(&supergraph.sdl).as_ref(), Ok(supergraph));
}

fn assert_no_stale_snapshot(folder: &Path, composition: &Composition) {
    let made = [
        ("diagnostics.snap", !composition.diagnostics.is_empty()),
        ("supergraph.graphql.snap", composition.supergraph.is_some()),
        ("api.graphql.snap", composition.supergraph.is_some()),
        ("plan.snap", folder.join("operation.gql").exists()),
    ];
    for (name, expected) in made {
        assert_eq!(
            folder.join(name).exists(),
            expected,
            "{name} in {}",
            folder.display()
        );
    }
}
