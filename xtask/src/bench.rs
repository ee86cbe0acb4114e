//! What Portico costs, measured on the release build.

use std::path::{Path, PathBuf, absolute};

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};

use crate::services::Services;
use crate::{requirements, step, workspace};

/// What to measure.
#[derive(Args)]
pub(crate) struct Bench {
    /// The database below the platform.
    #[arg(long, value_enum, default_value_t = Database::Sqlite)]
    database: Database,
    /// A large OpenAPI document to import as well: JSON or YAML, plain or gzipped.
    #[arg(long, value_name = "FILE")]
    openapi: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Database {
    Sqlite,
    Mysql,
}

/// Builds the release profile and runs the benchmark of the testkit on it.
pub(crate) fn run(bench: &Bench) -> Result<()> {
    let document = bench.openapi.as_deref().map(existing).transpose()?;
    // Together, so that both have the same dependencies with the same features.
    let packages = ["--package", "portico", "--package", "testkit"];
    let mut build = workspace::cargo(["build", "--release", "--locked", "--bin", "portico"]);
    step::run("build", build.args(["--bench", "platform"]).args(packages))?;

    let mut measure = workspace::cargo(["bench", "--locked", "--bench", "platform"]);
    measure.args(packages).env(
        "TESTKIT_PORTICO",
        workspace::target()?.join("release/portico"),
    );
    measure.args(["--", "--database", bench.database.name()]);
    if let Some(document) = document {
        measure.arg("--openapi").arg(document);
    }
    let services = match bench.database {
        Database::Sqlite => None,
        Database::Mysql => {
            requirements::for_services()?;
            Some(Services::start()?)
        }
    };
    if let Some(services) = &services {
        services.offer(&mut measure);
    }
    step::run_last("bench", &mut measure)
}

impl Database {
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
