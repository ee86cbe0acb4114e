//! Installs the project beside this file into cargo's target directory, and asks it.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{fs, thread};

use serde::Deserialize;
use serde_json::json;

use super::Case;
use super::diffs::Pair;

const SOURCES: [&str; 3] = ["package.json", "package-lock.json", "answer.js"];

const NODE_MAJOR_MIN: u32 = 20;

/// npm resolves nothing here, it installs what the lock file pins: no scripts of packages run, and a network
/// that is away fails soon instead of hanging.
const INSTALL: [&str; 8] = [
    "ci",
    "--ignore-scripts",
    "--prefer-offline",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
    "--fetch-retries=1",
    "--fetch-timeout=30000",
];

/// What the other implementations say.
#[derive(Deserialize)]
pub(crate) struct Answer {
    pub(crate) compositions: Vec<Composed>,
    pub(crate) diffs: Vec<Differs>,
}

/// What came of one set of subgraphs.
#[derive(Deserialize)]
pub(crate) struct Composed {
    pub(crate) name: String,
    pub(crate) supergraph: Option<String>,
    pub(crate) api: Option<String>,
    pub(crate) errors: Vec<Fault>,
}

/// Why subgraphs do not compose.
#[derive(Deserialize)]
pub(crate) struct Fault {
    pub(crate) code: String,
    pub(crate) message: String,
}

/// The codes of the breaking and dangerous changes from one schema to another.
#[derive(Deserialize)]
pub(crate) struct Differs {
    pub(crate) name: String,
    pub(crate) changes: Vec<String>,
}

/// Runs Node.js once over everything; an error says what is missing on this machine.
pub(crate) fn ask(compositions: &[Case], diffs: &[Pair]) -> Result<Answer, String> {
    let workshop = workshop()?;
    let compositions: Vec<_> = compositions
        .iter()
        .map(|case| {
            let subgraphs = case.subgraphs.iter().map(|subgraph| {
                json!({ "name": subgraph.name, "url": subgraph.url, "sdl": subgraph.sdl })
            });
            json!({ "name": case.name, "subgraphs": subgraphs.collect::<Vec<_>>() })
        })
        .collect();
    let diffs: Vec<_> = diffs
        .iter()
        .map(|pair| json!({ "name": pair.name, "old": pair.old, "new": pair.new }))
        .collect();
    let question = json!({ "compositions": compositions, "diffs": diffs }).to_string();

    let mut node = Command::new("node")
        .arg("answer.js")
        .current_dir(workshop)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = node.stdin.take().unwrap();
    let writer = thread::spawn(move || input.write_all(question.as_bytes()));
    let output = node.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "answer.js failed");
    Ok(serde_json::from_slice(&output.stdout).unwrap())
}

/// Nobody reads the output of a test that passes; who runs this one alone does.
pub(crate) fn say_that_nothing_was_compared(reason: &str) {
    eprintln!(
        "NOT RUN: composition was held against no other implementation: {reason}. \
         It needs Node.js {NODE_MAJOR_MIN} or later, and npm with a registry to install from, once."
    );
}

/// The project with what it depends on, installed again only when it changed.
fn workshop() -> Result<PathBuf, String> {
    require_node()?;
    let workshop = Path::new(env!("CARGO_TARGET_TMPDIR")).join("oracle");
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle");
    let stamp = workshop.join("installed");
    let lock = fs::read_to_string(sources.join("package-lock.json")).unwrap();
    let installed = fs::read_to_string(&stamp).is_ok_and(|text| text == lock);

    fs::create_dir_all(&workshop).unwrap();
    for name in SOURCES {
        fs::copy(sources.join(name), workshop.join(name)).unwrap();
    }
    if !installed {
        let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
        run(Command::new(npm).args(INSTALL).current_dir(&workshop))?;
        fs::write(stamp, lock).unwrap();
    }
    Ok(workshop)
}

fn require_node() -> Result<(), String> {
    let version = run(Command::new("node").arg("--version"))?;
    let version = version.trim();
    let major = version.trim_start_matches('v').split('.').next();
    match major.and_then(|major| major.parse::<u32>().ok()) {
        Some(major) if NODE_MAJOR_MIN <= major => Ok(()),
        _ => Err(format!("node is {version}, too old")),
    }
}

fn run(command: &mut Command) -> Result<String, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{name} does not start: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    Err(format!("{name} failed: {}", complaint.trim()))
}
