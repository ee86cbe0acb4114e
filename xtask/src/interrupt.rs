//! Turns Ctrl-C and termination into an ordinary early return, so that what was started is stopped.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicI32, AtomicU32, Ordering};
use std::thread;

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

static RECEIVED: AtomicI32 = AtomicI32::new(0);
static FOREGROUND: AtomicU32 = AtomicU32::new(0);

/// Starts listening; from here on a signal no longer ends this process at once.
pub(crate) fn listen() -> Result<()> {
    let mut signals =
        Signals::new([SIGINT, SIGTERM, SIGHUP]).context("cannot listen for signals")?;
    thread::spawn(move || {
        for signal in signals.forever() {
            let repeated = RECEIVED.swap(signal, Ordering::SeqCst) != 0;
            pass_on(signal, repeated);
        }
    });
    Ok(())
}

/// The signal that asked this process to stop, if one did.
pub(crate) fn received() -> Option<i32> {
    match RECEIVED.load(Ordering::SeqCst) {
        0 => None,
        signal => Some(signal),
    }
}

/// Fails once a signal has arrived: for loops that wait.
pub(crate) fn check() -> Result<()> {
    match received() {
        None => Ok(()),
        Some(signal) => bail!("interrupted by signal {signal}"),
    }
}

/// Names the child that signals are passed on to while it runs.
pub(crate) fn set_foreground(child: Option<u32>) {
    FOREGROUND.store(child.unwrap_or(0), Ordering::SeqCst);
}

/// A terminal sends Ctrl-C to the whole foreground group, and a child that receives it twice
/// takes that as "at once": so the first one is passed on only where no terminal did.
fn pass_on(signal: i32, repeated: bool) {
    let Some(child) = i32::try_from(FOREGROUND.load(Ordering::SeqCst))
        .ok()
        .and_then(Pid::from_raw)
    else {
        return;
    };
    let from_terminal = signal == SIGINT && std::io::stdin().is_terminal();
    let passed = match (repeated, from_terminal) {
        (true, _) => Signal::KILL,
        (false, true) => return,
        (false, false) => Signal::TERM,
    };
    // The child may have ended in between, which is what was wanted.
    let _ = kill_process(child, passed);
}
