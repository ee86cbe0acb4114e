//! The demo service of the README's tour, in a process of its own.

use crate::portico::binary;
use crate::process::{Process, word_ending};

const DESCRIPTION: &str = "/openapi.yaml";

/// A running `portico demo-service`.
pub struct DemoService {
    process: Process,
    origin: String,
}

impl DemoService {
    /// Starts it on a free port and waits until it is ready.
    pub async fn start() -> Self {
        let process = Process::start(binary().args(["demo-service", "--listen", "127.0.0.1:0"]));
        let origin = process
            .printed(|lines| {
                let url = word_ending(lines, DESCRIPTION)?;
                Some(url.trim_end_matches(DESCRIPTION).to_owned())
            })
            .await;
        Self {
            process,
            origin: origin.expect("the demo service prints its address"),
        }
    }

    /// Its URL with this path, which begins with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// The URL of its OpenAPI description.
    pub fn description(&self) -> String {
        self.url(DESCRIPTION)
    }

    /// Ends it.
    pub fn stop(&mut self) {
        self.process.kill();
    }
}
