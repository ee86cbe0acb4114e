//! A throwaway MariaDB: nothing is synced to disk, and one administrator has a password.

use std::fs;
use std::io::Read;
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::server::{Kind, Server};
use crate::{interrupt, programs};

/// The account that tests make databases and accounts with.
pub(super) const ADMINISTRATOR: &str = "testkit";

const INIT_FILE: &str = "init.sql";
const ANSWER_MAX: Duration = Duration::from_millis(500);
const PROTOCOL: u8 = 10;
const OPTIONS: [&str; 11] = [
    "--bind-address=127.0.0.1",
    "--skip-name-resolve",
    "--skip-log-bin",
    "--performance-schema=off",
    "--max-connections=500",
    "--innodb-buffer-pool-size=128M",
    "--innodb-log-file-size=48M",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-flush-method=nosync",
    "--skip-innodb-doublewrite",
    "--innodb-use-native-aio=0",
];

pub(super) struct MariaDb;

/// Makes the system tables and starts the server.
pub(super) fn start(password: &str) -> Result<Server<MariaDb>> {
    let dir = tempfile::Builder::new()
        .prefix("portico-mariadb-")
        .tempdir()?;
    install(dir.path())?;
    fs::write(dir.path().join(INIT_FILE), accounts(password))?;
    Server::start(MariaDb, dir)
}

fn install(dir: &Path) -> Result<()> {
    interrupt::check()?;
    let mut command = program("mariadb-install-db")?;
    command
        .args([
            "--no-defaults",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            "--skip-name-resolve",
        ])
        .args(user())
        .arg(format!("--datadir={}", dir.join("data").display()));
    let output = command.output().context("cannot run mariadb-install-db")?;
    ensure!(
        output.status.success(),
        "mariadb-install-db failed:\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

impl Kind for MariaDb {
    const NAME: &'static str = "MariaDB";

    fn command(&self, dir: &Path, port: u16) -> Result<Command> {
        let place = |option: &str, name: &str| format!("--{option}={}", dir.join(name).display());
        let mut command = program("mariadbd")?;
        command
            .arg("--no-defaults")
            .args(user())
            .args([
                place("datadir", "data"),
                place("socket", "socket"),
                place("pid-file", "pid"),
            ])
            .args([
                place("tmpdir", ""),
                place("secure-file-priv", ""),
                place("init-file", INIT_FILE),
            ])
            .arg(format!("--port={port}"))
            .args(OPTIONS);
        Ok(command)
    }

    /// The server speaks first: the fifth byte of its greeting is the version of the protocol.
    fn answers(&self, address: SocketAddr) -> bool {
        let Ok(mut stream) = TcpStream::connect_timeout(&address, ANSWER_MAX) else {
            return false;
        };
        let mut greeting = [0_u8; 5];
        stream.set_read_timeout(Some(ANSWER_MAX)).is_ok()
            && stream.read_exact(&mut greeting).is_ok()
            && greeting[4] == PROTOCOL
    }
}

/// The server refuses to run as root unless told so, and no other account could enter the folder.
fn user() -> Option<&'static str> {
    rustix::process::geteuid()
        .is_root()
        .then_some("--user=root")
}

/// Run by the server before it listens; one statement a line.
fn accounts(password: &str) -> String {
    format!(
        "CREATE USER '{ADMINISTRATOR}'@'127.0.0.1' IDENTIFIED BY '{password}';\n\
         GRANT ALL PRIVILEGES ON *.* TO '{ADMINISTRATOR}'@'127.0.0.1' WITH GRANT OPTION;\n\
         DELETE FROM mysql.global_priv WHERE User IN ('root', '');\n\
         FLUSH PRIVILEGES;\n"
    )
}

fn program(name: &str) -> Result<Command> {
    let path = programs::find(name).with_context(|| format!("{name} is not installed"))?;
    Ok(Command::new(path))
}
