//! Finds programs of the machine.

use std::path::PathBuf;

/// Where servers are installed that an ordinary user's `PATH` leaves out.
const SYSTEM_DIRS: [&str; 2] = ["/usr/sbin", "/usr/local/sbin"];

/// The first executable of this name on `PATH` or among the system's servers.
#[expect(
    clippy::disallowed_methods,
    reason = "the PATH belongs to the machine, not to Portico's configuration"
)]
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(SYSTEM_DIRS.map(PathBuf::from))
        .map(|dir| dir.join(name))
        .find(|candidate| candidate.is_file())
}
