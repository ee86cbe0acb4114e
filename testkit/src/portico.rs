//! The real binary, on a free port and on data of its own.

use std::env;
use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::{Backend, Client, Database, eventually};

const BINARY: &str = "TESTKIT_PORTICO";
const LOG: &str = "portico.log";
const EXIT_MAX: Duration = Duration::from_secs(30);

/// A running `portico serve`. Dropping the last handle on its data deletes them.
pub struct Portico {
    process: Child,
    client: Client,
    output: watch::Receiver<Vec<String>>,
    database: Arc<Database>,
    settings: Vec<(String, String)>,
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
        Self::launch(self.database.clone(), self.settings.clone()).await
    }

    /// Starts again on what is there, after a [`kill`](Self::kill) or an [`interrupt`](Self::interrupt).
    pub async fn restart(&mut self) {
        *self = Self::launch(self.database.clone(), self.settings.clone()).await;
    }

    /// Ends the process as a power cut would.
    pub async fn kill(&mut self) {
        self.process
            .kill()
            .await
            .expect("the process can be killed");
    }

    /// Presses Ctrl-C and waits for the end.
    pub async fn interrupt(&mut self) -> ExitStatus {
        let pid = self
            .pid()
            .and_then(|pid| Pid::from_raw(i32::try_from(pid).ok()?));
        kill_process(pid.expect("the process runs"), Signal::INT)
            .expect("the process can be interrupted");
        timeout(EXIT_MAX, self.process.wait())
            .await
            .expect("it ends when interrupted")
            .expect("it can be waited for")
    }

    /// The id of the process, while it runs.
    pub fn pid(&self) -> Option<u32> {
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
        eventually(
            "an administrator's e-mail and password on standard output",
            async || {
                let output = self.output.borrow();
                let email = value_after(&output, "e-mail")?;
                Some(Administrator {
                    email,
                    password: value_after(&output, "password")?,
                })
            },
        )
        .await
    }

    /// That administrator, signed in.
    pub async fn signed_in_administrator(&self) -> Client {
        let Administrator { email, password } = self.administrator().await;
        self.client.login(&email, &password).await
    }

    /// What it printed.
    pub fn output(&self) -> String {
        self.output.borrow().join("\n")
    }

    /// What it logged, all starts together.
    pub fn log(&self) -> String {
        log(&self.database)
    }

    async fn launch(database: Arc<Database>, settings: Vec<(String, String)>) -> Self {
        let log_file = File::options()
            .create(true)
            .append(true)
            .open(database.dir().join(LOG));
        let mut process = command()
            .arg("serve")
            .env("PORTICO_LISTEN", "127.0.0.1:0")
            .env("PORTICO_DATA_DIR", database.dir())
            .env("PORTICO_DATABASE_URL", database.setting())
            .env("PORTICO_OUTBOUND_ALLOW", "127.0.0.0/8")
            .envs(settings.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log_file.expect("the log can be written"))
            .spawn()
            .expect("the binary can be run");

        let stdout = process.stdout.take().expect("standard output is a pipe");
        let (sender, mut output) = watch::channel(Vec::new());
        tokio::spawn(read(BufReader::new(stdout).lines(), sender));
        let printed = output.wait_for(|lines| origin(lines).is_some());
        let origin = match timeout(EXIT_MAX, printed).await {
            Ok(Ok(lines)) => origin(&lines).expect("it has just been seen"),
            _ => panic!(
                "portico serve printed no address; its log:\n{}",
                log(&database)
            ),
        };
        let client = Client::new(&origin);
        eventually("/health/ready answers 200", async || {
            (client.get("/health/ready").await.0 == 200).then_some(())
        })
        .await;
        Self {
            process,
            client,
            output,
            database,
            settings,
        }
    }
}

impl Drop for Portico {
    fn drop(&mut self) {
        // It may have ended already; the runtime reaps it.
        let _ = self.process.start_kill();
        if thread::panicking() {
            eprintln!("── the log of portico serve\n{}", self.log());
        }
    }
}

/// The binary without any setting of the environment, for its other commands.
#[expect(
    clippy::disallowed_methods,
    reason = "where the binary is, and what must not reach it, is the test run's business"
)]
pub fn command() -> Command {
    let binary = match env::var_os(BINARY) {
        Some(path) => PathBuf::from(path),
        None => beside_the_test(),
    };
    assert!(
        binary.is_file(),
        "{} does not exist; build it with `cargo build -p portico`, or run everything with `cargo xtask test`",
        binary.display()
    );
    let mut command = Command::new(binary);
    command.kill_on_drop(true);
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

async fn read(mut lines: Lines<BufReader<ChildStdout>>, output: watch::Sender<Vec<String>>) {
    while let Ok(Some(line)) = lines.next_line().await {
        output.send_modify(|all| all.push(line));
    }
}

/// `http://host:port` of the first line that shows the GraphQL endpoint.
fn origin(lines: &[String]) -> Option<String> {
    let url = lines
        .iter()
        .flat_map(|line| line.split_whitespace())
        .find(|word| word.ends_with("/graphql"))?;
    Some(url.trim_end_matches("/graphql").to_owned())
}

fn value_after(lines: &[String], label: &str) -> Option<String> {
    lines
        .iter()
        .find_map(|line| Some(line.trim().strip_prefix(label)?.trim().to_owned()))
}

fn log(database: &Database) -> String {
    fs::read_to_string(database.dir().join(LOG)).unwrap_or_default()
}
