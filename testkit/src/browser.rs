//! A headless Chromium that reaches loopback and nothing else.
//!
//! Everything that is not on loopback goes to a proxy of ours, which refuses it
//! and remembers the address, so a test can tell what a page asked of the
//! outside world, its workers and sockets included.

mod wall;

use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use fantoccini::error::CmdError;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder};
use http::Method;
use hyper_util::client::legacy::connect::HttpConnector;
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader, Lines};
use tokio::process::{ChildStderr, ChildStdout};
use tokio::task::JoinHandle;
use tokio::time;
use url::{ParseError, Url};
use wall::Wall;

const CHROMIUM: &str = "chromium";
const DRIVER: &str = "chromedriver";

/// A cold start on a busy machine takes seconds.
const START_TIMEOUT: Duration = Duration::from_secs(60);

const FLAGS: [&str; 19] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-breakpad",
    "--disable-features=AutofillServerCommunication,NetworkTimeServiceQuerying,OptimizationHints",
    "--component-updater=url-source=http://127.0.0.1:9/",
    "--gaia-url=http://127.0.0.1:9",
    "--no-first-run",
    "--no-default-browser-check",
    "--window-size=1440,900",
    "--remote-debugging-port=0",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
];

/// A browser of its own with an empty profile. Dropping it ends its processes.
pub struct Browser {
    page: Client,
    wall: Wall,
    _driver: Program,
    _chromium: Program,
    _profile: TempDir,
}

impl Browser {
    /// Starts Chromium and the driver that controls it.
    pub async fn start() -> Result<Self> {
        Self::start_with(&[]).await
    }

    /// Starts Chromium with further flags, such as `--force-dark-mode`.
    pub async fn start_with(flags: &[&str]) -> Result<Self> {
        let profile = tempfile::tempdir().context("no directory for the browser's profile")?;
        let wall = Wall::build().await?;

        let mut command = Command::new(CHROMIUM);
        command.args(FLAGS).args(flags).arg("about:blank");
        command.arg(format!("--user-data-dir={}", profile.path().display()));
        // Chromium leaves files behind when it is killed: they go with the profile.
        command.env("TMPDIR", profile.path());
        command.arg(format!("--proxy-server=http://{}", wall.address));
        let mut chromium = Program::start(command)?;
        let debugger = chromium
            .announced_on_stderr("DevTools listening on ws://", '/')
            .await?;

        let mut command = Command::new(DRIVER);
        command.arg("--port=0");
        let mut driver = Program::start(command)?;
        let port = driver
            .announced_on_stdout("started successfully on port ", '.')
            .await?;

        let page = session(&debugger, &port).await?;
        Ok(Self {
            page,
            wall,
            _driver: driver,
            _chromium: chromium,
            _profile: profile,
        })
    }

    /// The one page of the browser.
    pub fn page(&self) -> &Client {
        &self.page
    }

    /// The addresses that the page asked for since the last call, data URLs left out.
    pub async fn requests(&self) -> Result<Vec<Url>> {
        let mut urls = Vec::new();
        for entry in self.log("performance").await? {
            let event: Value = serde_json::from_str(entry["message"].as_str().unwrap_or_default())?;
            let params = &event["message"]["params"];
            let url = match event["message"]["method"].as_str() {
                Some("Network.requestWillBeSent") => &params["request"]["url"],
                Some("Network.webSocketCreated") => &params["url"],
                _ => continue,
            };
            let url: Url = url.as_str().unwrap_or_default().parse()?;
            if url.host().is_some() {
                urls.push(url);
            }
        }
        Ok(urls)
    }

    /// What the page wanted from outside of this machine, and did not get.
    pub fn refused(&self) -> Vec<String> {
        self.wall.refused()
    }

    /// The errors in the console since the last call: failed loads, breaches of
    /// the page's policy, uncaught exceptions.
    pub async fn console_errors(&self) -> Result<Vec<String>> {
        let entries = self.log("browser").await?.into_iter();
        let errors = entries.filter(|entry| entry["level"] == "SEVERE");
        Ok(errors
            .map(|entry| entry["message"].as_str().unwrap_or_default().to_owned())
            .collect())
    }

    async fn log(&self, kind: &'static str) -> Result<Vec<Value>, CmdError> {
        let entries = self.page.issue_cmd(ReadLog(kind)).await?;
        Ok(entries.as_array().cloned().unwrap_or_default())
    }
}

async fn session(debugger: &str, port: &str) -> Result<Client> {
    let capabilities = json!({
        "goog:chromeOptions": { "debuggerAddress": debugger },
        "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
    });
    let Value::Object(capabilities) = capabilities else {
        unreachable!("the literal is an object")
    };

    let mut builder = ClientBuilder::new(HttpConnector::new());
    builder.capabilities(capabilities.into_iter().collect());
    let driver = format!("http://127.0.0.1:{port}");
    builder
        .connect(&driver)
        .await
        .with_context(|| format!("{DRIVER} opened no session"))
}

/// Reads and empties one of Chromium's logs; WebDriver itself knows none.
#[derive(Debug)]
struct ReadLog(&'static str);

impl WebDriverCompatibleCommand for ReadLog {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(json!({ "type": self.0 }).to_string()))
    }
}

/// A child process that ends with its owner.
struct Program {
    name: String,
    process: Child,
    output: Option<JoinHandle<()>>,
}

impl Program {
    fn start(mut command: Command) -> Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        command
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let process = command
            .spawn()
            .with_context(|| format!("{name} does not start; is it installed?"))?;
        Ok(Self {
            name,
            process,
            output: None,
        })
    }

    async fn announced_on_stderr(&mut self, before: &str, after: char) -> Result<String> {
        let stderr = self.process.stderr.take().expect("piped, and taken once");
        self.announced(ChildStderr::from_std(stderr)?, before, after)
            .await
    }

    async fn announced_on_stdout(&mut self, before: &str, after: char) -> Result<String> {
        let stdout = self.process.stdout.take().expect("piped, and taken once");
        self.announced(ChildStdout::from_std(stdout)?, before, after)
            .await
    }

    /// Waits for the line that has `before`, and returns what follows up to `after`.
    async fn announced<R>(&mut self, output: R, before: &str, after: char) -> Result<String>
    where
        R: AsyncRead + Unpin + Send + 'static,
    {
        let mut lines = BufReader::new(output).lines();
        let found = time::timeout(START_TIMEOUT, find(&mut lines, before, after)).await;
        let text = found
            .with_context(|| format!("{} is not ready after {START_TIMEOUT:?}", self.name))??;
        // A pipe that nobody reads fills up and stops its writer.
        self.output = Some(tokio::spawn(async move {
            while let Ok(Some(_)) = lines.next_line().await {}
        }));
        text.with_context(|| format!("{} ended without saying {before:?}", self.name))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Chromium is a family of processes, one group. Failing means that it is gone already.
        if let Ok(group) = i32::try_from(self.process.id()) {
            let _ = Pid::from_raw(group).map(|group| kill_process_group(group, Signal::KILL));
        }
        let _ = self.process.wait();
        if let Some(output) = &self.output {
            output.abort();
        }
    }
}

async fn find<R>(
    lines: &mut Lines<BufReader<R>>,
    before: &str,
    after: char,
) -> Result<Option<String>>
where
    R: AsyncRead + Unpin,
{
    while let Some(line) = lines.next_line().await? {
        if let Some((_, rest)) = line.split_once(before) {
            return Ok(rest.split(after).next().map(str::to_owned));
        }
    }
    Ok(None)
}
