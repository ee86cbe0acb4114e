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
    access_directives
    aliases
    aliases_and_nulls
    aliases_with_arguments
    argument_intersection
    child_interface_mismatch
    child_nullability
    child_type_mismatch
    conditions
    custom_scalars
    entity_not_found
    entity_without_own_fields
    enum_both
    enum_input
    enum_output
    errors_in_abstract_types
    extend_federation_1
    extends_directive
    extension_federation_2
    external_not_asked
    external_type
    failing_entities
    failing_subgraph
    federation_1_and_2
    fragments_in_abstract_types
    inaccessible_enum_value
    inaccessible_field
    inaccessible_type
    input_intersection
    interface_circular
    interface_covariance
    interface_field_on_objects_only
    interface_hierarchy
    interface_levels
    interface_members_differ
    interface_object
    interface_object_concrete_elsewhere
    interface_object_feeds_requires
    interface_object_in_value_type
    interface_object_indirect
    interface_object_mutation
    interface_object_not_resolvable
    interface_object_relations
    interface_object_requires
    interface_object_start_and_end
    interface_object_two_keys
    interface_object_typename
    interface_of_entities
    interface_with_several_keys
    key_compound
    key_entity_in_key
    key_from_two_subgraphs
    key_nested
    key_not_resolvable
    key_several
    key_single
    key_with_entities_completed_elsewhere
    key_with_list
    keys_chain
    keys_deep_relations
    keys_detour
    keys_differ_by_start
    keys_one_reachable
    keys_overlap
    metadata_directives
    mutation_failures
    mutation_payload_query
    mutation_shared
    mutations_in_order
    nested_lists
    null_entities
    null_keys
    null_propagation
    one_of_input
    overlapping_branches
    override_field
    override_key_neighbour
    override_on_interface
    override_progressive
    override_requires
    override_root_field
    override_unavailable
    provides_nested
    provides_on_interface
    provides_on_list
    provides_on_union
    provides_what_is_required
    query_inside_objects
    renamed_root_types
    repeated_relations
    requires_arguments_differ
    requires_behind_interface
    requires_below_an_entity
    requires_chain_of_three
    requires_circular
    requires_failed
    requires_inside_the_key
    requires_key_only
    requires_list
    requires_list_of_entities
    requires_list_of_union
    requires_nested
    requires_null
    requires_of_requires
    requires_on_interface
    requires_on_union
    requires_scalar
    requires_subgraph_down
    requires_then_jump
    requires_through_abstract_entity
    requires_through_another_key
    requires_two_fields_two_subgraphs
    requires_with_argument_of_its_own
    requires_with_arguments
    root_fields_of_many
    shareable_dead_end
    shareable_deep_value
    shareable_entity_field
    shareable_in_lists
    shareable_least_requests
    shareable_root_field
    shareable_union
    shareable_value_type
    shareable_value_with_entities
    shared_entities
    two_paths_to_one_entity
    typenames
    union_branch_arguments
    union_branch_entities
    union_branch_types
    union_distributed
    union_members_differ
    variables
}
