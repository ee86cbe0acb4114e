//! The mail server of `server.js`.

use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// A mail server with its own certificate; it ends with this value.
pub(crate) struct MailServer {
    pub(crate) port: u64,
    /// The certificate, in PEM form.
    pub(crate) certificate: String,
    lines: Lines<BufReader<ChildStdout>>,
    _process: Child,
}

impl MailServer {
    /// Starts one with the settings of `server.js`; none if this machine cannot.
    pub(crate) async fn start(mut settings: Value) -> Option<Self> {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mail");
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mail");
        let project = match testkit::node_project(&source, &target, &["server.js"]) {
            Ok(project) => project,
            Err(reason) => {
                eprintln!("NOT RUN: no letter was sent to a mail server: {reason}");
                return None;
            }
        };
        let key = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("made");
        let certificate = key.cert.pem();
        settings["cert"] = certificate.clone().into();
        settings["key"] = key.signing_key.serialize_pem().into();
        let mut process = Command::new("node")
            .arg("server.js")
            .arg(settings.to_string())
            .current_dir(project)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("Node.js was there a moment ago");
        let stdout = process.stdout.take().expect("standard output is a pipe");
        let mut server = Self {
            port: 0,
            certificate,
            lines: BufReader::new(stdout).lines(),
            _process: process,
        };
        server.port = server.said().await["port"].as_u64().expect("a port");
        Some(server)
    }

    /// The next line that it prints.
    pub(crate) async fn said(&mut self) -> Value {
        let line = self.lines.next_line();
        let line = tokio::time::timeout(std::time::Duration::from_secs(30), line).await;
        let line = line
            .expect("the mail server says something")
            .expect("readable");
        let line = line.expect("the mail server goes on");
        serde_json::from_str(&line).unwrap_or_else(|_| json!({ "line": line }))
    }
}
