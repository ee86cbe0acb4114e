//! The definitions and links of the specifications that a supergraph is written in.

use super::merged::{Merged, MergedKind};

const JOIN: &str = r#"
directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE

directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean$LABEL) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION

directive @join__graph(name: String!, url: String!) on ENUM_VALUE

directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE

directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR

directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION

directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA

scalar join__FieldSet

scalar link__Import

enum link__Purpose {
  """
  `SECURITY` features provide metadata necessary to securely resolve fields.
  """
  SECURITY

  """
  `EXECUTION` features provide metadata necessary for operation execution.
  """
  EXECUTION
}
"#;

/// A specification beside join whose directives a supergraph may use.
struct Feature {
    /// Name and version, as in its url.
    spec: &'static str,
    /// What follows the url in its `@link`.
    link: &'static str,
    directives: &'static [&'static str],
    definitions: &'static str,
}

const FEATURES: &[Feature] = &[
    Feature {
        spec: "tag/v0.3",
        link: "",
        directives: &["tag"],
        definitions: "directive @tag(name: String!) repeatable on FIELD_DEFINITION | INTERFACE | OBJECT | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION | SCHEMA\n",
    },
    Feature {
        spec: "inaccessible/v0.2",
        link: ", for: SECURITY",
        directives: &["inaccessible"],
        definitions: "directive @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION\n",
    },
    Feature {
        spec: "authenticated/v0.1",
        link: ", for: SECURITY",
        directives: &["authenticated"],
        definitions: "directive @authenticated on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM\n",
    },
    Feature {
        spec: "requiresScopes/v0.1",
        link: ", for: SECURITY",
        directives: &["requiresScopes"],
        definitions: "directive @requiresScopes(scopes: [[requiresScopes__Scope!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM\n\nscalar requiresScopes__Scope\n",
    },
    Feature {
        spec: "policy/v0.1",
        link: ", for: SECURITY",
        directives: &["policy"],
        definitions: "directive @policy(policies: [[policy__Policy!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM\n\nscalar policy__Policy\n",
    },
    Feature {
        spec: "cost/v0.1",
        link: ", import: [\"@listSize\"]",
        directives: &["cost", "listSize"],
        definitions: "directive @cost(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR\n\ndirective @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION\n",
    },
];

fn features(merged: &Merged) -> impl Iterator<Item = &'static Feature> {
    FEATURES.iter().filter(|feature| {
        feature
            .directives
            .iter()
            .any(|directive| is_applied(merged, directive))
    })
}

/// Built into newer GraphQL, but not into every tool that reads a supergraph.
const ONE_OF: &str = "directive @oneOf on INPUT_OBJECT\n";

/// The `@link`s of the schema definition.
pub(crate) fn links(merged: &Merged) -> Vec<String> {
    let join = if has_labels(merged) { "v0.4" } else { "v0.3" };
    let mut links = vec![
        r#"@link(url: "https://specs.apollo.dev/link/v1.0")"#.to_owned(),
        format!(r#"@link(url: "https://specs.apollo.dev/join/{join}", for: EXECUTION)"#),
    ];
    for Feature { spec, link, .. } in features(merged) {
        links.push(format!(
            r#"@link(url: "https://specs.apollo.dev/{spec}"{link})"#
        ));
    }
    links
}

/// Definitions of everything that the supergraph uses beyond its own types.
pub(crate) fn definitions(merged: &Merged) -> String {
    let label = if has_labels(merged) {
        ", overrideLabel: String"
    } else {
        ""
    };
    let mut text = JOIN.replace("$LABEL", label);
    for feature in features(merged) {
        text.push('\n');
        text.push_str(feature.definitions);
    }
    if is_applied(merged, "oneOf") {
        text.push('\n');
        text.push_str(ONE_OF);
    }
    text
}

fn has_labels(merged: &Merged) -> bool {
    merged
        .types
        .keys()
        .filter_map(|name| merged.fields(name))
        .flat_map(|fields| fields.values())
        .any(|field| field.joins.iter().any(|join| join.override_label.is_some()))
}

fn is_applied(merged: &Merged, directive: &str) -> bool {
    let has = |applied: &[apollo_compiler::Node<apollo_compiler::ast::Directive>]| {
        applied.iter().any(|d| d.name == directive)
    };
    merged.types.values().any(|ty| {
        has(&ty.applied)
            || match &ty.kind {
                MergedKind::Scalar | MergedKind::Union(_) => false,
                MergedKind::Object(body) | MergedKind::Interface(body) => {
                    body.fields.values().any(|field| {
                        has(&field.applied)
                            || field
                                .arguments
                                .values()
                                .any(|argument| has(&argument.applied))
                    })
                }
                MergedKind::Enum(values) => values.values().any(|value| has(&value.applied)),
                MergedKind::Input(fields) => fields.values().any(|field| has(&field.applied)),
            }
    })
}
