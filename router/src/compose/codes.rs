//! The published federation codes that composition reports.

/// Declares [`Code`] with the spelling every federation tool knows.
macro_rules! codes {
    ($($variant:ident = $text:literal: $doc:literal,)*) => {
        /// What kind of fault a [`Diagnostic`](super::Diagnostic) reports.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code { $(#[doc = $doc] $variant,)* }

        impl Code {
            /// The published spelling, such as `INVALID_FIELD_SHARING`.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }
    };
}

codes! {
    InvalidGraphql = "INVALID_GRAPHQL": "The document is no valid GraphQL.",
    InvalidSubgraphName = "INVALID_SUBGRAPH_NAME": "A subgraph has an unusable or repeated name.",
    InvalidLinkDirectiveUsage = "INVALID_LINK_DIRECTIVE_USAGE": "An `@link` is malformed.",
    UnsupportedFeature = "UNSUPPORTED_FEATURE": "A directive of the federation specification that this composition cannot follow.",
    UnknownFederationLinkVersion = "UNKNOWN_FEDERATION_LINK_VERSION": "The linked federation version is unknown.",
    RootQueryUsed = "ROOT_QUERY_USED": "A type is named `Query` without being the query root.",
    RootMutationUsed = "ROOT_MUTATION_USED": "A type is named `Mutation` without being the mutation root.",
    RootSubscriptionUsed = "ROOT_SUBSCRIPTION_USED": "A type is named `Subscription` without being the subscription root.",
    NoQueries = "NO_QUERIES": "No subgraph offers a query field.",
    KeyInvalidFields = "KEY_INVALID_FIELDS": "A `@key` selects what its type does not have.",
    KeyInvalidFieldsType = "KEY_INVALID_FIELDS_TYPE": "The `fields` of a `@key` is no string.",
    KeyFieldsHasArgs = "KEY_FIELDS_HAS_ARGS": "A `@key` selects a field with arguments.",
    KeyFieldsSelectInvalidType = "KEY_FIELDS_SELECT_INVALID_TYPE": "A `@key` selects an interface or union.",
    KeyDirectiveInFieldsArg = "KEY_DIRECTIVE_IN_FIELDS_ARG": "A `@key` selection carries a directive.",
    KeyUnsupportedOnInterface = "KEY_UNSUPPORTED_ON_INTERFACE": "A `@key` stands on an interface before federation 2.3.",
    RequiresInvalidFields = "REQUIRES_INVALID_FIELDS": "A `@requires` selects what its type does not have.",
    RequiresInvalidFieldsType = "REQUIRES_INVALID_FIELDS_TYPE": "The `fields` of a `@requires` is no string.",
    RequiresFieldsMissingExternal = "REQUIRES_FIELDS_MISSING_EXTERNAL": "A `@requires` selects a field that is not `@external`.",
    RequiresDirectiveInFieldsArg = "REQUIRES_DIRECTIVE_IN_FIELDS_ARG": "A `@requires` selection carries a directive.",
    RequiresUnsupportedOnInterface = "REQUIRES_UNSUPPORTED_ON_INTERFACE": "A `@requires` stands on an interface field.",
    ProvidesInvalidFields = "PROVIDES_INVALID_FIELDS": "A `@provides` selects what its type does not have.",
    ProvidesInvalidFieldsType = "PROVIDES_INVALID_FIELDS_TYPE": "The `fields` of a `@provides` is no string.",
    ProvidesFieldsMissingExternal = "PROVIDES_FIELDS_MISSING_EXTERNAL": "A `@provides` selects a field that is not `@external`.",
    ProvidesFieldsHasArgs = "PROVIDES_FIELDS_HAS_ARGS": "A `@provides` selects a field with arguments.",
    ProvidesDirectiveInFieldsArg = "PROVIDES_DIRECTIVE_IN_FIELDS_ARG": "A `@provides` selection carries a directive.",
    ProvidesOnNonObjectField = "PROVIDES_ON_NON_OBJECT_FIELD": "A `@provides` stands on a field of a leaf type.",
    ProvidesUnsupportedOnInterface = "PROVIDES_UNSUPPORTED_ON_INTERFACE": "A `@provides` stands on an interface field.",
    ExternalUnused = "EXTERNAL_UNUSED": "An `@external` field has no use.",
    ExternalMissingOnBase = "EXTERNAL_MISSING_ON_BASE": "An `@external` field is resolved by no subgraph.",
    ExternalTypeMismatch = "EXTERNAL_TYPE_MISMATCH": "An `@external` field has another type than where it is resolved.",
    ExternalArgumentMissing = "EXTERNAL_ARGUMENT_MISSING": "An `@external` field lacks an argument.",
    ExternalArgumentTypeMismatch = "EXTERNAL_ARGUMENT_TYPE_MISMATCH": "An argument of an `@external` field has another type than where it is resolved.",
    ExternalArgumentDefaultMismatch = "EXTERNAL_ARGUMENT_DEFAULT_MISMATCH": "An argument of an `@external` field has another default than where it is resolved.",
    ExternalOnInterface = "EXTERNAL_ON_INTERFACE": "An `@external` stands on an interface field.",
    MergedDirectiveOnExternal = "MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL": "An `@external` field carries a directive that belongs where it is resolved.",
    InvalidShareableUsage = "INVALID_SHAREABLE_USAGE": "A `@shareable` stands where nothing can be shared.",
    InvalidFieldSharing = "INVALID_FIELD_SHARING": "Several subgraphs resolve a field that is not `@shareable`.",
    OverrideFromSelf = "OVERRIDE_FROM_SELF_ERROR": "An `@override` names its own subgraph.",
    OverrideOnInterface = "OVERRIDE_ON_INTERFACE": "An `@override` stands on an interface field.",
    OverrideSourceHasOverride = "OVERRIDE_SOURCE_HAS_OVERRIDE": "The overridden field is itself an `@override`.",
    OverrideCollision = "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE": "An `@override` meets a directive that it cannot be combined with.",
    OverrideLabelInvalid = "OVERRIDE_LABEL_INVALID": "The label of an `@override` is malformed.",
    OverrideSourceUnknown = "FROM_SUBGRAPH_DOES_NOT_EXIST": "An `@override` names a subgraph that is not there.",
    TypeKindMismatch = "TYPE_KIND_MISMATCH": "A type is of another kind elsewhere.",
    ExtensionWithNoBase = "EXTENSION_WITH_NO_BASE": "A type is extended everywhere and defined nowhere.",
    FieldTypeMismatch = "FIELD_TYPE_MISMATCH": "A field has incompatible types.",
    FieldArgumentTypeMismatch = "FIELD_ARGUMENT_TYPE_MISMATCH": "An argument has incompatible types.",
    FieldArgumentDefaultMismatch = "FIELD_ARGUMENT_DEFAULT_MISMATCH": "An argument has different defaults.",
    InputFieldDefaultMismatch = "INPUT_FIELD_DEFAULT_MISMATCH": "An input field has different defaults.",
    RequiredArgumentMissing = "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH": "A required argument is unknown to some subgraph.",
    RequiredInputFieldMissing = "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH": "A required input field is unknown to some subgraph.",
    EmptyMergedInputType = "EMPTY_MERGED_INPUT_TYPE": "The subgraphs share no field of an input type.",
    EmptyMergedEnumType = "EMPTY_MERGED_ENUM_TYPE": "The subgraphs share no value of an enum used as input.",
    EnumValueMismatch = "ENUM_VALUE_MISMATCH": "An enum used as input and output differs between subgraphs.",
    InterfaceFieldNoImplem = "INTERFACE_FIELD_NO_IMPLEM": "An implementation lacks a field of its interface.",
    InterfaceObjectUsage = "INTERFACE_OBJECT_USAGE_ERROR": "An `@interfaceObject` is used wrongly.",
    InterfaceKeyNotOnImplementation = "INTERFACE_KEY_NOT_ON_IMPLEMENTATION": "An implementation lacks a key of its interface.",
    InterfaceKeyMissingImplementationType = "INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE": "A subgraph with an interface key does not know every implementation.",
    AuthRequirementsOnInterface = "AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE": "A demand for authorisation stands on an interface.",
    MissingTransitiveAuthRequirements = "MISSING_TRANSITIVE_AUTH_REQUIREMENTS": "A field that needs others demands less authorisation than they do.",
    CostOnInterfaceField = "COST_APPLIED_TO_INTERFACE_FIELD": "A `@cost` stands on an interface field.",
    ListSizeOnNonList = "LIST_SIZE_APPLIED_TO_NON_LIST": "A `@listSize` is about a field that is no list.",
    ListSizeAssumedSize = "LIST_SIZE_INVALID_ASSUMED_SIZE": "A `@listSize` assumes a negative size.",
    ListSizeSizedField = "LIST_SIZE_INVALID_SIZED_FIELD": "A `@listSize` names a sized field that is not there.",
    ListSizeSlicingArgument = "LIST_SIZE_INVALID_SLICING_ARGUMENT": "A `@listSize` names a slicing argument that is not there or no `Int`.",
    DirectiveComposition = "DIRECTIVE_COMPOSITION_ERROR": "A `@composeDirective` cannot be followed.",
    DirectiveDefinitionInvalid = "DIRECTIVE_DEFINITION_INVALID": "A federation directive is redefined incompatibly.",
    QueryRootTypeInaccessible = "QUERY_ROOT_TYPE_INACCESSIBLE": "The query root is `@inaccessible`.",
    OnlyInaccessibleChildren = "ONLY_INACCESSIBLE_CHILDREN": "Everything inside a visible type is `@inaccessible`.",
    ReferencedInaccessible = "REFERENCED_INACCESSIBLE": "A visible element refers to an `@inaccessible` type.",
    RequiredInaccessible = "REQUIRED_INACCESSIBLE": "A required input is `@inaccessible`.",
    ImplementedByInaccessible = "IMPLEMENTED_BY_INACCESSIBLE": "An `@inaccessible` field implements a visible one.",
    DefaultValueUsesInaccessible = "DEFAULT_VALUE_USES_INACCESSIBLE": "A visible default uses an `@inaccessible` value.",
    SatisfiabilityError = "SATISFIABILITY_ERROR": "A field of the supergraph can be reached by no plan.",
    SatisfiabilityLimit = "MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED": "The supergraph is too large for the satisfiability check.",
    InconsistentDescription = "INCONSISTENT_DESCRIPTION": "A description differs between subgraphs.",
    InconsistentFieldType = "INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE": "The types of a field differ, and are merged all the same.",
    InconsistentArgumentType = "INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE": "The types of an argument differ, and are merged all the same.",
    InconsistentDefaultPresence = "INCONSISTENT_DEFAULT_VALUE_PRESENCE": "A default is dropped because some subgraph has none.",
    InconsistentEnumValue = "INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM": "An enum value is dropped because some subgraph does not know it.",
    InconsistentInputField = "INCONSISTENT_INPUT_OBJECT_FIELD": "An input field is dropped because some subgraph does not know it.",
    InconsistentArgument = "INCONSISTENT_ARGUMENT_PRESENCE": "An argument is dropped because some subgraph does not know it.",
    InconsistentExecutableDirective = "INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE": "An executable directive is dropped because some subgraph does not know it.",
    OverrideCanBeRemoved = "OVERRIDE_DIRECTIVE_CAN_BE_REMOVED": "An `@override` overrides nothing.",
    OverriddenFieldCanBeRemoved = "OVERRIDDEN_FIELD_CAN_BE_REMOVED": "A field is overridden elsewhere and used by nothing.",
}
