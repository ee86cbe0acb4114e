//! Letters. One is queued in the transaction of what it is about, sealed, and sent afterwards: it
//! is never sent for what did not happen, and never lost with a process.

mod letter;
mod queue;
mod tables;

pub use letter::{Language, Letter, escaped};
pub use queue::queue;

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
}
