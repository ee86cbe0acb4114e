//! The settings of letters.

use std::fmt;
use std::num::NonZeroU32;
use std::path::PathBuf;

use lettre::message::Mailbox;
use percent_encoding::percent_decode_str;
use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use url::Url;

use crate::config::Secret;

/// Sender of the letters that only go into files.
const NOBODY: &str = "Portico <portico@localhost>";

/// Settings of letters to people.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MailConfig {
    /// The mail server that letters are handed to: `smtps://USER:PASSWORD@HOST:PORT` (TLS from the
    /// beginning, port 465), `smtp+starttls://…` (TLS after a plain greeting, port 587, never
    /// without) or `smtp://HOST:PORT` (no TLS, port 25; with a password only to this machine).
    /// Special characters of the user and the password are percent-encoded.
    ///
    /// Without it, letters are written as `.eml` files into the directory `mail` of the data
    /// directory, and their links and codes into the log, which is meant for a laptop: whoever
    /// reads that log can verify addresses and choose passwords. With a mail server nothing of a
    /// letter is logged.
    #[serde(deserialize_with = "smtp_url")]
    pub smtp_url: Option<Secret>,
    /// Whom letters are from, such as `Portico <portico@example.com>`. Needed with a mail server.
    #[serde(deserialize_with = "mailbox")]
    pub from: Option<String>,
    /// Where answers go, if not to the sender.
    #[serde(deserialize_with = "mailbox")]
    pub reply_to: Option<String>,
    /// A PEM file with certificates of authorities that the mail server's may come from, besides
    /// those that the machine trusts.
    pub ca_file: Option<PathBuf>,
    /// Time for handing over one letter, in milliseconds.
    #[schemars(range(min = 100, max = 120_000))]
    pub timeout_ms: u32,
    /// How many letters one process sends at once.
    #[schemars(range(min = 1, max = 64))]
    pub concurrency: NonZeroU32,
}

/// Why the settings cannot work together.
#[derive(Debug, thiserror::Error)]
pub enum MailConfigError {
    /// A mail server without a sender.
    #[error("the setting `mail.from` is needed with `mail.smtp_url`: whom letters are from")]
    NoSender,
    /// A password that anybody on the way could read.
    #[error(
        "the setting `mail.smtp_url` would send a password without TLS; use smtps:// or smtp+starttls://"
    )]
    PlainPassword,
    /// The file of certificates cannot be read.
    #[error("the setting `mail.ca_file`: cannot read {path}", path = path.display())]
    CaFile {
        /// Its path.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// It holds none.
    #[error("the setting `mail.ca_file`: {path} is no PEM file with certificates", path = path.display())]
    NoCertificates {
        /// Its path.
        path: PathBuf,
    },
    /// The certificates or the host name do not do for TLS.
    #[error("the setting `mail.smtp_url`: TLS to this host cannot be prepared")]
    Tls(#[source] lettre::transport::smtp::Error),
}

/// How the way to the mail server is kept private.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Privacy {
    /// TLS from the beginning.
    Tls,
    /// TLS after a plain greeting, or nothing.
    StartTls,
    /// None.
    Plain,
}

/// A mail server.
pub(super) struct Server {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) privacy: Privacy,
    pub(super) credentials: Option<(String, String)>,
}

impl Default for MailConfig {
    fn default() -> Self {
        Self {
            smtp_url: None,
            from: None,
            reply_to: None,
            ca_file: None,
            timeout_ms: 30_000,
            concurrency: NonZeroU32::new(4).expect("four is not zero"),
        }
    }
}

impl MailConfig {
    /// Checks what can be checked without touching anything.
    pub fn check(&self) -> Result<(), MailConfigError> {
        let Some(server) = self.server() else {
            return Ok(());
        };
        if self.from.is_none() {
            return Err(MailConfigError::NoSender);
        }
        if server.privacy == Privacy::Plain && server.credentials.is_some() && !server.is_here() {
            return Err(MailConfigError::PlainPassword);
        }
        Ok(())
    }

    pub(super) fn server(&self) -> Option<Server> {
        let url = self.smtp_url.as_ref()?;
        Some(Server::parse(url.reveal()).expect("the setting was checked when it was read"))
    }

    pub(super) fn sender(&self) -> Mailbox {
        let text = self.from.as_deref().unwrap_or(NOBODY);
        text.parse()
            .expect("the setting was checked when it was read")
    }

    pub(super) fn reply_to(&self) -> Option<Mailbox> {
        let text = self.reply_to.as_deref()?;
        Some(
            text.parse()
                .expect("the setting was checked when it was read"),
        )
    }
}

