//! Programs for Node.js that tests talk to, installed from their lock files.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const NODE_MAJOR_MIN: u32 = 20;

/// npm resolves nothing here, it installs what the lock file pins: no scripts of packages run, and a
/// network that is away fails soon instead of hanging.
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

/// A copy below `target` of a project (`package.json`, `package-lock.json` and these scripts), with
/// what it depends on, installed again only when it changed. An error says what is missing on this
/// machine.
pub fn node_project(source: &Path, target: &Path, scripts: &[&str]) -> Result<PathBuf, String> {
    require_node()?;
    fs::create_dir_all(target).expect("the target directory can be written");
    // Tests are processes that run side by side.
    let lock = File::create(target.join("lock")).expect("a lock can be made");
    lock.lock().expect("a lock can be waited for");
    let wanted =
        fs::read_to_string(source.join("package-lock.json")).expect("there is a lock file");
    let stamp = target.join("installed");
    let installed = fs::read_to_string(&stamp).is_ok_and(|text| text == wanted);
    for name in ["package.json", "package-lock.json"].iter().chain(scripts) {
        fs::copy(source.join(name), target.join(name)).expect("a file of the project");
    }
    if !installed {
        let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
        run(Command::new(npm).args(INSTALL).current_dir(target))?;
        fs::write(stamp, wanted).expect("the target directory can be written");
    }
    Ok(target.to_owned())
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
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("{name} does not start: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    Err(format!("{name} failed: {}", complaint.trim()))
}
