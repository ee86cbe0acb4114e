//! A process of ours: what it prints, how it ends.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::eventually;

const LINE_MAX: Duration = Duration::from_secs(30);

/// A running process, killed and gone when this is dropped.
pub(crate) struct Process {
    child: Child,
    output: watch::Receiver<Vec<String>>,
}

impl Process {
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("cannot run {command:?}: {error}"));
        let stdout = child.stdout.take().expect("standard output is a pipe");
        let (sender, output) = watch::channel(Vec::new());
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                sender.send_modify(|all| all.push(line));
            }
        });
        Self { child, output }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it has printed.
    pub(crate) fn output(&self) -> Vec<String> {
        self.output.borrow().clone()
    }

    /// Waits until something is among the printed lines; `None` when it ends or says nothing.
    pub(crate) async fn printed<T>(&self, find: impl Fn(&[String]) -> Option<T>) -> Option<T> {
        let mut output = self.output.clone();
        let found = timeout(LINE_MAX, output.wait_for(|lines| find(lines).is_some())).await;
        find(&found.ok()?.ok()?)
    }

    /// Presses Ctrl-C and waits for the end.
    pub(crate) async fn interrupt(&mut self) -> ExitStatus {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        kill_process(pid.expect("a process has an id"), Signal::INT)
            .expect("a process of ours can be interrupted");
        eventually("the interrupted process ends", async || {
            self.child
                .try_wait()
                .expect("a process of ours can be waited for")
        })
        .await
    }

    /// Ends it as a power cut would.
    pub(crate) fn kill(&mut self) {
        // Both fail only for a process that has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The first word of all lines that ends so.
pub(crate) fn word_ending<'a>(lines: &'a [String], end: &str) -> Option<&'a str> {
    lines
        .iter()
        .flat_map(|line| line.split_whitespace())
        .find(|word| word.ends_with(end))
}
