//! One server process on a free port, with a folder of its own.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use crate::{interrupt, programs};

const START_MAX: Duration = Duration::from_secs(90);
const POLL: Duration = Duration::from_millis(25);
const LOG: &str = "server.log";
const LOG_LINES_SHOWN: usize = 20;

/// One kind of server.
pub(super) trait Kind {
    const NAME: &'static str;

    /// The command that serves a folder on a port.
    fn command(&self, dir: &Path, port: u16) -> Result<Command>;

    /// Whether the server at this address answers.
    fn answers(&self, address: SocketAddr) -> bool;
}

/// A server process; dropping it ends the process and deletes its folder.
pub(super) struct Server<K> {
    pub(super) port: u16,
    kind: K,
    process: Child,
    dir: TempDir,
}

impl<K: Kind> Server<K> {
    /// Starts the process without waiting for it.
    pub(super) fn start(kind: K, dir: TempDir) -> Result<Self> {
        let port = free_port()?;
        let process = spawn(&kind, dir.path(), port)?;
        Ok(Self {
            port,
            kind,
            process,
            dir,
        })
    }

    /// Waits for an answer. Another process may have taken the port in between; then the
    /// server ends by itself and is started again on another one.
    pub(super) fn wait_until_ready(&mut self) -> Result<()> {
        for _ in 0..3 {
            if self.answered()? {
                return Ok(());
            }
            self.port = free_port()?;
            self.process = spawn(&self.kind, self.dir.path(), self.port)?;
        }
        bail!(
            "{} ended while starting; its last words:\n{}",
            K::NAME,
            self.last_words()
        )
    }

    /// True once the server answers, false when its process has ended.
    #[expect(
        clippy::disallowed_methods,
        reason = "there is one thread and nothing else to do in it"
    )]
    fn answered(&mut self) -> Result<bool> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let started = Instant::now();
        while started.elapsed() < START_MAX {
            interrupt::check()?;
            if self.process.try_wait()?.is_some() {
                return Ok(false);
            }
            if self.kind.answers(address) {
                return Ok(true);
            }
            thread::sleep(POLL);
        }
        bail!(
            "{} did not answer within {} s; its last words:\n{}",
            K::NAME,
            START_MAX.as_secs(),
            self.last_words()
        )
    }

    fn last_words(&self) -> String {
        let log = fs::read_to_string(self.dir.path().join(LOG)).unwrap_or_default();
        let lines: Vec<_> = log.lines().collect();
        lines[lines.len().saturating_sub(LOG_LINES_SHOWN)..].join("\n")
    }
}

impl<K> Drop for Server<K> {
    fn drop(&mut self) {
        // Nothing in it is worth a clean shutdown. An error means that it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .context("cannot find a free port on 127.0.0.1")?;
    Ok(listener.local_addr()?.port())
}

/// In a process group of its own, out of reach of the terminal's Ctrl-C: the tests that are
/// ending still need it.
fn spawn<K: Kind>(kind: &K, dir: &Path, port: u16) -> Result<Child> {
    let log = File::create(dir.join(LOG))?;
    let command = kind.command(dir, port)?;
    bound_to_us(&command)
        .current_dir(dir)
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .process_group(0)
        .spawn()
        .with_context(|| format!("cannot start {}", K::NAME))
}

/// The same command, ended by the kernel should this process be killed without a chance to
/// clean up, where the machine has `setpriv`.
fn bound_to_us(command: &Command) -> Command {
    let Some(setpriv) = programs::find("setpriv") else {
        let mut same = Command::new(command.get_program());
        same.args(command.get_args());
        return same;
    };
    let mut bound = Command::new(setpriv);
    bound
        .args(["--pdeathsig", "KILL", "--"])
        .arg(command.get_program())
        .args(command.get_args());
    bound
}
