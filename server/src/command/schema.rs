//! `portico schema export`: the contract as files, generated, committed and compared.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use router::compose::{SubgraphSdl, compose};

use crate::assembly::assemble;
use crate::cli::SchemaExport;
use crate::config::Config;
use crate::foundation;

/// The contract: file names, relative to the directory, and their content.
pub struct Contract(BTreeMap<String, String>);

/// Writes the files, or compares them.
pub(super) fn run(export: &SchemaExport) -> anyhow::Result<ExitCode> {
    let contract = Contract::generate()?;
    if !export.check {
        contract.write(&export.dir)?;
        println!(
            "{} files written to {}",
            contract.0.len(),
            export.dir.display()
        );
        return Ok(ExitCode::SUCCESS);
    }
    let stale = contract.compare(&export.dir)?;
    if stale.is_empty() {
        println!("{} is up to date", export.dir.display());
        return Ok(ExitCode::SUCCESS);
    }
    for (name, what) in &stale {
        eprintln!("{}: {what}", export.dir.join(name).display());
    }
    eprintln!("run `portico schema export` and commit the result");
    Ok(ExitCode::FAILURE)
}

impl Contract {
    /// Generates every file from the code; no database is touched.
    pub fn generate() -> anyhow::Result<Self> {
        let assembly = assemble(&foundation::detached(), &Config::default());
        let sdls = assembly
            .subgraphs
            .iter()
            .map(|mounted| mounted.sdl.clone())
            .collect::<Vec<_>>();
        let supergraph = composed(&sdls)?;

        let mut files = BTreeMap::new();
        for subgraph in sdls {
            files.insert(format!("subgraphs/{}.graphql", subgraph.name), subgraph.sdl);
        }
        files.insert("supergraph.graphql".to_owned(), supergraph.sdl);
        files.insert("api.graphql".to_owned(), supergraph.api_sdl);
        for event in assembly.event_types {
            files.insert(
                format!("events/{}.json", event.kind),
                pretty(&event.schema)?,
            );
        }
        files.insert(
            "config.json".to_owned(),
            pretty(&kit::config::schema::<Config>())?,
        );
        for content in files.values_mut() {
            content.truncate(content.trim_end().len());
            content.push('\n');
        }
        Ok(Self(files))
    }

    fn write(&self, dir: &Path) -> anyhow::Result<()> {
        for (name, what) in self.compare(dir)? {
            let path = dir.join(&name);
            let failed = || format!("cannot write {}", path.display());
            if what == "left over" {
                std::fs::remove_file(&path).with_context(failed)?;
                continue;
            }
            let parent = path.parent().expect("a file is in a directory");
            std::fs::create_dir_all(parent).with_context(failed)?;
            std::fs::write(&path, &self.0[&name]).with_context(failed)?;
        }
        Ok(())
    }

    fn compare(&self, dir: &Path) -> anyhow::Result<Vec<(String, &'static str)>> {
        let mut found = BTreeMap::new();
        for sub in ["", "subgraphs", "events"] {
            collect(dir, sub, &mut found)?;
        }
        let mut stale = Vec::new();
        for (name, content) in &self.0 {
            match found.remove(name) {
                None => stale.push((name.clone(), "missing")),
                Some(there) if there != *content => stale.push((name.clone(), "out of date")),
                Some(_) => {}
            }
        }
        stale.extend(found.into_keys().map(|name| (name, "left over")));
        Ok(stale)
    }
}

/// Composes the supergraph, or fails with every error at once.
pub(super) fn composed(sdls: &[SubgraphSdl]) -> anyhow::Result<router::compose::Supergraph> {
    let composition = compose(sdls);
    match composition.supergraph {
        Some(supergraph) => Ok(supergraph),
        None => {
            let lines = composition
                .diagnostics
                .iter()
                .map(|one| format!("\n  {one}"));
            bail!("the subgraphs do not compose:{}", lines.collect::<String>())
        }
    }
}

fn collect(dir: &Path, sub: &str, found: &mut BTreeMap<String, String>) -> anyhow::Result<()> {
    let path = dir.join(sub);
    if !path.is_dir() {
        return Ok(());
    }
    for entry in
        std::fs::read_dir(&path).with_context(|| format!("cannot read {}", path.display()))?
    {
        let path = entry?.path();
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        if let Some(name) = name.filter(|_| path.is_file()) {
            let name = if sub.is_empty() {
                name
            } else {
                format!("{sub}/{name}")
            };
            let content = std::fs::read_to_string(&path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            found.insert(name, content);
        }
    }
    Ok(())
}

fn pretty(value: &serde_json::Value) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(value)?)
}
