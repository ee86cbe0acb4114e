//! Federation composition: subgraph SDL in, a supergraph or a list of what prevents it out.
//!
//! Four pure stages, `ingest → validate → merge → emit`, then a check that a router can reach every field.
//! Nothing here plans, executes, waits or reads a file.

mod api_schema;
mod codes;
mod defaults;
mod diagnostics;
mod emit;
mod field_set;
mod inaccessible;
mod ingest;
mod links;
mod locate;
mod machinery;
mod merge;
mod merged;
mod model;
mod repair;
mod satisfiability;
mod selection;
mod validate;
mod values;

use apollo_compiler::Schema;
use apollo_compiler::ast::{Directive, Document};
use apollo_compiler::validation::{DiagnosticList, Valid};

use self::diagnostics::Diagnostics;
pub(crate) use self::diagnostics::sentence;
pub use self::diagnostics::{Code, Diagnostic, Location, Severity};
pub(crate) use self::field_set::FieldSet;
use self::model::Subgraph;
pub(crate) use self::values::canonical;

/// One subgraph, as its owner publishes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubgraphSdl {
    /// What the router calls it.
    pub name: String,
    /// Where it answers; absent for one in the same process.
    pub url: Option<String>,
    /// Its schema with federation directives.
    pub sdl: String,
}

/// The outcome of [`compose`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Composition {
    /// Present if there was no error.
    pub supergraph: Option<Supergraph>,
    /// Errors first, then hints.
    pub diagnostics: Vec<Diagnostic>,
}

/// A composed schema in its two forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Supergraph {
    /// SDL of the join specification, which any federation router reads.
    pub sdl: String,
    /// SDL of what clients see: no federation, nothing `@inaccessible`.
    pub api_sdl: String,
}

impl Supergraph {
    /// The name and the URL of every subgraph; the URL is empty for one in the same process.
    #[must_use]
    pub fn subgraphs(&self) -> Vec<(String, String)> {
        let Ok(document) = Document::parse(&self.sdl, "supergraph.graphql") else {
            return Vec::new();
        };
        let graphs = document.definitions.iter().find_map(|definition| {
            let graphs = definition.as_enum_type_definition()?;
            (graphs.name == "join__Graph").then_some(graphs)
        });
        let values = graphs.iter().flat_map(|graphs| &graphs.values);
        let joins = values.filter_map(|value| value.directives.get("join__graph"));
        let text = |directive: &Directive, argument: &str| {
            let value = directive.specified_argument_by_name(argument);
            value
                .and_then(|value| value.as_str())
                .unwrap_or_default()
                .to_owned()
        };
        joins
            .map(|directive| (text(directive, "name"), text(directive, "url")))
            .collect()
    }

    /// Reads a supergraph that was composed before, here or by another tool.
    pub fn parse(sdl: &str) -> Result<Self, Vec<Diagnostic>> {
        let mut diagnostics = Diagnostics::default();
        match read_supergraph(sdl, &mut diagnostics) {
            Some((supergraph, _)) if !diagnostics.has_errors() => Ok(supergraph),
            _ => Err(diagnostics.into_vec()),
        }
    }
}

/// Composes subgraphs into a supergraph, reporting everything that is wrong at the first stage that finds errors.
pub fn compose(subgraphs: &[SubgraphSdl]) -> Composition {
    let mut diagnostics = Diagnostics::default();
    let subgraphs = ingest::ingest(subgraphs, &mut diagnostics);
    let supergraph = stages(&subgraphs, &mut diagnostics);
    diagnostics.locate(|element| locate::find(&subgraphs, element));
    Composition {
        supergraph,
        diagnostics: diagnostics.into_vec(),
    }
}

fn stages(subgraphs: &[Subgraph], diagnostics: &mut Diagnostics) -> Option<Supergraph> {
    for subgraph in subgraphs {
        validate::validate(subgraph, diagnostics);
    }
    if diagnostics.has_errors() {
        return None;
    }
    let merged = merge::merge(subgraphs, diagnostics);
    if diagnostics.has_errors() {
        return None;
    }
    let (supergraph, schema) = read_supergraph(&emit::emit(subgraphs, &merged), diagnostics)?;
    for fault in defaults::check(&schema) {
        diagnostics.error_of(Code::InvalidGraphql, &fault.element, fault.message);
    }
    if !diagnostics.has_errors() {
        satisfiability::check(subgraphs, &merged, diagnostics);
    }
    (!diagnostics.has_errors()).then_some(supergraph)
}

/// Whether a document links the join specification.
pub(crate) fn is_supergraph(document: &Document) -> bool {
    api_schema::Features::of(document).is_supergraph()
}

/// Derives the API schema, and holds both schemas against the GraphQL specification.
fn read_supergraph(
    sdl: &str,
    diagnostics: &mut Diagnostics,
) -> Option<(Supergraph, Valid<Schema>)> {
    let document = match Document::parse(sdl, "supergraph.graphql") {
        Ok(document) => document,
        Err(failed) => {
            report(&failed.errors, diagnostics);
            return None;
        }
    };
    if !is_supergraph(&document) {
        let message = "this is no supergraph, its schema definition has no '@link' to 'https://specs.apollo.dev/join'";
        diagnostics.error(Code::InvalidLinkDirectiveUsage, message);
        return None;
    }
    let schema = match document.to_schema_validate() {
        Ok(schema) => schema,
        Err(failed) => {
            report(&failed.errors, diagnostics);
            return None;
        }
    };
    inaccessible::check(&document, diagnostics);
    let api = api_schema::derive(&document);
    if !diagnostics.has_errors()
        && let Err(failed) = api.to_schema_validate()
    {
        report(&failed.errors, diagnostics);
        return None;
    }
    let supergraph = Supergraph {
        sdl: sdl.to_owned(),
        api_sdl: api.to_string(),
    };
    Some((supergraph, schema))
}

fn report(errors: &DiagnosticList, diagnostics: &mut Diagnostics) {
    for error in errors.iter() {
        diagnostics.error(
            Code::InvalidGraphql,
            format!(
                "the composed schema is invalid: {}",
                sentence(&error.error.to_string())
            ),
        );
    }
}
