//! The ways that a letter can take: to a mail server, or into a file.

use std::io::{ErrorKind, Write as _};
use std::path::PathBuf;
use std::time::Duration;

use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;

use super::config::{MailConfig, MailConfigError, Privacy, Server};
use super::message::{Ready, Sender};
use super::{Mail, MailId};
use crate::private;

/// The directory of letters in the data directory.
const DIRECTORY: &str = "mail";

/// Where letters go.
pub struct Way {
    pub(super) sender: Sender,
    pub(super) concurrency: usize,
    to: Destination,
}

enum Destination {
    Server(Box<Smtp>),
    Directory(PathBuf),
}

struct Smtp {
    server: Server,
    tls: Option<TlsParameters>,
    name: ClientId,
    timeout: Duration,
}

/// Why a letter did not leave. Never tells what it says or whom it is for: what servers answer may
/// repeat the address, so only the code of an answer is kept.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// It may leave the next time.
    #[error("the mail server is not reached or does not let us in{}", in_brackets(*.code))]
    Unreached {
        code: Option<u16>,
        source: Option<std::io::Error>,
    },
    /// It may leave the next time.
    #[error("the mail server does not take the letter now{}", in_brackets(*.0))]
    Deferred(Option<u16>),
    /// The server will not take it.
    #[error("the mail server refuses the letter{}", in_brackets(*.0))]
    Refused(Option<u16>),
    /// It has no address, or is none.
    #[error("no mail server would take the address")]
    Unaddressable,
    /// It took too long.
    #[error("the mail server took longer than {0:?}")]
    Slow(Duration),
}

fn in_brackets(code: Option<u16>) -> String {
    code.map_or(String::new(), |code| format!(" ({code})"))
}

impl Failure {
    /// Whether the same would happen again.
    pub(super) fn is_final(&self) -> bool {
        matches!(self, Self::Refused(_) | Self::Unaddressable)
    }
}

impl Way {
    /// The way that the settings describe; `data_dir` is where letters are written that go to no
    /// mail server. Nothing is connected yet.
    pub fn new(config: &MailConfig, data_dir: &std::path::Path) -> Result<Self, MailConfigError> {
        config.check()?;
        let sender = Sender {
            from: config.sender(),
            reply_to: config.reply_to(),
        };
        let to = match config.server() {
            Some(server) => Destination::Server(Box::new(Smtp::new(config, &sender, server)?)),
            None => Destination::Directory(data_dir.join(DIRECTORY)),
        };
        Ok(Self {
            sender,
            concurrency: config.concurrency.get() as usize,
            to,
        })
    }

    /// Tells in the log where letters go, for whoever waits for one.
    pub(super) fn announce(&self) {
        match &self.to {
            Destination::Server(smtp) => {
                tracing::info!(server = ?smtp.server, "letters go to the mail server");
            }
            Destination::Directory(directory) => tracing::info!(
                directory = %directory.display(),
                "no mail server is configured (`mail.smtp_url`): letters are written to files, and \
                 their links and codes to this log"
            ),
        }
    }

    /// Lets one letter leave.
    pub(super) async fn send(&self, id: MailId, mail: &Mail) -> Result<(), Failure> {
        let ready = self.sender.write(id, mail).ok_or(Failure::Unaddressable)?;
        match &self.to {
            Destination::Server(smtp) => {
                let sent = tokio::time::timeout(smtp.timeout, smtp.send(&ready));
                sent.await.map_err(|_| Failure::Slow(smtp.timeout))?
            }
            Destination::Directory(directory) => {
                let path = directory.join(format!("{id}.eml"));
                // In a container there may be no place for files; the log has what matters.
                if let Err(err) = write(&path, &ready.bytes) {
                    let path = path.display();
                    tracing::warn!(file = %path, error = %err, "a letter cannot be kept as a file");
                }
                tracing::info!(
                    subject = mail.subject, file = %path.display(),
                    link = mail.links.first(), code = mail.codes.first(),
                    "a letter, as no mail server is configured"
                );
                Ok(())
            }
        }
    }
}

