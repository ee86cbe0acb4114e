//! `portico compose`: subgraphs from files into a supergraph.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use router::compose::{Diagnostic, Severity, compose};
use serde_json::{Value, json};

use super::subgraphs::{Place, Subgraphs};
use crate::cli::{Compose, Format};

/// Prints every diagnostic on standard error and the supergraph on standard output or into a file.
pub(super) fn run(input: &Compose) -> anyhow::Result<ExitCode> {
    let subgraphs = Subgraphs::read(&input.subgraphs)?;
    let composition = compose(&subgraphs.sdls());
    let report = match input.format {
        Format::Text => text(&composition.diagnostics, &subgraphs),
        Format::Json => document(&composition.diagnostics, &subgraphs)?,
    };
    eprint!("{report}");
    let Some(supergraph) = composition.supergraph else {
        return Ok(ExitCode::FAILURE);
    };
    let sdl = format!("{}\n", supergraph.sdl.trim_end());
    match &input.out {
        None => std::io::stdout()
            .write_all(sdl.as_bytes())
            .context("cannot write the supergraph to standard output")?,
        Some(path) => replace(path, &sdl)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// One line each: `catalog.graphql:3:5: error INVALID_FIELD_SHARING: … (subgraph 'catalog')`.
fn text(diagnostics: &[Diagnostic], subgraphs: &Subgraphs) -> String {
    let line = |diagnostic: &Diagnostic| {
        let place = match subgraphs.place(diagnostic) {
            Some(Place {
                file,
                location: Some(at),
            }) => format!("{}:{}:{}: ", file.display(), at.line, at.column),
            Some(Place { file, .. }) => format!("{}: ", file.display()),
            None => String::new(),
        };
        let subgraph = match &diagnostic.subgraph {
            Some(name) => format!(" (subgraph '{name}')"),
            None => String::new(),
        };
        let (severity, code) = (severity(diagnostic), diagnostic.code.as_str());
        let message = &diagnostic.message;
        format!("{place}{severity} {code}: {message}{subgraph}\n")
    };
    diagnostics.iter().map(line).collect()
}

fn document(diagnostics: &[Diagnostic], subgraphs: &Subgraphs) -> anyhow::Result<String> {
    let entry = |diagnostic: &Diagnostic| -> Value {
        let place = subgraphs.place(diagnostic);
        let location = place.as_ref().and_then(|place| place.location);
        json!({
            "severity": severity(diagnostic),
            "code": diagnostic.code.as_str(),
            "subgraph": diagnostic.subgraph,
            "file": place.map(|place| place.file.to_string_lossy().into_owned()),
            "line": location.map(|at| at.line),
            "column": location.map(|at| at.column),
            "message": diagnostic.message,
        })
    };
    let entries: Vec<Value> = diagnostics.iter().map(entry).collect();
    let document = json!({ "diagnostics": entries });
    Ok(format!("{}\n", serde_json::to_string_pretty(&document)?))
}

fn severity(diagnostic: &Diagnostic) -> &'static str {
    match diagnostic.severity {
        Severity::Error => "error",
        Severity::Hint => "hint",
    }
}

/// Writes beside the file and renames, so that a reader sees the old text or the new one, never half.
fn replace(path: &Path, content: &str) -> anyhow::Result<()> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let failed = || format!("cannot write {}", path.display());
    let mut file = beside(folder).with_context(failed)?;
    file.write_all(content.as_bytes()).with_context(failed)?;
    file.as_file().sync_all().with_context(failed)?;
    file.persist(path).with_context(failed)?;
    Ok(())
}

/// A temporary file that others may read once it has its name, as the process allows.
fn beside(folder: &Path) -> std::io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    let readable = {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::Permissions::from_mode(0o666)
    };
    #[cfg(unix)]
    builder.permissions(readable);
    builder.prefix(".supergraph-").tempfile_in(folder)
}
