//! Reads a subgraph's SDL into the model that the later stages work on.

mod directives;
mod grammar;
mod roots;
mod types;
mod upgrade;
mod usage;

use std::collections::HashSet;

use apollo_compiler::ast::{Definition, Directive, Document};
use apollo_compiler::{Name, Node};
use indexmap::IndexMap;

use self::directives::Reader;
pub(crate) use self::roots::default_name as default_root;
use super::SubgraphSdl;
use super::diagnostics::{Code, Diagnostics, Location};
use super::links::{self, Links};
use super::model::{Composed, Subgraph};

/// Directives of the GraphQL specification itself, which need no definition.
const BUILT_IN_DIRECTIVES: &[&str] = &[
    "deprecated",
    "specifiedBy",
    "oneOf",
    "skip",
    "include",
    "link",
    "defer",
    "stream",
];

/// Reads all subgraphs, sorted by name; those that cannot be read are left out and reported.
pub(crate) fn ingest(sources: &[SubgraphSdl], diagnostics: &mut Diagnostics) -> Vec<Subgraph> {
    let mut sorted: Vec<&SubgraphSdl> = sources.iter().collect();
    sorted.sort_by(|a, b| a.name.cmp(&b.name));
    let mut graphs = HashSet::new();
    let mut names = HashSet::new();
    let mut subgraphs = Vec::new();
    for source in sorted {
        if source.name.is_empty() || source.name.starts_with("__") {
            let message = format!(
                "'{}' cannot name a subgraph, use a name that is not empty and does not begin with '__'",
                source.name
            );
            diagnostics.error(Code::InvalidSubgraphName, message);
        } else if !names.insert(&source.name) {
            diagnostics.error(
                Code::InvalidSubgraphName,
                format!("two subgraphs are named '{}'", source.name),
            );
        } else if let Some(subgraph) =
            read(source, graph_name(&source.name, &mut graphs), diagnostics)
        {
            subgraphs.push(subgraph);
        }
    }
    subgraphs
}

/// A value for `join__Graph`: upper case, and unlike every other.
fn graph_name(subgraph: &str, taken: &mut HashSet<String>) -> Name {
    let upper: String = subgraph
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_uppercase()
            } else {
                '_'
            }
        })
        .collect();
    let upper = if upper.starts_with(|c: char| c.is_ascii_digit()) {
        format!("_{upper}")
    } else {
        upper
    };
    let mut candidate = upper.clone();
    let mut suffix = 1;
    while !taken.insert(candidate.clone()) {
        candidate = format!("{upper}_{suffix}");
        suffix += 1;
    }
    Name::new(&candidate).expect("only letters, digits and underscores, and no digit in front")
}

fn read(source: &SubgraphSdl, graph: Name, diagnostics: &mut Diagnostics) -> Option<Subgraph> {
    let grammar::Parsed {
        document,
        descriptions,
    } = grammar::parse(source, diagnostics)?;
    let (links, complaints) = links::read(&document);
    let faulty = !complaints.is_empty();
    for (code, location, message) in complaints {
        diagnostics.error_in(code, &source.name, location, message);
    }
    let roots = roots::find(&document);
    if !grammar::validate(&document, &links, &roots, &source.name, diagnostics) || faulty {
        return None;
    }
    roots::refuse_misnamed(&document, &roots, &source.name, diagnostics);

    let composed = composed_directives(&document, &links, &source.name, diagnostics);
    let reader = Reader {
        subgraph: &source.name,
        links: &links,
        sources: &document.sources,
        descriptions,
        composed: composed
            .iter()
            .map(|composed| composed.directive.clone())
            .collect(),
        renames: roots::renames(&roots),
    };
    let errors = diagnostics.error_count();
    let types = types::read(&document, &reader, diagnostics);
    let mut subgraph = Subgraph {
        name: source.name.clone(),
        url: source.url.clone().unwrap_or_default(),
        graph,
        types,
        directives: own_directives(&document, &links),
        composed,
        federation_2: links.federation_2,
        has_unread_field_sets: diagnostics.error_count() > errors,
    };
    usage::mark(&mut subgraph);
    Some(subgraph)
}

fn own_directives(
    document: &Document,
    links: &Links,
) -> IndexMap<Name, Node<apollo_compiler::ast::DirectiveDefinition>> {
    document
        .definitions
        .iter()
        .filter_map(Definition::as_directive_definition)
        .filter(|directive| links.canonical(&directive.name).is_none())
        .filter(|directive| !BUILT_IN_DIRECTIVES.contains(&directive.name.as_str()))
        .map(|directive| (directive.name.clone(), directive.clone()))
        .collect()
}

/// The custom directives that `@composeDirective` asks to keep.
fn composed_directives(
    document: &Document,
    links: &Links,
    subgraph: &str,
    diagnostics: &mut Diagnostics,
) -> Vec<Composed> {
    let mut composed = Vec::new();
    for directive in schema_directives(document) {
        if links.canonical(&directive.name) != Some("composeDirective") {
            continue;
        }
        let location = Location::of(directive.location(), &document.sources);
        match compose_directive(directive, document, links) {
            Ok(found) => composed.push(found),
            Err(message) => {
                diagnostics.error_in(Code::DirectiveComposition, subgraph, location, message)
            }
        }
    }
    composed
}

fn compose_directive(
    directive: &Directive,
    document: &Document,
    links: &Links,
) -> Result<Composed, String> {
    let name = directive
        .specified_argument_by_name("name")
        .and_then(|name| name.as_str());
    let name = name.ok_or("'@composeDirective' needs a 'name' that is a string")?;
    let bare = name
        .strip_prefix('@')
        .ok_or_else(|| format!("'{name}' in '@composeDirective' has to begin with '@'"))?;
    if links.canonical(bare).is_some() || BUILT_IN_DIRECTIVES.contains(&bare) {
        return Err(format!(
            "'{name}' is composed by itself and needs no '@composeDirective'"
        ));
    }
    let defined = document
        .definitions
        .iter()
        .filter_map(Definition::as_directive_definition)
        .any(|d| d.name == bare);
    if !defined {
        return Err(format!(
            "'{name}' in '@composeDirective' is defined nowhere"
        ));
    }
    let link = links.all.iter().find(|link| {
        link.imports.iter().any(|(_, local)| local == name)
            || link.name == bare
            || bare.starts_with(&format!("{}__", link.name))
    });
    let link = link.ok_or_else(|| format!("'{name}' in '@composeDirective' belongs to no specification, add an '@link' that imports it"))?;
    let directive = Name::new(bare).map_err(|err| err.to_string())?;
    Ok(Composed {
        directive,
        link: link.clone(),
    })
}

fn schema_directives(document: &Document) -> impl Iterator<Item = &Node<Directive>> {
    document
        .definitions
        .iter()
        .filter(|definition| {
            matches!(
                definition,
                Definition::SchemaDefinition(_) | Definition::SchemaExtension(_)
            )
        })
        .flat_map(|definition| definition.directives().iter())
}
