//! `portico schema diff`: what changed from one schema to another.

use std::io::Read as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use router::diff::{Change, Severity, diff};
use serde_json::{Value, json};

use crate::cli::{Format, SchemaDiff};

/// The exit code when a schema cannot be read: 1 says that a change breaks clients.
const UNREADABLE: u8 = 2;

/// Prints the changes.
pub(super) fn run(input: &SchemaDiff) -> anyhow::Result<ExitCode> {
    let changes = match compared(&input.old, &input.new) {
        Ok(changes) => changes,
        Err(error) => {
            eprintln!("portico: {error:#}");
            return Ok(ExitCode::from(UNREADABLE));
        }
    };
    match input.format {
        Format::Text => print!("{}", text(&changes)),
        Format::Json => println!("{}", serde_json::to_string_pretty(&document(&changes))?),
    }
    let breaks = count(&changes, Severity::Breaking) > 0;
    Ok(ExitCode::from(u8::from(breaks)))
}

fn compared(old: &Path, new: &Path) -> anyhow::Result<Vec<Change>> {
    if is_standard_input(old) && is_standard_input(new) {
        bail!("only one of the two schemas can come from standard input");
    }
    Ok(diff(&read(old)?, &read(new)?)?)
}

fn read(path: &Path) -> anyhow::Result<String> {
    if !is_standard_input(path) {
        return std::fs::read_to_string(path)
            .with_context(|| format!("cannot read {}", path.display()));
    }
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .context("cannot read standard input")?;
    Ok(text)
}

fn is_standard_input(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// One line each, the worst first, and how many there are of each severity.
fn text(changes: &[Change]) -> String {
    let line = |change: &Change| {
        let coordinate = &change.coordinate;
        format!("{:<9} {coordinate}: {change}\n", change.severity.as_str())
    };
    let mut text: String = changes.iter().map(line).collect();
    let total = |severity| count(changes, severity);
    text.push_str(&format!(
        "{} breaking, {} dangerous, {} safe\n",
        total(Severity::Breaking),
        total(Severity::Dangerous),
        total(Severity::Safe)
    ));
    text
}

fn document(changes: &[Change]) -> Value {
    let entry = |change: &Change| {
        json!({
            "severity": change.severity.as_str(),
            "code": change.code.as_str(),
            "coordinate": change.coordinate,
            "message": change.message,
        })
    };
    json!({
        "breaking": count(changes, Severity::Breaking),
        "dangerous": count(changes, Severity::Dangerous),
        "safe": count(changes, Severity::Safe),
        "changes": changes.iter().map(entry).collect::<Vec<_>>(),
    })
}

fn count(changes: &[Change], severity: Severity) -> usize {
    let same = |change: &&Change| change.severity == severity;
    changes.iter().filter(same).count()
}
