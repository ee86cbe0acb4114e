//! The demo service of the README, as a process of its own.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Child;

/// A running `portico demo-service`; dropping it ends it.
pub(crate) struct DemoService {
    process: Child,
    description: String,
}

impl DemoService {
    /// Starts it on a free port.
    pub(crate) async fn start() -> Self {
        let mut process = testkit::command()
            .args(["demo-service", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary can be run");
        let output = process.stdout.take().expect("standard output is a pipe");
        let mut lines = BufReader::new(output).lines();
        let found = async {
            let mut description = None;
            while let Some(line) = lines.next_line().await.expect("it prints text") {
                match line.split_whitespace().collect::<Vec<_>>()[..] {
                    ["Description", url] => description = Some(url.to_owned()),
                    ["Health", _] => break,
                    _ => {}
                }
            }
            description.expect("the demo service prints where its description is")
        };
        let description = tokio::time::timeout(Duration::from_secs(30), found).await;
        Self {
            process,
            description: description.expect("it starts in time"),
        }
    }

    /// Where its OpenAPI document is.
    pub(crate) fn description(&self) -> &str {
        &self.description
    }

    /// Ends it.
    pub(crate) async fn stop(&mut self) {
        self.process.kill().await.expect("it can be ended");
    }
}
