//! The one command that says whether the repository is in order.

use std::process::Command;

use anyhow::Result;

use crate::services::Services;
use crate::{requirements, schema, step, tidy, workspace};

/// Runs every check and every test; the tests come last, and so does their summary.
pub(crate) fn run() -> Result<()> {
    requirements::for_tests()?;
    step::run("fmt", &mut workspace::cargo(["fmt", "--all", "--check"]))?;
    step::run(
        "clippy",
        &mut workspace::cargo([
            "clippy",
            "--workspace",
            "--all-targets",
            "--locked",
            "--",
            "-D",
            "warnings",
        ]),
    )?;
    step::run_own("tidy", tidy::run)?;
    // The same selection as that of the tests: any other would compile the dependencies again
    // with other features.
    step::run(
        "build",
        &mut workspace::cargo(["build", "--workspace", "--all-targets", "--locked"]),
    )?;
    schema::check()?;

    let mut tests = workspace::cargo(["nextest", "run", "--workspace", "--locked"]);
    tests.env("TESTKIT_PORTICO", workspace::portico()?);
    let services = Services::start()?;
    services.offer(&mut tests);
    step::run_last("test", &mut tests)
}

/// Runs a developer's own command beside the services.
pub(crate) fn with_services(command: &[String]) -> Result<()> {
    let (program, arguments) = command.split_first().expect("clap requires a command");
    requirements::for_services()?;
    let mut child = Command::new(program);
    child.args(arguments);
    let services = Services::start()?;
    services.offer(&mut child);
    step::run_silent(&mut child)
}
