//! The kinds of changes, each with its severity.

/// For whom a change is bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// A valid operation, or a value that was accepted, may be refused from now on.
    Breaking,
    /// Every operation stays valid, but a client may meet what it does not expect.
    Dangerous,
    /// No client notices unless it looks.
    Safe,
}

impl Severity {
    /// `breaking`, `dangerous` or `safe`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Breaking => "breaking",
            Self::Dangerous => "dangerous",
            Self::Safe => "safe",
        }
    }
}

/// Declares [`Code`], in the spelling of graphql-js where that knows the change.
macro_rules! codes {
    ($($severity:ident { $($variant:ident = $text:literal: $doc:literal,)* })*) => {
        /// What kind of change it is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code { $($(#[doc = $doc] $variant,)*)* }

        impl Code {
            /// Every code there is.
            pub const ALL: &[Self] = &[$($(Self::$variant,)*)*];

            /// The stable spelling, such as `FIELD_REMOVED`.
            pub fn as_str(self) -> &'static str {
                match self { $($(Self::$variant => $text,)*)* }
            }

            /// For whom such a change is bad.
            pub fn severity(self) -> Severity {
                match self { $($(Self::$variant)|* => Severity::$severity,)* }
            }
        }
    };
}

codes! {
    Breaking {
        TypeRemoved = "TYPE_REMOVED": "A type is gone.",
        TypeChangedKind = "TYPE_CHANGED_KIND": "A type is of another kind, such as an enum that was a scalar.",
        FieldRemoved = "FIELD_REMOVED": "A field or an input field is gone.",
        FieldChangedKind = "FIELD_CHANGED_KIND": "A field or an input field has a type that clients may not cope with.",
        ArgRemoved = "ARG_REMOVED": "An argument is gone.",
        ArgChangedKind = "ARG_CHANGED_KIND": "An argument refuses what it accepted.",
        RequiredArgAdded = "REQUIRED_ARG_ADDED": "A new argument has to be given.",
        RequiredInputFieldAdded = "REQUIRED_INPUT_FIELD_ADDED": "A new input field has to be given.",
        RequiredArgDefaultRemoved = "REQUIRED_ARG_DEFAULT_REMOVED": "An argument that could be left out has to be given.",
        RequiredInputFieldDefaultRemoved = "REQUIRED_INPUT_FIELD_DEFAULT_REMOVED": "An input field that could be left out has to be given.",
        ValueRemovedFromEnum = "VALUE_REMOVED_FROM_ENUM": "An enum value is gone.",
        TypeRemovedFromUnion = "TYPE_REMOVED_FROM_UNION": "A type is no longer a member of a union.",
        ImplementedInterfaceRemoved = "IMPLEMENTED_INTERFACE_REMOVED": "A type no longer implements an interface.",
        OneOfAdded = "ONE_OF_ADDED": "An input type takes exactly one field from now on.",
        RootTypeRemoved = "ROOT_TYPE_REMOVED": "A kind of operation is gone.",
        RootTypeChanged = "ROOT_TYPE_CHANGED": "A kind of operation begins at another type.",
        DirectiveRemoved = "DIRECTIVE_REMOVED": "A directive is gone.",
        DirectiveArgRemoved = "DIRECTIVE_ARG_REMOVED": "An argument of a directive is gone.",
        DirectiveArgChangedKind = "DIRECTIVE_ARG_CHANGED_KIND": "An argument of a directive refuses what it accepted.",
        RequiredDirectiveArgAdded = "REQUIRED_DIRECTIVE_ARG_ADDED": "A new argument of a directive has to be given.",
        RequiredDirectiveArgDefaultRemoved = "REQUIRED_DIRECTIVE_ARG_DEFAULT_REMOVED": "An argument of a directive that could be left out has to be given.",
        DirectiveLocationRemoved = "DIRECTIVE_LOCATION_REMOVED": "A directive may no longer stand somewhere.",
        DirectiveRepeatableRemoved = "DIRECTIVE_REPEATABLE_REMOVED": "A directive may stand only once at a place.",
    }
    Dangerous {
        ValueAddedToEnum = "VALUE_ADDED_TO_ENUM": "An enum has a value that clients do not know.",
        TypeAddedToUnion = "TYPE_ADDED_TO_UNION": "A union has a member that clients do not know.",
        ImplementedInterfaceAdded = "IMPLEMENTED_INTERFACE_ADDED": "An interface has an implementation that clients do not know.",
        OptionalArgAdded = "OPTIONAL_ARG_ADDED": "A new argument may be given.",
        OptionalInputFieldAdded = "OPTIONAL_INPUT_FIELD_ADDED": "A new input field may be given.",
        ArgDefaultValueChange = "ARG_DEFAULT_VALUE_CHANGE": "Leaving out an argument means something else.",
        InputFieldDefaultValueChange = "INPUT_FIELD_DEFAULT_VALUE_CHANGE": "Leaving out an input field means something else.",
        DirectiveArgDefaultValueChange = "DIRECTIVE_ARG_DEFAULT_VALUE_CHANGE": "Leaving out an argument of a directive means something else.",
        SpecifiedByChanged = "SPECIFIED_BY_CHANGED": "A scalar follows another specification.",
        SpecifiedByRemoved = "SPECIFIED_BY_REMOVED": "A scalar names its specification no longer.",
    }
    Safe {
        TypeAdded = "TYPE_ADDED": "A type is new.",
        FieldAdded = "FIELD_ADDED": "A field is new.",
        FieldChangedKindSafe = "FIELD_CHANGED_KIND_SAFE": "A field promises more, or an input field accepts more.",
        ArgChangedKindSafe = "ARG_CHANGED_KIND_SAFE": "An argument accepts more.",
        ArgDefaultValueAdded = "ARG_DEFAULT_VALUE_ADDED": "An argument has a default.",
        InputFieldDefaultValueAdded = "INPUT_FIELD_DEFAULT_VALUE_ADDED": "An input field has a default.",
        ArgsReordered = "ARGS_REORDERED": "The same arguments are listed in another order.",
        OneOfRemoved = "ONE_OF_REMOVED": "An input type no longer takes exactly one field.",
        RootTypeAdded = "ROOT_TYPE_ADDED": "A kind of operation is new.",
        DirectiveAdded = "DIRECTIVE_ADDED": "A directive is new.",
        DirectiveArgChangedKindSafe = "DIRECTIVE_ARG_CHANGED_KIND_SAFE": "An argument of a directive accepts more.",
        DirectiveArgDefaultValueAdded = "DIRECTIVE_ARG_DEFAULT_VALUE_ADDED": "An argument of a directive has a default.",
        OptionalDirectiveArgAdded = "OPTIONAL_DIRECTIVE_ARG_ADDED": "A new argument of a directive may be given.",
        DirectiveLocationAdded = "DIRECTIVE_LOCATION_ADDED": "A directive may stand somewhere new.",
        DirectiveRepeatableAdded = "DIRECTIVE_REPEATABLE_ADDED": "A directive may stand several times at a place.",
        SpecifiedByAdded = "SPECIFIED_BY_ADDED": "A scalar names its specification.",
        DeprecationAdded = "DEPRECATION_ADDED": "An element is deprecated from now on.",
        DeprecationRemoved = "DEPRECATION_REMOVED": "An element is no longer deprecated.",
        DeprecationReasonChanged = "DEPRECATION_REASON_CHANGED": "An element is deprecated for another reason.",
        DescriptionChanged = "DESCRIPTION_CHANGED": "A description was added, removed or changed.",
        AppliedDirectivesChanged = "APPLIED_DIRECTIVES_CHANGED": "An element carries other directives of its owner.",
    }
}