impl Server {
    fn parse(text: &str) -> Option<Self> {
        let url: Url = text.parse().ok()?;
        let (privacy, port) = match url.scheme() {
            "smtps" => (Privacy::Tls, 465),
            "smtp+starttls" => (Privacy::StartTls, 587),
            "smtp" => (Privacy::Plain, 25),
            _ => return None,
        };
        let host = url.host_str().filter(|host| !host.is_empty())?;
        let is_bare = matches!(url.path(), "" | "/");
        if !is_bare || url.query().is_some() || url.fragment().is_some() {
            return None;
        }
        let decoded = |text: &str| Some(percent_decode_str(text).decode_utf8().ok()?.into_owned());
        let credentials = match (url.username(), url.password()) {
            ("", None) => None,
            ("", Some(_)) | (_, None) => return None,
            (user, Some(password)) => Some((decoded(user)?, decoded(password)?)),
        };
        Some(Self {
            host: host.trim_matches(['[', ']']).to_owned(),
            port: url.port().unwrap_or(port),
            privacy,
            credentials,
        })
    }

    /// Whether what is sent to it stays on this machine.
    fn is_here(&self) -> bool {
        let address = self.host.parse::<std::net::IpAddr>();
        self.host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

fn smtp_url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    let url = Option::<Secret>::deserialize(deserializer)?;
    match &url {
        Some(url) if Server::parse(url.reveal()).is_none() => Err(D::Error::custom(
            "expected `smtps://`, `smtp+starttls://` or `smtp://`, then `USER:PASSWORD@HOST:PORT`",
        )),
        _ => Ok(url),
    }
}

fn mailbox<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    match &text {
        Some(text) if text.parse::<Mailbox>().is_err() => Err(D::Error::custom(
            "expected an address such as `Portico <portico@example.com>`",
        )),
        _ => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn config(url: &str) -> serde_json::Result<MailConfig> {
        serde_json::from_value(json!({ "smtp_url": url, "from": "portico@example.com" }))
    }

    #[test]
    fn a_server_is_read_from_its_url() {
        for (url, host, port, privacy) in [
            (
                "smtps://u:p@mail.example",
                "mail.example",
                465,
                Privacy::Tls,
            ),
            (
                "smtp+starttls://u:p@mail.example:2525/",
                "mail.example",
                2525,
                Privacy::StartTls,
            ),
            ("smtp://127.0.0.1:1025", "127.0.0.1", 1025, Privacy::Plain),
            ("smtp://[::1]", "::1", 25, Privacy::Plain),
        ] {
            let server = config(url).expect("valid").server().expect("there is one");
            let found = (server.host.as_str(), server.port, server.privacy);
            assert_eq!(found, (host, port, privacy), "{url}");
        }
        let server = config("smtps://a%40b:p%3A%2F@h").expect("valid").server();
        let credentials = server.expect("there is one").credentials;
        assert_eq!(credentials, Some(("a@b".to_owned(), "p:/".to_owned())));
    }

    #[test]
    fn what_is_no_server_is_refused_without_being_shown() {
        for url in [
            "http://hush@h",
            "smtps://",
            "smtps://hush@h",
            "smtps://u:hush@h/path",
            "smtps://u:hush@h?tls=no",
            "hush",
        ] {
            let refused = config(url).expect_err(url).to_string();
            assert!(refused.contains("smtp+starttls"), "{refused}");
            assert!(!refused.contains("hush"), "{refused}");
        }
    }

    #[test]
    fn settings_that_cannot_work_together_are_told() {
        let check = |value| {
            let config: MailConfig = serde_json::from_value(value).expect("each is valid");
            config.check().map_err(|err| err.to_string())
        };
        assert_eq!(check(json!({})), Ok(()));
        let refused = check(json!({ "smtp_url": "smtps://u:p@h" }));
        assert!(refused.is_err_and(|said| said.contains("`mail.from`")));
        let plain = |host: &str| {
            check(json!({ "smtp_url": format!("smtp://u:p@{host}"), "from": "a@b.example" }))
        };
        assert!(plain("mail.example").is_err_and(|said| said.contains("without TLS")));
        assert_eq!(
            (plain("localhost"), plain("127.0.0.1"), plain("[::1]")),
            (Ok(()), Ok(()), Ok(()))
        );
    }

    #[test]
    fn a_sender_is_an_address() {
        for wrong in ["", "Portico", "a@b\r\nBcc: c@d.example", "<a@b.example"] {
            let refused = serde_json::from_value::<MailConfig>(json!({ "from": wrong }));
            assert!(refused.is_err(), "{wrong}");
        }
    }
}
