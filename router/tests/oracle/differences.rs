//! Where our composition differs from the oracle's on purpose.
//!
//! The test fails for a difference that is not here, and for an entry that is no longer needed.

/// What the two see differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Aspect {
    /// One composes, the other refuses.
    Outcome,
    /// Both refuse, with other codes.
    Codes,
    /// Both compose, and clients see another schema.
    Api,
    /// Both compose, and carry other directives on some element.
    Directives,
    /// The planner makes another plan over the other's supergraph.
    Plan,
}

/// One deliberate difference.
pub(crate) struct Difference {
    /// The folder of the case.
    pub(crate) case: &'static str,
    pub(crate) aspect: Aspect,
    /// Why ours is right.
    #[expect(dead_code, reason = "the reason is for whoever reads the list")]
    pub(crate) why: &'static str,
}

const fn differs(case: &'static str, aspect: Aspect, why: &'static str) -> Difference {
    Difference { case, aspect, why }
}

/// Every deliberate difference.
pub(crate) const DIFFERENCES: &[Difference] = &[
    differs(
        "async_graphql_export",
        Aspect::Outcome,
        "async-graphql describes type extensions, which the grammar does not allow; their owners cannot change it, so composition reads them",
    ),
    differs(
        "cache_tags",
        Aspect::Outcome,
        "the oracle knows federation up to v2.9; '@cacheTag' came with v2.12",
    ),
    differs(
        "default_order",
        Aspect::Outcome,
        "input objects are unordered (GraphQL specification, input object values); the oracle compares texts",
    ),
    differs(
        "default_presence",
        Aspect::Api,
        "a default holds only where all subgraphs have it, as it does for input fields; the oracle keeps that of one for arguments",
    ),
    differs(
        "defaults_after_merging",
        Aspect::Outcome,
        "the default of the supergraph's argument would name a field that its input type does not have; the oracle composes that",
    ),
    differs(
        "directives",
        Aspect::Api,
        "GraphQL over federation offers executable directives that every subgraph defines, and no directives of type systems; the oracle has it the other way round",
    ),
    differs(
        "external_errors",
        Aspect::Codes,
        "'@external' on an interface field is EXTERNAL_ON_INTERFACE, as published; the oracle lets it pass",
    ),
    differs(
        "external_mismatch",
        Aspect::Codes,
        "an '@external' copy resolves nothing, so its mismatches are EXTERNAL_TYPE_MISMATCH and EXTERNAL_ARGUMENT_TYPE_MISMATCH alone, as published",
    ),
    differs(
        "federation_1_leftovers",
        Aspect::Directives,
        "an '@external' field that nothing refers to is dropped with all that it carries",
    ),
    differs(
        "federation_1_leftovers",
        Aspect::Plan,
        "federation 1 field sets are reduced to what is external, so nothing of its own is sent to a subgraph; the oracle keeps the rest",
    ),
    differs(
        "inaccessible",
        Aspect::Api,
        "the oracle's public schema refers to a type that it hides, which the type system section of the GraphQL specification forbids",
    ),
    differs(
        "input_errors",
        Aspect::Codes,
        "a subgraph without '@oneOf' would be sent values that it understands otherwise than the client; the oracle takes the looser one",
    ),
    differs(
        "inputs",
        Aspect::Outcome,
        "lists of inputs are merged to the stricter item, as input types on their own are; the oracle refuses",
    ),
    differs(
        "interface_object_misplaced",
        Aspect::Codes,
        "all errors are reported at once; the oracle stops after the first rule",
    ),
    differs(
        "interface_object_requires",
        Aspect::Plan,
        "an interface object's '@external' field is not resolved there; the oracle drops 'external: true', and plans over its supergraph ask for it",
    ),
    differs(
        "key_errors",
        Aspect::Codes,
        "a directive in a field set is KEY_DIRECTIVE_IN_FIELDS_ARG, as published, also for '@skip'",
    ),
    differs(
        "links",
        Aspect::Codes,
        "a malformed '@link' has the published code; the oracle throws",
    ),
    differs(
        "override_collisions",
        Aspect::Codes,
        "all errors are reported at once; the oracle stops after the first rule",
    ),
    differs(
        "provides_errors",
        Aspect::Codes,
        "a directive in a field set is PROVIDES_DIRECTIVE_IN_FIELDS_ARG, as published, also for '@skip'",
    ),
    differs(
        "renamed_directives",
        Aspect::Outcome,
        "the link specification names what is not imported 'prefix__name', with the prefix that 'as' gives; the oracle only knows 'federation__name'",
    ),
    differs(
        "requires_errors",
        Aspect::Codes,
        "a directive in a field set is REQUIRES_DIRECTIVE_IN_FIELDS_ARG, as published, also for '@include'",
    ),
    differs(
        "root_errors",
        Aspect::Codes,
        "all errors are reported at once; the oracle stops after the first rule",
    ),
    differs(
        "root_types",
        Aspect::Outcome,
        "root types may have any name (GraphQL specification, root operation types); the oracle crashes",
    ),
    differs(
        "satisfiable_paths",
        Aspect::Outcome,
        "every subgraph has a query root, because the protocol adds '_service' to it; the oracle does not know the type",
    ),
    differs(
        "subtypes",
        Aspect::Api,
        "a field that some subgraph answers with any 'Pet' cannot promise a 'Dog'; the oracle takes the first subgraph's type",
    ),
    differs(
        "unsatisfiable_provides",
        Aspect::Outcome,
        "what is provided on one path cannot be fetched on another, so the field cannot be reached; the oracle lets it pass",
    ),
    differs(
        "unsatisfiable_requires",
        Aspect::Codes,
        "requirements that go round in circles are a SATISFIABILITY_ERROR; the oracle overflows its stack",
    ),
    differs(
        "unsupported",
        Aspect::Outcome,
        "'@context' is refused rather than ignored until the planner follows it",
    ),
];
