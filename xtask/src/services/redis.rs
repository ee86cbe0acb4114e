//! A throwaway Redis that keeps everything in memory.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use super::server::{Kind, Server};
use crate::programs;

const CONFIG: &str = "redis.conf";
const ANSWER_MAX: Duration = Duration::from_millis(500);

pub(super) struct Redis {
    password: String,
}

/// Starts the server.
pub(super) fn start(password: &str) -> Result<Server<Redis>> {
    let dir = tempfile::Builder::new()
        .prefix("portico-redis-")
        .tempdir()?;
    // In a file, because everybody on the machine can read a command line.
    let config = format!("bind 127.0.0.1\nsave \"\"\nappendonly no\nrequirepass {password}\n");
    fs::write(dir.path().join(CONFIG), config)?;
    Server::start(
        Redis {
            password: password.to_owned(),
        },
        dir,
    )
}

impl Kind for Redis {
    const NAME: &'static str = "Redis";

    fn command(&self, dir: &Path, port: u16) -> Result<Command> {
        let program = programs::find("redis-server").context("redis-server is not installed")?;
        let mut command = Command::new(program);
        command
            .arg(dir.join(CONFIG))
            .args(["--port", &port.to_string()])
            .arg("--dir")
            .arg(dir);
        Ok(command)
    }

    fn answers(&self, address: SocketAddr) -> bool {
        let greet = || -> std::io::Result<bool> {
            let mut stream = TcpStream::connect_timeout(&address, ANSWER_MAX)?;
            stream.set_read_timeout(Some(ANSWER_MAX))?;
            write!(stream, "AUTH {}\r\n", self.password)?;
            let mut answer = [0_u8; 3];
            stream.read_exact(&mut answer)?;
            Ok(&answer == b"+OK")
        };
        greet().unwrap_or(false)
    }
}
