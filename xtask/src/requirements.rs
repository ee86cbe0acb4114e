//! What the tests need from the machine, and how it gets there.

use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::{programs, step};

#[derive(Clone, Copy)]
struct Requirement {
    package: &'static str,
    programs: &'static [&'static str],
    why: &'static str,
}

const SERVICES: [Requirement; 2] = [
    Requirement {
        package: "mariadb-server",
        programs: &["mariadbd", "mariadb-install-db"],
        why: "every test that touches a database runs on it too",
    },
    Requirement {
        package: "redis-server",
        programs: &["redis-server"],
        why: "events between processes travel through it",
    },
];

const BROWSER: [Requirement; 2] = [
    Requirement {
        package: "chromium",
        programs: &["chromium"],
        why: "the browser test opens GraphiQL in it",
    },
    Requirement {
        package: "chromium-driver",
        programs: &["chromedriver"],
        why: "the browser test drives Chromium with it",
    },
];

/// Debian starts a server as soon as its package is installed, unless this file says no.
/// It is there only during the installation, and one that somebody else put there stays.
const INSTALL: &str = r#"
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' > "$policy"
    chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update
apt-get install --yes --no-install-recommends "$@"
"#;

/// Makes sure that everything the tests need is there; installs what is missing when it may.
pub(crate) fn for_tests() -> Result<()> {
    rust_tools()?;
    packages(&[&SERVICES[..], &BROWSER[..]].concat())?;
    nextest()
}

/// The same for the backing services alone.
pub(crate) fn for_services() -> Result<()> {
    packages(&SERVICES)
}

fn packages(needed: &[Requirement]) -> Result<()> {
    let missing = missing(needed);
    if missing.is_empty() {
        return Ok(());
    }
    let Some(mut install) = installer() else {
        bail!(instructions(&missing))
    };
    install.args(missing.iter().map(|requirement| requirement.package));
    step::run("install", &mut install)?;

    match self::missing(needed) {
        still if still.is_empty() => Ok(()),
        still => bail!(instructions(&still)),
    }
}

fn missing(needed: &[Requirement]) -> Vec<&Requirement> {
    let absent = |requirement: &&Requirement| {
        requirement
            .programs
            .iter()
            .any(|name| programs::find(name).is_none())
    };
    needed.iter().filter(absent).collect()
}

/// The shell that may install packages: ours when we are root, else one that sudo gives without asking.
fn installer() -> Option<Command> {
    programs::find("apt-get")?;
    let mut command = if rustix::process::geteuid().is_root() {
        Command::new("sh")
    } else if succeeds(Command::new("sudo").args(["-n", "true"])) {
        let mut sudo = Command::new("sudo");
        sudo.args(["-n", "sh"]);
        sudo
    } else {
        return None;
    };
    command
        .args(["-ec", INSTALL, "install"])
        .stdin(Stdio::null());
    Some(command)
}

fn instructions(missing: &[&Requirement]) -> String {
    let mut text = "the tests need programs that this machine lacks:\n".to_owned();
    let mut packages = Vec::new();
    for Requirement {
        package,
        programs,
        why,
    } in missing
    {
        text.push_str(&format!("  {} ({why})\n", programs.join(", ")));
        packages.push(*package);
    }
    text.push_str(&format!(
        "on Debian, install them with: sudo apt-get install --no-install-recommends {}",
        packages.join(" ")
    ));
    text
}

fn rust_tools() -> Result<()> {
    for (subcommand, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if !succeeds(Command::new("cargo").args([subcommand, "--version"])) {
            bail!(
                "cargo {subcommand} is missing; install it with: rustup component add {component}"
            );
        }
    }
    Ok(())
}

fn nextest() -> Result<()> {
    if succeeds(Command::new("cargo").args(["nextest", "--version"])) {
        return Ok(());
    }
    step::run(
        "install cargo-nextest",
        &mut crate::workspace::cargo(["install", "--locked", "cargo-nextest"]),
    )
}

fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
