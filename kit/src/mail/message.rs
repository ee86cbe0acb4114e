//! A letter as mail servers take it (RFC 5322).

use lettre::Message;
use lettre::address::{Address, Envelope};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};

use super::{Mail, MailId};

/// Whom letters are from.
#[derive(Debug, Clone)]
pub(super) struct Sender {
    pub(super) from: Mailbox,
    pub(super) reply_to: Option<Mailbox>,
}

/// A letter that can be handed over.
pub(super) struct Ready {
    pub(super) envelope: Envelope,
    pub(super) bytes: Vec<u8>,
}

impl Sender {
    /// Puts a letter into its form. None if it is addressed to what no mail server would take.
    ///
    /// The id of the message is that of the letter: who gets it twice, after a crash in the middle,
    /// can tell.
    pub(super) fn write(&self, id: MailId, mail: &Mail) -> Option<Ready> {
        let to: Address = mail.to.parse().ok()?;
        let header = |name, value: &str| {
            HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
        };
        let mut builder = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(one_line(&mail.subject))
            .message_id(Some(format!("<{id}@{}>", self.from.email.domain())))
            // Nobody's holiday answers it (RFC 3834).
            .raw_header(header("Auto-Submitted", "auto-generated"));
        if let Some(reply_to) = &self.reply_to {
            builder = builder.reply_to(reply_to.clone());
        }
        let body = MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone());
        let message = builder.multipart(body).ok()?;
        Some(Ready {
            envelope: message.envelope().clone(),
            bytes: message.formatted(),
        })
    }
}

/// A header is one line, whatever somebody has put into a name that is in it.
fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    let words = words.filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::{Language, Letter};

    fn sender() -> Sender {
        Sender {
            from: "Portico <portico@example.com>".parse().expect("an address"),
            reply_to: Some("help@example.com".parse().expect("an address")),
        }
    }

    fn written(subject: &str, to: &str) -> Option<String> {
        let letter = Letter::new(Language::English, subject).paragraph("Hello");
        let ready = sender().write(MailId::new(), &letter.to(to))?;
        Some(String::from_utf8(ready.bytes).expect("a message is text"))
    }

    #[test]
    fn a_message_says_who_wrote_to_whom() {
        let message = written("Welcome", "ada@example.com").expect("written");
        for line in [
            "From: Portico <portico@example.com>\r\n",
            "Reply-To: help@example.com\r\n",
            "To: ada@example.com\r\n",
            "Subject: Welcome\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "@example.com>\r\n",
        ] {
            assert!(message.contains(line), "{line:?} is not in {message}");
        }
    }

    #[test]
    fn no_text_becomes_a_header() {
        for evil in [
            "Hi\r\nBcc: eve@example.com",
            "Hi\nBcc: eve@example.com",
            "Hi\rBcc: eve@example.com",
            "Hi\u{2028}Bcc: eve@example.com",
            "Hi\r\n\r\nBcc: eve@example.com",
        ] {
            let message = written(evil, "ada@example.com").expect("written");
            let head = message.split("\r\n\r\n").next().expect("a head");
            let is_header = |line: &str| line.to_lowercase().starts_with("bcc:");
            assert!(!head.split(['\r', '\n']).any(is_header), "{head}");
        }
        for evil in [
            "ada@example.com\r\nBcc: eve@example.com",
            "ada@example.com, eve@example.com",
            "",
        ] {
            assert!(written("Hi", evil).is_none(), "{evil:?}");
        }
    }
}
