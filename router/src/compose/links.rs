//! `@link`: which specifications a document uses, and under which local names.

use std::collections::HashMap;

use apollo_compiler::Node;
use apollo_compiler::ast::{Definition, Directive, Document, Value};

use super::diagnostics::{Code, Location};

/// The directives of federation 2, under the names of its specification.
pub(crate) const FEDERATION_DIRECTIVES: &[&str] = &[
    "key",
    "requires",
    "provides",
    "external",
    "shareable",
    "override",
    "inaccessible",
    "tag",
    "extends",
    "interfaceObject",
    "composeDirective",
    "authenticated",
    "requiresScopes",
    "policy",
    "cost",
    "listSize",
    "cacheTag",
];

/// Imports that would change the meaning of a schema if they were passed over.
const UNSUPPORTED: &[&str] = &["@context", "@fromContext", "ContextFieldValue"];

/// What federation 1 had, known without any `@link`.
const FEDERATION_1_DIRECTIVES: &[&str] = &[
    "key",
    "requires",
    "provides",
    "external",
    "extends",
    "tag",
    "inaccessible",
];

/// Scalars of the federation specification that may be imported by name.
const FEDERATION_SCALARS: &[&str] = &["FieldSet", "Scope", "Policy"];

/// Specifications that offer one federation directive on its own.
const STANDALONE: &[&str] = &[
    "tag",
    "inaccessible",
    "authenticated",
    "requiresScopes",
    "policy",
];

const FEDERATION_MINOR_MAX: u32 = 12;

/// One `@link`, read.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    pub(crate) url: String,
    /// The specification's name within this document.
    pub(crate) name: String,
    /// Imported name and local name, each with its `@` where it is a directive.
    pub(crate) imports: Vec<(String, String)>,
    pub(crate) location: Option<Location>,
}

impl Link {
    /// The name a specification's url gives it, the last path segment before the version.
    pub(crate) fn spec(&self) -> &str {
        let mut segments = self.url.trim_end_matches('/').rsplit('/');
        match (segments.next(), segments.next()) {
            (Some(last), Some(name)) if version(last).is_some() => name,
            (Some(last), _) => last,
            _ => "",
        }
    }

    pub(crate) fn is_apollo_spec(&self, name: &str) -> bool {
        self.url.starts_with("https://specs.apollo.dev/") && self.spec() == name
    }

    /// The local name, without `@`, of a directive of this specification.
    pub(crate) fn local_directive(&self, directive: &str) -> String {
        let imported = self
            .imports
            .iter()
            .find(|(name, _)| name.strip_prefix('@') == Some(directive));
        match imported {
            Some((_, local)) => local.trim_start_matches('@').to_owned(),
            None if self.spec() == directive => self.name.clone(),
            None => format!("{}__{directive}", self.name),
        }
    }
}

/// The names under which one subgraph writes federation's directives.
#[derive(Debug, Default)]
pub(crate) struct Links {
    /// The minor version of federation 2; absent in a document of federation 1.
    pub(crate) federation_2: Option<u32>,
    pub(crate) all: Vec<Link>,
    directives: HashMap<String, &'static str>,
    /// Local names of federation's and link's own types, which never reach the supergraph.
    scalars: Vec<String>,
}

impl Links {
    /// The specification's name of a directive that the document calls `local`.
    pub(crate) fn canonical(&self, local: &str) -> Option<&'static str> {
        self.directives.get(local).copied()
    }

    /// Local and canonical names, in a stable order.
    pub(crate) fn directives(&self) -> Vec<(&str, &'static str)> {
        let mut all: Vec<_> = self
            .directives
            .iter()
            .map(|(local, canonical)| (local.as_str(), *canonical))
            .collect();
        all.sort_unstable();
        all
    }

    /// What to say of a directive that the document has from a specification without importing
    /// it, if that is unsupported.
    pub(crate) fn refuse_directive(&self, local: &str) -> Option<String> {
        let mut links = self.all.iter();
        let link = links.find(|link| link.is_apollo_spec("federation"))?;
        let directives = UNSUPPORTED.iter().filter_map(|name| name.strip_prefix('@'));
        let mut named = directives.filter(|name| link.local_directive(name) == local);
        named
            .next()
            .map(|_| unsupported(&format!("@{local}"), link))
    }

    pub(crate) fn is_machinery(&self, type_name: &str) -> bool {
        matches!(
            type_name,
            "_Any" | "_Entity" | "_Service" | "_FieldSet" | "link__Import" | "link__Purpose"
        ) || self.scalars.iter().any(|scalar| scalar == type_name)
    }
}

/// A complaint about a `@link`.
pub(crate) type Complaint = (Code, Option<Location>, String);

/// Reads every `@link` of a document.
pub(crate) fn read(document: &Document) -> (Links, Vec<Complaint>) {
    let mut links = Links::default();
    let mut complaints = Vec::new();
    for directive in link_directives(document) {
        let location = Location::of(directive.location(), &document.sources);
        match read_link(directive, location) {
            Ok(link) => links.all.push(link),
            Err(message) => complaints.push((Code::InvalidLinkDirectiveUsage, location, message)),
        }
    }
    for link in links.all.clone() {
        links.learn(&link, &mut complaints);
    }
    if links.federation_2.is_none() {
        for name in FEDERATION_1_DIRECTIVES {
            links.directives.entry((*name).to_owned()).or_insert(name);
        }
    }
    (links, complaints)
}

