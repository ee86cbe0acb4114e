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

/// A directive with a specification of its own: name, version, purpose, definitions.
const FEATURES: &[(&str, &str, Option<&str>, &str)] = &[
    (
        "tag",
        "v0.3",
        None,
        "directive @tag(name: String!) repeatable on FIELD_DEFINITION | INTERFACE | OBJECT | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION | SCHEMA\n",
    ),
    (
        "inaccessible",
        "v0.2",
        Some("SECURITY"),
        "directive @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION\n",
    ),
    (
        "authenticated",
        "v0.1",
        Some("SECURITY"),
        "directive @authenticated on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM\n",
    ),
    (
        "requiresScopes",
        "v0.1",
        Some("SECURITY"),
        "directive @requiresScopes(scopes: [[requiresScopes__Scope!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM\n\nscalar requiresScopes__Scope\n",
    ),
    (
        "policy",
        "v0.1",
        Some("SECURITY"),
        "directive @policy(policies: [[policy__Policy!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM\n\nscalar policy__Policy\n",
    ),
];

/// Built into newer GraphQL, but not into every tool that reads a supergraph.
const ONE_OF: &str = "directive @oneOf on INPUT_OBJECT\n";

/// The `@link`s of the schema definition.
pub(crate) fn links(merged: &Merged) -> Vec<String> {
    let join = if has_labels(merged) { "v0.4" } else { "v0.3" };
    let mut links = vec![
        r#"@link(url: "https://specs.apollo.dev/link/v1.0")"#.to_owned(),
        format!(r#"@link(url: "https://specs.apollo.dev/join/{join}", for: EXECUTION)"#),
    ];
    for (name, version, purpose, _) in FEATURES
        .iter()
        .filter(|(name, ..)| is_applied(merged, name))
    {
        let purpose = purpose
            .map(|purpose| format!(", for: {purpose}"))
            .unwrap_or_default();
        links.push(format!(
            r#"@link(url: "https://specs.apollo.dev/{name}/{version}"{purpose})"#
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
    for (_, _, _, definition) in FEATURES
        .iter()
        .filter(|(name, ..)| is_applied(merged, name))
    {
        text.push('\n');
        text.push_str(definition);
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
