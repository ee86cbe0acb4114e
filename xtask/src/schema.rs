//! The committed contract in `schema/`: what it is made by and held against.

use std::process::Command;

use anyhow::Result;

use crate::{step, workspace};

const DIR: &str = "schema";

/// Writes the contract anew.
pub(crate) fn export() -> Result<()> {
    step::run(
        "schema",
        &mut workspace::cargo([
            "run",
            "--quiet",
            "--package",
            "portico",
            "--",
            "schema",
            "export",
            "--dir",
            DIR,
        ]),
    )
}

/// Fails when the committed contract is not the one that the code has.
pub(crate) fn check() -> Result<()> {
    let mut command = Command::new(workspace::portico()?);
    command
        .current_dir(workspace::root())
        .args(["schema", "export", "--check", "--dir", DIR]);
    step::run("schema", &mut command)
}
