//! A process that is measured: what it has used of the processor and holds of the memory, as
//! the operating system counts it.

use std::fs;
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use testkit::eventually;
use tokio::net::{TcpListener, TcpStream};

/// Ticks of the processor clock in a second, of which `/proc` counts (Linux: always 100 there).
const TICKS: f64 = 100.0;

/// A process of ours, ended when this is dropped.
pub(crate) struct Measured {
    child: Child,
}

impl Measured {
    /// Starts it and waits until it accepts connections.
    pub(crate) async fn start(command: &mut Command, address: SocketAddr) -> Self {
        let started = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn();
        let measured = Self {
            child: started.unwrap_or_else(|error| panic!("cannot run {command:?}: {error}")),
        };
        eventually("the process accepts connections", async || {
            TcpStream::connect(address).await.ok().map(drop)
        })
        .await;
        measured
    }

    /// Time on the processor so far, user and system.
    pub(crate) fn processor_time(&self) -> Duration {
        let stat = self.file("stat");
        // The name of the program may hold anything, spaces too; it ends with the last bracket.
        let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
        let ticks = fields.split_whitespace().skip(11).take(2);
        let ticks: f64 = ticks.filter_map(|ticks| ticks.parse::<f64>().ok()).sum();
        Duration::from_secs_f64(ticks / TICKS)
    }

    /// Megabytes that are in memory now (`VmRSS`).
    pub(crate) fn memory_mb(&self) -> f64 {
        let status = self.file("status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes =
            line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok());
        kilobytes.unwrap_or(f64::NAN) * 1024.0 / 1e6
    }

    fn file(&self, name: &str) -> String {
        let path = format!("/proc/{}/{name}", self.child.id());
        fs::read_to_string(path).unwrap_or_default()
    }
}

impl Drop for Measured {
    fn drop(&mut self) {
        // Both fail only for a process that has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An address that nobody listens on.
pub(crate) async fn free_address() -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await;
    let listener = listener.expect("loopback has free ports");
    listener.local_addr().expect("it has an address")
}
