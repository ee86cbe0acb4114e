//! An OpenID provider by somebody else, run by Node.js.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use url::Url;

use crate::Visitor;
use crate::process::Process;

const SOURCES: [(&str, &str); 3] = [
    ("package.json", include_str!("../oidc/package.json")),
    (
        "package-lock.json",
        include_str!("../oidc/package-lock.json"),
    ),
    ("provider.js", include_str!("../oidc/provider.js")),
];
const NODE_MAJOR_MIN: u32 = 20;
/// npm resolves nothing here, it installs what the lock file pins.
const INSTALL: [&str; 7] = [
    "ci",
    "--ignore-scripts",
    "--prefer-offline",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
    "--fetch-retries=1",
];
const REDIRECTS_MAX: usize = 12;

/// A running provider. It has a client for each algorithm of ID tokens, `portico-rs256`,
/// `portico-ps256`, `portico-es256` and `portico-eddsa`, whose redirect URI is that of the provider
/// `rs256` and so on at a platform.
pub struct OpenIdProvider {
    _process: Process,
    issuer: String,
}

impl OpenIdProvider {
    /// The secret of all clients.
    pub const SECRET: &'static str = "hush:hush & more";

    /// Starts one for the platform at this address. None, said loudly, where Node.js and npm are
    /// missing.
    pub async fn start(public_url: &str) -> Option<Self> {
        let workshop = match workshop() {
            Ok(workshop) => workshop,
            Err(reason) => {
                eprintln!(
                    "NOT RUN: nobody signed in at an OpenID provider: {reason}. It needs Node.js \
                     {NODE_MAJOR_MIN} or later, and npm with a registry to install from, once."
                );
                return None;
            }
        };
        let mut node = Command::new("node");
        node.args(["provider.js", public_url]).current_dir(workshop);
        let process = Process::start(&mut node);
        let issuer = process
            .printed(|lines| {
                let issuers = lines.iter().filter_map(|line| line.strip_prefix("issuer "));
                issuers.map(str::to_owned).next()
            })
            .await;
        Some(Self {
            issuer: issuer.expect("the provider prints its issuer"),
            _process: process,
        })
    }

    /// Its issuer.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Signs in as a person, who is their claims with a `sub`, or `{"denies": true}`. Returns the
    /// address that the provider sends the browser back to.
    pub async fn sign_in(&self, authorization_url: &str, person: &Value) -> Url {
        let person = URL_SAFE_NO_PAD.encode(person.to_string());
        let mut browser = Visitor::new(vec![("x-person", person)]);
        let mut url = authorization_url.parse::<Url>().expect("a URL");
        for _ in 0..REDIRECTS_MAX {
            let page = browser.open(&url).await;
            let Some(location) = page.location else {
                panic!("{url} answered {}: {}", page.status, page.text);
            };
            if !location.as_str().starts_with(&self.issuer) {
                return location;
            }
            url = location;
        }
        panic!("the provider goes round in circles at {url}");
    }
}

/// The project with what it depends on, installed again only when it changed. Tests run in processes
/// of their own: one installs, the others wait.
fn workshop() -> Result<PathBuf, String> {
    require_node()?;
    let test = std::env::current_exe().expect("a test knows its own path");
    let target = test.ancestors().nth(3).expect("a test is in `target`");
    let workshop = target.join("tmp").join("openid-provider");
    fs::create_dir_all(&workshop).expect("the target directory can be written");
    let lock = File::create(workshop.join("lock")).expect("a file can be made");
    lock.lock().expect("a file can be locked");
    install(&workshop)?;
    Ok(workshop)
}

fn install(workshop: &Path) -> Result<(), String> {
    let stamp = workshop.join("installed");
    let wanted = SOURCES.map(|(_, text)| text).concat();
    if fs::read_to_string(&stamp).is_ok_and(|text| text == wanted) {
        return Ok(());
    }
    for (name, text) in SOURCES {
        fs::write(workshop.join(name), text).expect("the target directory can be written");
    }
    run(Command::new("npm").args(INSTALL).current_dir(workshop))?;
    fs::write(stamp, wanted).expect("the target directory can be written");
    Ok(())
}

fn require_node() -> Result<(), String> {
    let version = run(Command::new("node").arg("--version"))?;
    let version = version.trim();
    let major = version.trim_start_matches('v').split('.').next();
    match major.and_then(|major| major.parse::<u32>().ok()) {
        Some(major) if NODE_MAJOR_MIN <= major => Ok(()),
        _ => Err(format!("node is {version}, too old")),
    }
}

fn run(command: &mut Command) -> Result<String, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{name} does not start: {error}"))?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => {
            let complaint = String::from_utf8_lossy(&output.stderr);
            Err(format!("{name} failed: {}", complaint.trim()))
        }
    }
}
