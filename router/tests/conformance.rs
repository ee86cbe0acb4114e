//! Federation, feature by feature, measured from outside: each folder under `tests/conformance/cases` holds
//! subgraphs and queries with the answers that federation asks for, whoever plans them.

#[path = "conformance/case.rs"]
mod case;
#[path = "conformance/entities.rs"]
mod entities;
#[path = "conformance/fixture.rs"]
mod fixture;
#[path = "conformance/log.rs"]
mod log;
#[path = "conformance/object.rs"]
mod object;
#[path = "conformance/schema.rs"]
mod schema;
#[path = "conformance/template.rs"]
mod template;

/// Makes a test of every folder, named like it.
macro_rules! cases {
    ($($case:ident)*) => {
        $(#[tokio::test] async fn $case() { case::check(stringify!($case)).await; })*

        #[test]
        fn every_folder_is_a_case() {
            let mut listed = vec![$(stringify!($case)),*];
            listed.sort_unstable();
            assert_eq!(case::folders(), listed, "folders under tests/conformance/cases and cases listed here differ");
        }
    };
}

cases! {
    extend_federation_1
    extends_directive
    external_not_asked
    key_compound
    key_entity_in_key
    key_nested
    key_not_resolvable
    key_several
    key_single
    key_with_list
    keys_chain
    keys_differ_by_start
    keys_one_reachable
    shareable_entity_field
    shareable_in_lists
    shareable_root_field
    shareable_value_type
}
