//! Whether a subgraph is valid GraphQL by itself.

use std::collections::HashMap;
use std::fmt::Write as _;

use apollo_compiler::ast::{Definition, Document, OperationType, SchemaDefinition};
use apollo_compiler::parser::Parser;
use apollo_compiler::validation::DiagnosticList;
use apollo_compiler::{Name, Node, Schema};

use crate::compose::SubgraphSdl;
use crate::compose::defaults;
use crate::compose::diagnostics::{Code, Diagnostics, Location, sentence};
use crate::compose::links::Links;
use crate::compose::repair;

/// Every place that federation's own metadata directives may stand.
const ANYWHERE: &str = "FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE \
                        | INPUT_OBJECT | INPUT_FIELD_DEFINITION | SCHEMA";

/// A subgraph's document, and the descriptions of its type extensions by offset.
pub(crate) struct Parsed {
    pub(crate) document: Document,
    pub(crate) descriptions: HashMap<usize, Node<str>>,
}

/// Parses the text of a subgraph.
pub(crate) fn parse(source: &SubgraphSdl, diagnostics: &mut Diagnostics) -> Option<Parsed> {
    let repaired = repair::repair(&source.sdl);
    match Parser::new().parse_ast(repaired.sdl, &source.name) {
        Ok(document) => {
            let descriptions = repaired.descriptions.into_iter();
            let descriptions =
                descriptions.filter_map(|(offset, text)| Some((offset, description(&text)?)));
            Some(Parsed {
                descriptions: descriptions.collect(),
                document,
            })
        }
        Err(failed) => {
            report(&failed.errors, &Links::default(), &source.name, diagnostics);
            None
        }
    }
}

/// Reads a string literal the way the parser reads descriptions.
fn description(literal: &str) -> Option<Node<str>> {
    let document = Parser::new()
        .parse_ast(format!("{literal} scalar S"), "description")
        .ok()?;
    document
        .definitions
        .first()?
        .as_scalar_type_definition()?
        .description
        .clone()
}

/// Checks the rules of the GraphQL specification, with federation's directives known.
pub(crate) fn validate(
    document: &Document,
    links: &Links,
    roots: &[(OperationType, Name)],
    subgraph: &str,
    diagnostics: &mut Diagnostics,
) -> bool {
    let mut standalone = document.clone();
    standalone.definitions.retain(|definition| {
        !matches!(
            definition,
            Definition::SchemaDefinition(_) | Definition::SchemaExtension(_)
        )
    });
    standalone
        .definitions
        .push(Definition::SchemaDefinition(Node::new(schema_definition(
            document, roots,
        ))));
    let built = Schema::builder()
        .adopt_orphan_extensions()
        .ignore_builtin_redefinitions()
        .parse(prelude(document, links, roots), "federation")
        .add_ast(&standalone)
        .build();
    let errors = match built.map(Schema::validate) {
        Ok(Ok(schema)) => return defaults_fit(&schema, subgraph, diagnostics),
        Ok(Err(failed)) => failed.errors,
        Err(failed) => failed.errors,
    };
    report(&errors, links, subgraph, diagnostics);
    false
}

fn defaults_fit(schema: &Schema, subgraph: &str, diagnostics: &mut Diagnostics) -> bool {
    let faults = defaults::check(schema);
    for fault in &faults {
        let location = Location::of(fault.span, &schema.sources);
        let message = fault.message.clone();
        diagnostics.error_in(Code::InvalidGraphql, subgraph, location, message);
    }
    faults.is_empty()
}

fn schema_definition(document: &Document, roots: &[(OperationType, Name)]) -> SchemaDefinition {
    let mut directives = apollo_compiler::ast::DirectiveList::new();
    directives.extend(super::schema_directives(document).cloned());
    let mut roots = roots.to_vec();
    if !roots
        .iter()
        .any(|(operation, _)| *operation == OperationType::Query)
    {
        roots.push((
            OperationType::Query,
            Name::new_static("Query").expect("a valid name"),
        ));
    }
    SchemaDefinition {
        description: None,
        directives,
        root_operations: roots.into_iter().map(Node::new).collect(),
    }
}

