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
    abstract_entities_nested
    child_interface_mismatch
    child_nullability
    child_type_mismatch
    extend_federation_1
    extends_directive
    external_not_asked
    fragments_in_abstract_types
    interface_field_on_objects_only
    interface_members_differ
    interface_object
    interface_object_concrete_elsewhere
    interface_object_indirect
    interface_object_requires
    interface_object_start_and_end
    interface_object_typename
    interface_of_entities
    interface_with_several_keys
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
    override_field
    override_key_neighbour
    override_on_interface
    override_requires
    override_root_field
    provides_nested
    provides_on_interface
    provides_on_list
    provides_on_union
    requires_arguments_differ
    requires_chain_of_three
    requires_circular
    requires_failed
    requires_key_only
    requires_list
    requires_list_of_entities
    requires_nested
    requires_null
    requires_of_requires
    requires_on_interface
    requires_on_union
    requires_scalar
    requires_through_abstract_entity
    requires_through_another_key
    requires_two_fields_two_subgraphs
    requires_with_argument_of_its_own
    requires_with_arguments
    shareable_entity_field
    shareable_in_lists
    shareable_root_field
    shareable_value_type
    union_members_differ
}
