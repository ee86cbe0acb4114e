//! The backing services of the tests: private, thrown away at the end, never the machine's own.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Read;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result};

use crate::step;

mod mariadb;
mod redis;
mod server;

use self::server::Server;

/// A running MariaDB and a running Redis; dropping it stops both and deletes their files.
pub(crate) struct Services {
    mariadb: Server<mariadb::MariaDb>,
    redis: Server<redis::Redis>,
    password: String,
}

impl Services {
    /// Starts both on free loopback ports and waits until they answer.
    pub(crate) fn start() -> Result<Self> {
        let started = Instant::now();
        let password = secret()?;
        let mut mariadb = mariadb::start(&password)?;
        let mut redis = redis::start(&password)?;
        mariadb.wait_until_ready()?;
        redis.wait_until_ready()?;
        eprintln!(
            "   MariaDB on port {} and Redis on port {} took {}",
            mariadb.port,
            redis.port,
            step::seconds(started.elapsed())
        );
        Ok(Self {
            mariadb,
            redis,
            password,
        })
    }

    /// Gives a command the URLs of both.
    pub(crate) fn offer(&self, command: &mut Command) {
        let Self {
            mariadb,
            redis,
            password,
        } = self;
        command
            .env(
                "TESTKIT_MYSQL_URL",
                format!(
                    "mysql://{}:{password}@127.0.0.1:{}",
                    mariadb::ADMINISTRATOR,
                    mariadb.port
                ),
            )
            .env(
                "TESTKIT_REDIS_URL",
                format!("redis://:{password}@127.0.0.1:{}", redis.port),
            );
    }
}

/// A fresh password, because other users of the machine reach the loopback ports as well.
fn secret() -> Result<String> {
    let mut bytes = [0_u8; 16];
    File::open("/dev/urandom")
        .and_then(|mut random| random.read_exact(&mut bytes))
        .context("cannot read /dev/urandom")?;
    Ok(bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string does not fail");
        text
    }))
}
