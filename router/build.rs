//! Builds the GraphiQL page with Vite and generates the code that embeds it.
//!
//! `PORTICO_GRAPHIQL=embed` makes a page that cannot be built an error,
//! `PORTICO_GRAPHIQL=skip` does not try. Otherwise a build without npm, or
//! without a network, falls back to a page that loads GraphiQL from a CDN and
//! says so in a warning.

use std::collections::hash_map::DefaultHasher;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::{env, fs, io};

const SWITCH: &str = "PORTICO_GRAPHIQL";
const PROJECT: &str = "graphiql";

/// What Vite reads; the files of the fallback page are in `src` too.
const INPUTS: [&str; 5] = [
    "package.json",
    "package-lock.json",
    "vite.config.js",
    "index.html",
    "src",
];

const FALLBACK_PAGE: &str = "fallback.html";
const FALLBACK_FILES: [&str; 5] = [
    "fallback.js",
    "fetcher.js",
    "welcome.js",
    "style.css",
    "favicon.svg",
];

const NODE_MAJOR_MIN: u32 = 20;

/// npm resolves nothing here, it installs what the lock file pins: no scripts
/// of packages run, and a network that is away fails soon instead of hanging.
const INSTALL: [&str; 9] = [
    "ci",
    "--ignore-scripts",
    "--include=dev",
    "--prefer-offline",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
    "--fetch-retries=1",
    "--fetch-timeout=30000",
];

type Outcome<T> = Result<T, String>;

/// A page and the files that it loads, ready to be embedded.
struct Site {
    embedded: bool,
    page: PathBuf,
    /// The name below `/graphiql/` and the file that holds it.
    assets: Vec<(String, PathBuf)>,
}

fn main() -> ExitCode {
    for input in INPUTS.iter().chain(&[FALLBACK_PAGE]) {
        println!("cargo::rerun-if-changed={PROJECT}/{input}");
    }
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed={SWITCH}");

    match choose().and_then(|site| generate(&site)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            println!("cargo::error={reason}");
            ExitCode::FAILURE
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the build has no configuration but its environment"
)]
fn choose() -> Outcome<Site> {
    let switch = env::var_os(SWITCH);
    match switch.as_deref().and_then(OsStr::to_str) {
        None if switch.is_none() => Ok(embedded().unwrap_or_else(|reason| {
            println!(
                "cargo::warning=GraphiQL is not embedded, its page will load from a CDN: {reason}. \
                 Install Node.js {NODE_MAJOR_MIN} or later with npm and build once with {SWITCH}=embed"
            );
            fallback()
        })),
        Some("embed") => embedded().map_err(|reason| format!("cannot embed GraphiQL: {reason}")),
        Some("skip") => Ok(fallback()),
        _ => Err(format!("{SWITCH} is neither \"embed\" nor \"skip\"; unset it to embed when possible")),
    }
}

fn fallback() -> Site {
    let source = Path::new(PROJECT);
    let file = |name: &str| (name.to_owned(), source.join("src").join(name));
    Site {
        embedded: false,
        page: source.join(FALLBACK_PAGE),
        assets: FALLBACK_FILES.map(file).into(),
    }
}

fn embedded() -> Outcome<Site> {
    let workshop = out_dir().join(PROJECT);
    let dist = workshop.join("dist");
    let stamp = workshop.join("stamp");
    let fingerprint = fingerprint().map_err(|err| format!("reading {PROJECT}/ failed: {err}"))?;

    if fs::read_to_string(&stamp).ok().as_deref() != Some(&*fingerprint) {
        build(&workshop)?;
        fs::write(&stamp, fingerprint)
            .map_err(|err| format!("writing {} failed: {err}", stamp.display()))?;
    }

    let assets = packed_assets(&dist.join(PROJECT))
        .map_err(|err| format!("reading the built page failed: {err}"))?;
    Ok(Site {
        embedded: true,
        page: dist.join("index.html"),
        assets,
    })
}

/// Vite leaves a `.gz` beside each asset; only those are embedded.
fn packed_assets(dir: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let mut assets = Vec::new();
    for path in files_below(dir)? {
        let name = path.file_name().and_then(OsStr::to_str);
        if let Some(name) = name.and_then(|name| name.strip_suffix(".gz")) {
            assets.push((name.to_owned(), path.clone()));
        }
    }
    Ok(assets)
}

