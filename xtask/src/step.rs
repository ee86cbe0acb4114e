//! Runs one command at a time, says which and how long it took.

use std::fmt;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::interrupt;

/// A command that ended without success.
#[derive(Debug)]
pub(crate) struct StepFailed {
    pub(crate) code: u8,
    /// The command's own last lines say what failed, and nothing may follow them.
    pub(crate) tells_itself: bool,
    message: String,
}

impl fmt::Display for StepFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for StepFailed {}

/// Runs a step and tells its duration.
pub(crate) fn run(name: &str, command: &mut Command) -> Result<()> {
    announce(name, &shown(command));
    let started = Instant::now();
    let code = wait(command)?;
    let took = seconds(started.elapsed());
    if code == 0 {
        eprintln!("   {name} took {took}");
        return Ok(());
    }
    let message = format!(
        "{name} failed after {took}; run it alone with: {}",
        shown(command)
    );
    Err(StepFailed {
        code,
        tells_itself: false,
        message,
    }
    .into())
}

/// Runs a step whose own last lines are to be the last ones printed.
pub(crate) fn run_last(name: &str, command: &mut Command) -> Result<()> {
    announce(name, &shown(command));
    run_silent(command)
}

/// Runs a command that needs no introduction.
pub(crate) fn run_silent(command: &mut Command) -> Result<()> {
    match wait(command)? {
        0 => Ok(()),
        code => Err(StepFailed {
            code,
            tells_itself: true,
            message: format!("{} failed", shown(command)),
        }
        .into()),
    }
}

/// Runs a step that is a function of ours.
pub(crate) fn run_own(name: &str, task: impl FnOnce() -> Result<()>) -> Result<()> {
    announce(name, &format!("cargo xtask {name}"));
    let started = Instant::now();
    task()?;
    eprintln!("   {name} took {}", seconds(started.elapsed()));
    Ok(())
}

/// A duration as a person reads it.
pub(crate) fn seconds(duration: Duration) -> String {
    match duration.as_secs() {
        0..60 => format!("{:.1} s", duration.as_secs_f64()),
        total => format!("{} min {:02} s", total / 60, total % 60),
    }
}

fn announce(name: &str, how: &str) {
    eprintln!("\n── {name}: {how}");
}

fn wait(command: &mut Command) -> Result<u8> {
    interrupt::check()?;
    let mut child = command
        .spawn()
        .with_context(|| format!("cannot start {}", shown(command)))?;
    interrupt::set_foreground(Some(child.id()));
    let status = child.wait();
    interrupt::set_foreground(None);
    let status = status.with_context(|| format!("cannot wait for {}", shown(command)))?;
    interrupt::check()?;
    Ok(match status.code() {
        Some(code) => u8::try_from(code).unwrap_or(1),
        None => 1,
    })
}

fn shown(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|part| part.to_string_lossy())
        .map(|part| {
            if part.contains('\n') {
                "SCRIPT".to_owned()
            } else {
                part.into_owned()
            }
        })
        .collect::<Vec<_>>()
        .join(" ")
}
