//! What Portico costs, measured on the release build.

use std::path::{Path, PathBuf, absolute};
use std::process::Command;

use anyhow::{Context, Result};
use clap::{Args, Subcommand, ValueEnum};

use crate::services::Services;
use crate::{requirements, step, workspace};

/// What to measure.
#[derive(Args)]
pub(crate) struct Bench {
    #[command(subcommand)]
    subject: Option<Subject>,
    #[command(flatten)]
    platform: Platform,
}

#[derive(Subcommand)]
enum Subject {
    /// The platform: start-up, memory, login, the `Home` query, an import. The default.
    Platform(Platform),
    /// Signing in: against the hash alone, beside other queries, and what the time of an answer tells.
    Identity(Identity),
    /// The router alone: in front of HTTP subgraphs, in process, planning, composing.
    Router(Router),
}

/// How to measure the platform.
#[derive(Args)]
struct Platform {
    /// The database below the platform.
    #[arg(long, value_enum, default_value_t = Database::Sqlite)]
    database: Database,
    /// A large OpenAPI document to import as well: JSON or YAML, plain or gzipped.
    #[arg(long, value_name = "FILE")]
    openapi: Option<PathBuf>,
}

/// How to measure signing in.
#[derive(Args)]
struct Identity {
    /// The database below the platform; both, one after the other, if nothing is said and MariaDB
    /// is here.
    #[arg(long, value_enum)]
    database: Option<Database>,
    /// Rounds of each measure; the median counts.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Seconds of each round.
    #[arg(long, default_value_t = 4)]
    seconds: u64,
    /// Answers of each kind whose times are compared.
    #[arg(long, default_value_t = 200)]
    samples: usize,
}

/// How to measure the router.
#[derive(Args)]
struct Router {
    /// Another federation router to compare with, in turns with ours: a shell command in which
    /// $SUPERGRAPH is the file of the supergraph, $PORT the port of 127.0.0.1 to answer
    /// `POST /graphql` on, and $SHARE what identical work under way is to share: `none`,
    /// `fetches` or `requests`.
    #[arg(long, value_name = "COMMAND")]
    peer: Option<String>,
    /// Rounds of each measure; the median counts.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Seconds of each round.
    #[arg(long, default_value_t = 4)]
    seconds: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Database {
    Sqlite,
    Mysql,
}

/// Builds the release profile and runs a benchmark of the testkit on it.
pub(crate) fn run(bench: &Bench) -> Result<()> {
    match &bench.subject {
        None => platform(&bench.platform),
        Some(Subject::Platform(platform)) => self::platform(platform),
        Some(Subject::Identity(identity)) => self::identity(identity),
        Some(Subject::Router(router)) => self::router(router),
    }
}

fn platform(options: &Platform) -> Result<()> {
    let document = options.openapi.as_deref().map(existing).transpose()?;
    let mut measure = built("platform")?;
    measure.args(["--database", options.database.name()]);
    if let Some(document) = document {
        measure.arg("--openapi").arg(document);
    }
    let services = options.database.started()?;
    if let Some(services) = &services {
        services.offer(&mut measure);
    }
    step::run_last("bench", &mut measure)
}

fn identity(options: &Identity) -> Result<()> {
    let databases = match options.database {
        Some(database) => vec![database],
        None => Database::all_here(),
    };
    let mut measure = built("identity")?;
    for database in &databases {
        measure.args(["--database", database.name()]);
    }
    measure.args(["--rounds", &options.rounds.to_string()]);
    measure.args(["--seconds", &options.seconds.to_string()]);
    measure.args(["--samples", &options.samples.to_string()]);
    let last = databases.last().map(|database| database.started());
    let services = last.transpose()?.flatten();
    if let Some(services) = &services {
        services.offer(&mut measure);
    }
    step::run_last("bench", &mut measure)
}

fn router(options: &Router) -> Result<()> {
    let mut measure = built("router")?;
    measure.args(["--rounds", &options.rounds.to_string()]);
    measure.args(["--seconds", &options.seconds.to_string()]);
    if let Some(peer) = &options.peer {
        measure.arg("--peer").arg(peer);
    }
    step::run_last("bench", &mut measure)
}

/// Builds the binary and a benchmark; answers the command that runs it.
fn built(name: &str) -> Result<Command> {
    // Together, so that both have the same dependencies with the same features.
    let packages = ["--package", "portico", "--package", "testkit"];
    let mut build = workspace::cargo(["build", "--release", "--locked", "--bin", "portico"]);
    step::run("build", build.args(["--bench", name]).args(packages))?;
    let mut measure = workspace::cargo(["bench", "--locked", "--bench", name]);
    measure.args(packages).arg("--").env(
        "TESTKIT_PORTICO",
        workspace::target()?.join("release/portico"),
    );
    Ok(measure)
}

impl Database {
    /// Both, or the one that needs no server if there is none.
    fn all_here() -> Vec<Self> {
        match requirements::for_services() {
            Ok(()) => vec![Self::Sqlite, Self::Mysql],
            Err(error) => {
                eprintln!("   measured on SQLite alone: {error:#}");
                vec![Self::Sqlite]
            }
        }
    }

    /// The servers that it needs.
    fn started(self) -> Result<Option<Services>> {
        match self {
            Self::Sqlite => Ok(None),
            Self::Mysql => {
                requirements::for_services()?;
                Services::start().map(Some)
            }
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Mysql => "mysql",
        }
    }
}

/// Cargo runs benchmarks in the folder of their package.
fn existing(path: &Path) -> Result<PathBuf> {
    path.metadata()
        .with_context(|| format!("cannot read {}", path.display()))?;
    absolute(path).with_context(|| format!("cannot find {}", path.display()))
}