/// Builds in a copy, so that nothing is ever written to the source tree.
fn build(workshop: &Path) -> Outcome<()> {
    require_node()?;
    copy_sources(workshop).map_err(|err| format!("copying {PROJECT}/ failed: {err}"))?;

    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    run(Command::new(npm).args(INSTALL).current_dir(workshop))?;
    let vite = Path::new("node_modules")
        .join("vite")
        .join("bin")
        .join("vite.js");
    run(Command::new("node")
        .arg(vite)
        .arg("build")
        .current_dir(workshop))?;

    // Hundreds of megabytes that nothing needs once the page is built.
    fs::remove_dir_all(workshop.join("node_modules"))
        .map_err(|err| format!("tidying up failed: {err}"))
}

fn require_node() -> Outcome<()> {
    let version = run(Command::new("node").arg("--version"))?;
    let major = version
        .trim()
        .trim_start_matches('v')
        .split('.')
        .next()
        .and_then(|major| major.parse().ok());
    match major {
        Some(major) if NODE_MAJOR_MIN <= major => Ok(()),
        _ => Err(format!("node is {}, too old", version.trim())),
    }
}

fn copy_sources(workshop: &Path) -> io::Result<()> {
    if workshop.exists() {
        fs::remove_dir_all(workshop)?;
    }
    for file in inputs()? {
        let inside = file
            .strip_prefix(PROJECT)
            .expect("inputs lie in the project");
        let copy = workshop.join(inside);
        fs::create_dir_all(copy.parent().expect("the copy lies in the workshop"))?;
        fs::copy(&file, copy)?;
    }
    Ok(())
}

/// Runs a program quietly and returns what it prints.
fn run(command: &mut Command) -> Outcome<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|err| match err.kind() {
            io::ErrorKind::NotFound => format!("{name} is not installed"),
            _ => format!("{name} does not start: {err}"),
        })?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    let first_lines: Vec<_> = complaint
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .take(4)
        .collect();
    Err(format!(
        "{name} failed ({}): {}",
        output.status,
        first_lines.join("; ")
    ))
}

fn inputs() -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for input in INPUTS {
        let path = Path::new(PROJECT).join(input);
        if path.is_dir() {
            files.extend(files_below(&path)?);
        } else {
            files.push(path);
        }
    }
    Ok(files)
}

fn files_below(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(files_below(&path)?);
        } else {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn fingerprint() -> io::Result<String> {
    let mut hasher = DefaultHasher::new();
    for file in inputs()? {
        file.hash(&mut hasher);
        fs::read(&file)?.hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

fn generate(site: &Site) -> Outcome<()> {
    let code = code_of(site).map_err(|err| format!("reading the GraphiQL page failed: {err}"))?;
    let path = out_dir().join("graphiql.rs");
    fs::write(&path, code).map_err(|err| format!("writing {} failed: {err}", path.display()))
}

fn code_of(site: &Site) -> io::Result<String> {
    let page = fs::canonicalize(&site.page)?;
    let mut code = format!(
        "pub(super) const EMBEDDED: bool = {};\n\
         pub(super) const PAGE: Page = Page {{ etag: {:?}, html: include_str!({page:?}) }};\n\
         pub(super) const ASSETS: &[Asset] = &[\n",
        site.embedded,
        etag_of(&page)?,
    );
    for (name, file) in &site.assets {
        let file = fs::canonicalize(file)?;
        let etag = etag_of(&file)?;
        writeln!(
            code,
            "    Asset {{ name: {name:?}, etag: {etag:?}, body: include_bytes!({file:?}) }},"
        )
        .expect("a string takes every line");
    }
    code.push_str("];\n");
    Ok(code)
}

fn etag_of(file: &Path) -> io::Result<String> {
    let mut hasher = DefaultHasher::new();
    fs::read(file)?.hash(&mut hasher);
    Ok(format!("\"{:016x}\"", hasher.finish()))
}

#[expect(
    clippy::disallowed_methods,
    reason = "cargo hands this over in the environment only"
)]
fn out_dir() -> PathBuf {
    env::var_os("OUT_DIR").expect("cargo sets OUT_DIR").into()
}
