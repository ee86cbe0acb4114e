//! The file that lists subgraphs: where each answers, and which files hold its schema.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use router::compose::{Diagnostic, Location, SubgraphSdl};
use serde::Deserialize;

/// The file as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Listing {
    subgraphs: BTreeMap<String, Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    url: Option<String>,
    schema: Files,
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "expected a path or a list of paths")]
enum Files {
    One(PathBuf),
    Many(Vec<PathBuf>),
}

/// Subgraphs with their texts.
pub(super) struct Subgraphs(Vec<Source>);

struct Source {
    name: String,
    url: Option<String>,
    parts: Vec<Part>,
}

/// A file of a schema; its text ends with a line break.
struct Part {
    file: PathBuf,
    text: String,
}

/// A place in the files that were composed.
pub(super) struct Place<'a> {
    pub(super) file: &'a Path,
    pub(super) location: Option<Location>,
}

impl Subgraphs {
    /// Reads the listing and every file that it names, relative to itself.
    pub(super) fn read(listing: &Path) -> anyhow::Result<Self> {
        let text = read(listing)?;
        let Listing { subgraphs } = toml::from_str(&text)
            .with_context(|| format!("{} does not list subgraphs", listing.display()))?;
        let folder = listing.parent().unwrap_or(Path::new(""));
        let sources = subgraphs
            .into_iter()
            .map(|(name, entry)| source(folder, name, entry));
        sources.collect::<anyhow::Result<_>>().map(Self)
    }

    /// What to compose.
    pub(super) fn sdls(&self) -> Vec<SubgraphSdl> {
        let sdl = |source: &Source| SubgraphSdl {
            name: source.name.clone(),
            url: source.url.clone(),
            sdl: source.parts.iter().map(|part| part.text.as_str()).collect(),
        };
        self.0.iter().map(sdl).collect()
    }

    /// The file that a diagnostic is about, with the location in it.
    pub(super) fn place(&self, diagnostic: &Diagnostic) -> Option<Place<'_>> {
        let name = diagnostic.subgraph.as_deref()?;
        let source = self.0.iter().find(|source| source.name == name)?;
        let Some(Location { mut line, column }) = diagnostic.location else {
            let file = &source.parts.first()?.file;
            return (source.parts.len() == 1).then_some(Place {
                file,
                location: None,
            });
        };
        let (last, before) = source.parts.split_last()?;
        let mut file = &last.file;
        for part in before {
            let lines = part.text.lines().count();
            if line <= lines {
                file = &part.file;
                break;
            }
            line -= lines;
        }
        let location = Some(Location { line, column });
        Some(Place { file, location })
    }
}

fn source(folder: &Path, name: String, entry: Entry) -> anyhow::Result<Source> {
    let files = match entry.schema {
        Files::One(file) => vec![file],
        Files::Many(files) if files.is_empty() => bail!("subgraph '{name}' lists no schema file"),
        Files::Many(files) => files,
    };
    let part = |file: PathBuf| {
        let file = folder.join(file);
        let mut text = read(&file).with_context(|| format!("subgraph '{name}' has no schema"))?;
        if !text.ends_with('\n') {
            text.push('\n');
        }
        anyhow::Ok(Part { file, text })
    };
    let parts = files.into_iter().map(part).collect::<anyhow::Result<_>>()?;
    Ok(Source {
        name,
        url: entry.url,
        parts,
    })
}

fn read(file: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}
