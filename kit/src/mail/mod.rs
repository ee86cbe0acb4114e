//! Letters. One is queued in the transaction of what it is about, sealed, and sent afterwards: it
//! is never sent for what did not happen, and never lost with a process.
//!
//! Reading order: `letter` writes one, `queue` keeps it, [`run`] sends what waits over a [`Way`].

mod config;
mod letter;
mod message;
mod queue;
mod sender;
mod tables;
mod way;

pub use config::{MailConfig, MailConfigError};
pub use letter::{Language, Letter, escaped};
pub use queue::queue;
pub use sender::run;
pub use way::Way;

use serde::{Deserialize, Serialize};

use crate::typed_id;

typed_id!(
    /// A letter on its way.
    MailId, "mail");

/// A letter to one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// The e-mail address that it goes to.
    pub to: String,
    /// One line.
    pub subject: String,
    /// All that it says, as plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
    /// The links that it asks to follow.
    #[serde(default)]
    pub links: Vec<String>,
    /// The codes that it asks to type.
    #[serde(default)]
    pub codes: Vec<String>,
}

impl Mail {
    /// The same letter to nobody: it is queued like any other and never sent. Whoever must not tell
    /// by the time of an answer whether somebody is known queues one or the other.
    #[must_use]
    pub fn for_nobody(self) -> Self {
        Self {
            to: String::new(),
            ..self
        }
    }

    /// Whether it is to nobody.
    pub fn is_nobodys(&self) -> bool {
        self.to.is_empty()
    }
}