/// Definitions of whatever federation offers this document and the document does not define itself.
fn prelude(document: &Document, links: &Links, roots: &[(OperationType, Name)]) -> String {
    let mut text = String::new();
    let defines = |name: &str| {
        let is_same = |definition: &Definition| {
            !matches!(definition, Definition::DirectiveDefinition(_))
                && definition.name().is_some_and(|n| n == name)
        };
        document.definitions.iter().any(is_same)
    };
    let defines_directive = |name: &str| {
        document
            .definitions
            .iter()
            .filter_map(Definition::as_directive_definition)
            .any(|d| d.name == name)
    };
    for scalar in [
        "federation__FieldSet",
        "federation__Scope",
        "federation__Policy",
        "link__Import",
    ]
    .into_iter()
    .filter(|name| !defines(name))
    {
        let _ = writeln!(text, "scalar {scalar}");
    }
    if !defines("link__Purpose") {
        text.push_str("enum link__Purpose { SECURITY EXECUTION }\n");
    }
    if !roots
        .iter()
        .any(|(operation, _)| *operation == OperationType::Query)
    {
        text.push_str("extend type Query { _noQueryHere: Boolean }\n");
    }
    if !defines_directive("link") {
        text.push_str("directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA\n");
    }
    if !defines_directive("oneOf") {
        text.push_str("directive @oneOf on INPUT_OBJECT\n");
    }
    for (local, canonical) in links.directives() {
        if !defines_directive(local) {
            let _ = writeln!(text, "directive @{local}{}", signature(canonical));
        }
    }
    text
}

fn signature(canonical: &str) -> String {
    match canonical {
        "key" => "(fields: federation__FieldSet!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE".to_owned(),
        "requires" | "provides" => "(fields: federation__FieldSet!) on FIELD_DEFINITION".to_owned(),
        "external" => "(reason: String) on OBJECT | FIELD_DEFINITION".to_owned(),
        "shareable" => " repeatable on OBJECT | FIELD_DEFINITION".to_owned(),
        "override" => "(from: String!, label: String) on FIELD_DEFINITION".to_owned(),
        "extends" => " on OBJECT | INTERFACE".to_owned(),
        "interfaceObject" => " on OBJECT".to_owned(),
        "composeDirective" => "(name: String!) repeatable on SCHEMA".to_owned(),
        "tag" => format!("(name: String!) repeatable on {ANYWHERE}"),
        "inaccessible" => format!(" on {ANYWHERE}"),
        "authenticated" => " on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM".to_owned(),
        "requiresScopes" => "(scopes: [[federation__Scope!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM".to_owned(),
        "policy" => "(policies: [[federation__Policy!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM".to_owned(),
        "cacheTag" => "(format: String!) repeatable on OBJECT | INTERFACE | FIELD_DEFINITION".to_owned(),
        "cost" => {
            "(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR".to_owned()
        }
        "listSize" => {
            "(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) \
             on FIELD_DEFINITION"
                .to_owned()
        }
        other => unreachable!("'{other}' is no directive of the federation specification"),
    }
}

fn report(errors: &DiagnosticList, links: &Links, subgraph: &str, diagnostics: &mut Diagnostics) {
    for error in errors.iter() {
        let location = error.line_column_range().map(|range| Location {
            line: range.start.line,
            column: range.start.column,
        });
        let message = sentence(&error.error.to_string());
        let unknown = message.strip_prefix("cannot find directive '@");
        let unknown = unknown.and_then(|rest| rest.split('\'').next());
        let (code, message) = match unknown.and_then(|name| links.refuse_directive(name)) {
            Some(refusal) => (Code::UnsupportedFeature, refusal),
            None => (Code::InvalidGraphql, message),
        };
        diagnostics.error_in(code, subgraph, location, message);
    }
}