impl Links {
    fn learn(&mut self, link: &Link, complaints: &mut Vec<Complaint>) {
        if link.is_apollo_spec("federation") {
            self.learn_federation(link, complaints);
        } else if let Some(name) = STANDALONE.iter().find(|name| link.is_apollo_spec(name)) {
            self.directives.insert(link.local_directive(name), name);
        }
    }

    fn learn_federation(&mut self, link: &Link, complaints: &mut Vec<Complaint>) {
        let known = link.url.rsplit('/').next().and_then(version);
        if !matches!(known, Some((2, minor)) if minor <= FEDERATION_MINOR_MAX) {
            let message = format!(
                "federation version of '{}' is not supported, use v2.0 to v2.{FEDERATION_MINOR_MAX}",
                link.url
            );
            complaints.push((Code::UnknownFederationLinkVersion, link.location, message));
        }
        let minor = known.map_or(FEDERATION_MINOR_MAX, |(_, minor)| minor);
        self.federation_2 = Some(minor);
        complaints.extend(
            link.imports
                .iter()
                .filter_map(|(name, _)| refuse_import(name, minor, link)),
        );
        for directive in FEDERATION_DIRECTIVES {
            self.directives
                .insert(format!("{}__{directive}", link.name), directive);
            self.directives
                .insert(link.local_directive(directive), directive);
        }
        self.scalars.extend(
            FEDERATION_SCALARS
                .iter()
                .map(|scalar| format!("{}__{scalar}", link.name)),
        );
        let imported = link
            .imports
            .iter()
            .filter(|(name, _)| !name.starts_with('@'));
        self.scalars
            .extend(imported.map(|(_, local)| local.clone()));
    }
}

/// The minor version of federation 2 that brought an import, for those that were not there from the beginning.
fn since(import: &str) -> u32 {
    match import {
        "@composeDirective" => 1,
        "@interfaceObject" => 3,
        "@authenticated" | "@requiresScopes" | "Scope" => 5,
        "@policy" | "Policy" => 6,
        "@cost" | "@listSize" => 9,
        "@cacheTag" => 12,
        _ => 0,
    }
}

fn refuse_import(name: &str, minor: u32, link: &Link) -> Option<Complaint> {
    let known = match name.strip_prefix('@') {
        Some(directive) => FEDERATION_DIRECTIVES.contains(&directive),
        None => FEDERATION_SCALARS.contains(&name),
    };
    if known && since(name) <= minor {
        None
    } else if known {
        let message = format!(
            "'{name}' cannot be imported from '{}', it is there since v2.{}",
            link.url,
            since(name)
        );
        Some((Code::InvalidLinkDirectiveUsage, link.location, message))
    } else if UNSUPPORTED.contains(&name) {
        let message = unsupported(name, link);
        Some((Code::UnsupportedFeature, link.location, message))
    } else {
        let message = format!("cannot import '{name}' from '{}'", link.url);
        Some((Code::InvalidLinkDirectiveUsage, link.location, message))
    }
}

fn unsupported(name: &str, link: &Link) -> String {
    format!(
        "'{name}' of '{}' is not supported, pass an argument or use '@requires' instead",
        link.url
    )
}

/// The `@link`s on a document's schema definition and extensions.
pub(crate) fn link_directives(document: &Document) -> impl Iterator<Item = &Node<Directive>> {
    document
        .definitions
        .iter()
        .filter_map(|definition| match definition {
            Definition::SchemaDefinition(schema) => Some(&schema.directives),
            Definition::SchemaExtension(schema) => Some(&schema.directives),
            _ => None,
        })
        .flat_map(|directives| directives.iter())
        .filter(|directive| directive.name == "link")
}

pub(crate) fn read_link(directive: &Directive, location: Option<Location>) -> Result<Link, String> {
    let url = directive
        .specified_argument_by_name("url")
        .and_then(|url| url.as_str());
    let url = url
        .ok_or("'@link' needs a 'url' that is a string")?
        .to_owned();
    let mut link = Link {
        url,
        name: String::new(),
        imports: Vec::new(),
        location,
    };
    link.name = match directive.specified_argument_by_name("as") {
        None => link.spec().to_owned(),
        Some(name) => name
            .as_str()
            .ok_or("'as' of '@link' is no string")?
            .to_owned(),
    };
    if let Some(imports) = directive.specified_argument_by_name("import") {
        for import in imports.as_list().ok_or("'import' of '@link' is no list")? {
            link.imports.push(read_import(import)?);
        }
    }
    Ok(link)
}

fn read_import(import: &Value) -> Result<(String, String), String> {
    let (name, local) = match import {
        Value::String(name) => (name.as_str(), name.as_str()),
        Value::Object(entries) => {
            let entry = |key: &str| {
                entries
                    .iter()
                    .find(|(name, _)| name == key)
                    .and_then(|(_, value)| value.as_str())
            };
            let name = entry("name").ok_or("an import of '@link' has no 'name'")?;
            (name, entry("as").unwrap_or(name))
        }
        _ => return Err("an import of '@link' is neither a string nor an object".to_owned()),
    };
    if name.starts_with('@') != local.starts_with('@') {
        return Err(format!(
            "import '{name}' of '@link' cannot be renamed to '{local}', '@' has to stand on both or on none"
        ));
    }
    Ok((name.to_owned(), local.to_owned()))
}

fn version(segment: &str) -> Option<(u32, u32)> {
    let (major, minor) = segment.strip_prefix('v')?.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
