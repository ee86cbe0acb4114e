//! What the process holds of the machine's memory, as the kernel counts it.

use std::fs;
use std::time::Duration;

use testkit::{Backend, Portico};

use crate::row;

/// Long enough for the work of the start to end.
const SETTLED: Duration = Duration::from_secs(5);

pub(crate) async fn measure(backend: Backend) {
    let mut portico = Portico::start(backend).await;
    portico.interrupt().await;
    portico.restart().await;
    tokio::time::sleep(SETTLED).await;
    row("idle memory (VmRSS)", resident(&portico, "VmRSS"));
}

/// One of the counters in `/proc/PID/status`.
pub(crate) fn resident(portico: &Portico, counter: &str) -> String {
    let status = fs::read_to_string(file(portico, "status")).expect("the process has a status");
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(counter)?.strip_prefix(':'));
    let kilobytes =
        line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok());
    format!(
        "{:.1} MB",
        kilobytes.expect("the status counts in kB") * 1024.0 / 1e6
    )
}

/// Makes the peak (`VmHWM`) begin anew.
pub(crate) fn forget_peak(portico: &Portico) {
    fs::write(file(portico, "clear_refs"), "5").expect("the peak of an own process can be reset");
}

fn file(portico: &Portico, name: &str) -> String {
    format!("/proc/{}/{name}", portico.pid())
}
