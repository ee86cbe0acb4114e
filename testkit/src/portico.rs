//! The real binary, on a free port and on data of its own.

use std::env;
use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Command, ExitStatus};
use std::sync::Arc;
use std::thread;

use crate::process::{Process, word_ending};
use crate::{Backend, Client, Database, eventually};

const BINARY: &str = "TESTKIT_PORTICO";
const LOG: &str = "portico.log";

/// A running `portico serve`. Dropping the last handle on its data deletes them.
pub struct Portico {
    process: Process,
    client: Client,
    /// From an earlier process on the same data.
    known: Option<Administrator>,
    settings: Vec<(String, String)>,
    database: Arc<Database>,
}

/// Who may do everything, as the first start prints it.
#[derive(Clone, Debug)]
pub struct Administrator {
    /// The e-mail address.
    pub email: String,
    /// The one-time password.
    pub password: String,
}

impl Portico {
    /// Starts on an empty database and waits until it is ready.
    pub async fn start(backend: Backend) -> Self {
        Self::start_with(backend, &[]).await
    }

    /// The same with more settings, as environment variables. Loopback may always be reached.
    pub async fn start_with(backend: Backend, settings: &[(&str, &str)]) -> Self {
        let database = Arc::new(Database::empty(backend).await);
        let settings = settings
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Self::launch(database, settings.collect()).await
    }

    /// Another process on the same data.
    pub async fn start_beside(&self) -> Self {
        self.start_beside_with(&[]).await
    }

    /// The same with more settings.
    pub async fn start_beside_with(&self, settings: &[(&str, &str)]) -> Self {
        let more = settings
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let settings = self.settings.iter().cloned().chain(more).collect();
        let mut other = Self::launch(self.database.clone(), settings).await;
        other.known = self.known_administrator();
        other
    }

    /// Starts again on what is there, after a [`kill`](Self::kill) or an [`interrupt`](Self::interrupt).
    pub async fn restart(&mut self) {
        *self = self.start_beside().await;
    }

    /// Ends the process as a power cut would.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Presses Ctrl-C and waits for the end.
    pub async fn interrupt(&mut self) -> ExitStatus {
        self.process.interrupt().await
    }

    /// The id of the process.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// A client of it, signed out.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The data below it.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// The administrator that the first start on these data created.
    pub async fn administrator(&self) -> Administrator {
        if let Some(known) = &self.known {
            return known.clone();
        }
        match self.process.printed(administrator).await {
            Some(administrator) => administrator,
            None => panic!(
                "the first start printed no administrator:\n{}",
                self.output()
            ),
        }
    }

    /// That administrator, signed in.
    pub async fn signed_in_administrator(&self) -> Client {
        let Administrator { email, password } = self.administrator().await;
        self.client.login(&email, &password).await
    }

    /// What it printed.
    pub fn output(&self) -> String {
        self.process.output().join("\n")
    }

    /// What it logged, all starts together.
    pub fn log(&self) -> String {
        log(&self.database)
    }

    fn known_administrator(&self) -> Option<Administrator> {
        self.known
            .clone()
            .or_else(|| administrator(&self.process.output()))
    }

    async fn launch(database: Arc<Database>, settings: Vec<(String, String)>) -> Self {
        let log_file = File::options()
            .create(true)
            .append(true)
            .open(database.dir().join(LOG));
        let process = Process::start(
            binary()
                .arg("serve")
                .env("PORTICO_LISTEN", "127.0.0.1:0")
                .env("PORTICO_DATA_DIR", database.dir())
                .env("PORTICO_DATABASE_URL", database.setting())
                .env("PORTICO_OUTBOUND_ALLOW", "127.0.0.0/8")
                // Accounts can be used at once; who tests letters says so.
                .env("PORTICO_AUTH_EMAIL_VERIFICATION", "off")
                .envs(settings.iter().map(|(name, value)| (name, value)))
                .stderr(log_file.expect("the log can be written")),
        );
        let Some(origin) = process.printed(origin).await else {
            panic!(
                "portico serve printed no address; its log:\n{}",
                log(&database)
            );
        };
        let client = Client::new(&origin);
        eventually("/health/ready answers 200", async || {
            (client.get("/health/ready").await.0 == 200).then_some(())
        })
        .await;
        Self {
            process,
            client,
            known: None,
            settings,
            database,
        }
    }
}

impl Drop for Portico {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("── the log of portico serve\n{}", self.log());
        }
    }
}

/// The binary without any setting of the environment, for its other commands.
pub fn command() -> tokio::process::Command {
    let mut command = tokio::process::Command::from(binary());
    command.kill_on_drop(true);
    command
}

#[expect(
    clippy::disallowed_methods,
    reason = "where the binary is, and what must not reach it, is the test run's business"
)]
pub(crate) fn binary() -> Command {
    let path = match env::var_os(BINARY) {
        Some(path) => PathBuf::from(path),
        None => beside_the_test(),
    };
    assert!(
        path.is_file(),
        "{} does not exist; build it with `cargo build -p portico`, \
         or run everything with `cargo xtask test`",
        path.display()
    );
    let mut command = Command::new(path);
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("PORTICO_") {
            command.env_remove(name);
        }
    }
    command
}

/// Cargo puts tests into `deps`, one folder below the binaries.
fn beside_the_test() -> PathBuf {
    let test = env::current_exe().expect("a test knows its own path");
    let folder = test
        .ancestors()
        .nth(2)
        .expect("a test is in a folder of the target directory");
    folder.join("portico")
}

/// `http://host:port` of the line that shows the GraphQL endpoint.
fn origin(lines: &[String]) -> Option<String> {
    let url = word_ending(lines, "/graphql")?;
    Some(url.trim_end_matches("/graphql").to_owned())
}

pub(crate) fn administrator(lines: &[String]) -> Option<Administrator> {
    let value = |label: &str| {
        lines
            .iter()
            .find_map(|line| Some(line.trim().strip_prefix(label)?.trim().to_owned()))
    };
    Some(Administrator {
        email: value("e-mail")?,
        password: value("password")?,
    })
}

fn log(database: &Database) -> String {
    fs::read_to_string(database.dir().join(LOG)).unwrap_or_default()
}
