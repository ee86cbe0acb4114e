//! `portico keys`: the keys that sign access tokens.

use std::io::Write as _;

use auth::rotation::{self, Haste, Key, Stage};
use chrono::{DateTime, SecondsFormat, Utc};

use crate::cli::{KeysCommand, KeysRotate};
use crate::config::Config;
use crate::foundation;

/// Lists or rotates the keys, and prints them.
pub(super) async fn run(command: &KeysCommand, config: &Config) -> anyhow::Result<()> {
    kit::telemetry::init(&config.log)?;
    let app = foundation::open(config).await?;
    let keys = match command {
        KeysCommand::List => rotation::list(&app).await?,
        KeysCommand::Rotate(rotate) => rotation::rotate(&app, &config.auth, haste(rotate)).await?,
    };
    let mut out = std::io::stdout();
    for key in &keys {
        writeln!(out, "{}", line(key))?;
    }
    Ok(())
}

fn haste(rotate: &KeysRotate) -> Haste {
    match (rotate.revoke, rotate.now) {
        (true, _) => Haste::Revoking,
        (false, true) => Haste::Now,
        (false, false) => Haste::Staged,
    }
}

fn line(key: &Key) -> String {
    let at = |time: Option<DateTime<Utc>>| {
        time.map(|time| time.to_rfc3339_opts(SecondsFormat::Secs, true))
            .unwrap_or_default()
    };
    match key.stage {
        Stage::Next => format!("{}  next       signs from {}", key.kid, at(key.signs_from)),
        Stage::Signing => format!("{}  signing    since {}", key.kid, at(key.signs_from)),
        Stage::Verifying => format!("{}  verifying  retired {}", key.kid, at(key.retired_at)),
    }
}