/// Writes a file as a whole, for the owner's eyes only.
fn write(path: &std::path::Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(directory) = path.parent() {
        private::create_directory(directory)?;
    }
    let part = path.with_extension("part");
    match std::fs::remove_file(&part) {
        Err(err) if err.kind() != ErrorKind::NotFound => return Err(err),
        _ => {}
    }
    private::create_file(&part)?.write_all(bytes)?;
    std::fs::rename(part, path)
}

impl Smtp {
    fn new(config: &MailConfig, sender: &Sender, server: Server) -> Result<Self, MailConfigError> {
        let tls = match server.privacy {
            Privacy::Plain => None,
            Privacy::Tls | Privacy::StartTls => {
                let mut builder = TlsParameters::builder(server.host.clone());
                for certificate in authorities(config)? {
                    builder = builder.add_root_certificate(certificate);
                }
                Some(builder.build_rustls().map_err(MailConfigError::Tls)?)
            }
        };
        Ok(Self {
            server,
            tls,
            name: ClientId::Domain(sender.from.email.domain().to_owned()),
            timeout: Duration::from_millis(config.timeout_ms.into()),
        })
    }

    /// What a server says before it has heard of the letter is no judgement on the letter.
    async fn send(&self, ready: &Ready) -> Result<(), Failure> {
        let mut connection = self.connect().await.map_err(|err| Failure::Unreached {
            code: err.status().map(u16::from),
            source: io_error(&err),
        })?;
        let sent = connection.send(&ready.envelope, &ready.bytes).await;
        sent.map_err(|err| {
            let code = err.status().map(u16::from);
            match err.is_permanent() || err.is_client() {
                true => Failure::Refused(code),
                false => Failure::Deferred(code),
            }
        })?;
        // The letter is theirs now, whatever becomes of the farewell.
        let _ = connection.quit().await;
        Ok(())
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, lettre::transport::smtp::Error> {
        let Server {
            host,
            port,
            privacy,
            credentials,
        } = &self.server;
        let at_once = self.tls.clone().filter(|_| *privacy == Privacy::Tls);
        let timeout = Some(self.timeout);
        let connecting = AsyncSmtpConnection::connect_tokio1(
            (host.as_str(), *port),
            timeout,
            &self.name,
            at_once,
            None,
        );
        let mut connection = connecting.await?;
        if let Some(tls) = self.tls.clone().filter(|_| *privacy == Privacy::StartTls) {
            connection.starttls(tls, &self.name).await?;
        }
        if let Some((user, password)) = credentials {
            let credentials = Credentials::new(user.clone(), password.clone());
            connection.auth(DEFAULT_MECHANISMS, &credentials).await?;
        }
        Ok(connection)
    }
}

/// What the system said of a connection, without what the server said.
fn io_error(err: &(dyn std::error::Error + 'static)) -> Option<std::io::Error> {
    let mut cause = err.source();
    while let Some(source) = cause {
        if let Some(found) = source.downcast_ref::<std::io::Error>() {
            return Some(std::io::Error::new(found.kind(), found.to_string()));
        }
        cause = source.source();
    }
    None
}

fn authorities(config: &MailConfig) -> Result<Vec<Certificate>, MailConfigError> {
    let Some(path) = &config.ca_file else {
        return Ok(Vec::new());
    };
    let path = path.clone();
    let pem = match std::fs::read(&path) {
        Ok(pem) => pem,
        Err(source) => return Err(MailConfigError::CaFile { path, source }),
    };
    match Certificate::from_pem(&pem) {
        Ok(certificate) if pem.windows(10).any(|it| it == b"-----BEGIN") => Ok(vec![certificate]),
        _ => Err(MailConfigError::NoCertificates { path }),
    }
}
