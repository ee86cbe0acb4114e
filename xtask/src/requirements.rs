//! What the tests need from the machine, and how it gets there.

use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::{interrupt, programs, step};

#[derive(Clone, Copy)]
struct Requirement {
    /// What Debian calls it.
    packages: &'static [&'static str],
    programs: &'static [&'static str],
    why: &'static str,
}

const SERVICES: [Requirement; 2] = [
    Requirement {
        packages: &["mariadb-server"],
        programs: &["mariadbd", "mariadb-install-db"],
        why: "every test that touches a database runs on it too",
    },
    Requirement {
        packages: &["redis-server"],
        programs: &["redis-server"],
        why: "events between processes travel through it",
    },
];

const BROWSER: [Requirement; 2] = [
    Requirement {
        packages: &["chromium"],
        programs: &["chromium"],
        why: "the browser test opens GraphiQL in it",
    },
    Requirement {
        packages: &["chromium-driver"],
        programs: &["chromedriver"],
        why: "the browser test drives Chromium with it",
    },
];

/// Not needed: where it is missing or old, GraphiQL's page loads from a CDN, composition is held
/// against no other implementation, nobody signs in at another provider, and no letter goes to a
/// mail server.
const NODE: Requirement = Requirement {
    packages: &["nodejs", "npm"],
    programs: &["node", "npm"],
    why: "GraphiQL is built with it, it composes subgraphs for comparison, and it runs an OpenID provider and a mail server",
};

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
    packages(&[&SERVICES[..], &BROWSER[..]].concat(), &[NODE])?;
    if !node_is_recent() {
        eprintln!(
            "   no npm with Node.js 20.19 or later: GraphiQL is not embedded, \
             the browser test sees only the page that says so, \
             composition is held against no other implementation, \
             nobody signs in at another provider, and no letter goes to a mail server"
        );
    }
    nextest()
}

/// The same for the backing services alone.
pub(crate) fn for_services() -> Result<()> {
    packages(&SERVICES, &[])
}

fn packages(needed: &[Requirement], wanted: &[Requirement]) -> Result<()> {
    let all = [needed, wanted].concat();
    let absent = missing(&all);
    if !absent.is_empty()
        && let Some(mut install) = installer()
    {
        install.args(absent.iter().flat_map(|requirement| requirement.packages));
        if let Err(error) = step::run("install", &mut install) {
            interrupt::check()?;
            eprintln!("   {error:#}");
        }
    }

    match missing(needed) {
        absent if absent.is_empty() => Ok(()),
        absent => bail!(instructions(&absent)),
    }
}

fn missing(requirements: &[Requirement]) -> Vec<&Requirement> {
    let present = |name: &&str| programs::find(name).is_some();
    let missing = |requirement: &&Requirement| !requirement.programs.iter().all(present);
    requirements.iter().filter(missing).collect()
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
    let mut packages: Vec<&str> = Vec::new();
    for requirement in missing {
        let programs = requirement.programs.join(", ");
        text.push_str(&format!("  {programs} ({})\n", requirement.why));
        packages.extend(requirement.packages);
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

/// The versions that Vite, which builds the page, runs on.
fn node_is_recent() -> bool {
    let Ok(output) = Command::new("node").arg("--version").output() else {
        return false;
    };
    is_recent(&String::from_utf8_lossy(&output.stdout))
}

fn is_recent(version: &str) -> bool {
    let mut numbers = version
        .trim()
        .trim_start_matches('v')
        .split('.')
        .map(str::parse::<u32>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(20)), Some(Ok(minor))) => minor >= 19,
        (Some(Ok(22)), Some(Ok(minor))) => minor >= 12,
        (Some(Ok(major)), Some(Ok(_))) => major > 22,
        _ => false,
    }
}

fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named_with_the_command_that_installs_it() {
        let missing: Vec<_> = SERVICES.iter().collect();
        assert_eq!(
            instructions(&missing),
            "the tests need programs that this machine lacks:\n  \
             mariadbd, mariadb-install-db (every test that touches a database runs on it too)\n  \
             redis-server (events between processes travel through it)\n\
             on Debian, install them with: \
             sudo apt-get install --no-install-recommends mariadb-server redis-server"
        );
    }

    #[test]
    fn an_old_node_does_not_do() {
        for (version, recent) in [
            ("v18.20.4\n", false),
            ("v20.18.0", false),
            ("v20.19.0", true),
            ("v21.7.3", false),
            ("v22.12.1", true),
            ("v24.0.0", true),
            ("", false),
        ] {
            assert_eq!(is_recent(version), recent, "{version}");
        }
    }
}
