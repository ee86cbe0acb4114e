//! What a letter says, and its two forms: plain text, and HTML that every mail program shows.

use std::fmt::Write as _;

use super::Mail;

/// The languages that we write letters in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English, also for whoever prefers a language that we do not write in.
    English,
    /// Indonesian.
    Indonesian,
}

impl Language {
    /// The language of a locale (BCP 47), such as `id-ID`.
    pub fn of(locale: &str) -> Self {
        let language = locale.split(['-', '_']).next().unwrap_or_default();
        match language.to_ascii_lowercase().as_str() {
            "id" | "in" => Self::Indonesian,
            _ => Self::English,
        }
    }

    /// Its tag (BCP 47).
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Indonesian => "id",
        }
    }

    fn footer(self) -> &'static str {
        match self {
            Self::English => "This letter was sent by Portico. Nobody reads answers to it.",
            Self::Indonesian => "Surat ini dikirim oleh Portico. Balasan tidak dibaca.",
        }
    }

    /// What stands before a link that is written out.
    fn instead(self) -> &'static str {
        match self {
            Self::English => "If the button does not work, open this address:",
            Self::Indonesian => "Jika tombol tidak berfungsi, buka alamat ini:",
        }
    }
}

/// A letter as its author writes it: one block after the other.
#[derive(Debug, Clone)]
pub struct Letter {
    language: Language,
    subject: String,
    blocks: Vec<Block>,
}

#[derive(Debug, Clone)]
enum Block {
    Paragraph(String),
    Action { label: String, url: String },
    Code(String),
}

impl Letter {
    /// An empty letter about this subject.
    pub fn new(language: Language, subject: impl Into<String>) -> Self {
        Self {
            language,
            subject: subject.into(),
            blocks: Vec::new(),
        }
    }

    /// Adds a paragraph.
    #[must_use]
    pub fn paragraph(mut self, text: impl Into<String>) -> Self {
        self.blocks.push(Block::Paragraph(text.into()));
        self
    }

    /// Adds a link that is to be followed.
    #[must_use]
    pub fn action(mut self, label: impl Into<String>, url: impl Into<String>) -> Self {
        let (label, url) = (label.into(), url.into());
        self.blocks.push(Block::Action { label, url });
        self
    }

    /// Adds a code that is to be typed.
    #[must_use]
    pub fn code(mut self, code: impl Into<String>) -> Self {
        self.blocks.push(Block::Code(code.into()));
        self
    }

    /// The letter in both forms, addressed.
    pub fn to(&self, address: impl Into<String>) -> Mail {
        Mail {
            to: address.into(),
            subject: self.subject.clone(),
            text: self.text(),
            html: self.html(),
            links: self.links(),
            codes: self.codes(),
        }
    }

    fn links(&self) -> Vec<String> {
        let links = self.blocks.iter().filter_map(|block| match block {
            Block::Action { url, .. } => Some(url.clone()),
            _ => None,
        });
        links.collect()
    }

    fn codes(&self) -> Vec<String> {
        let codes = self.blocks.iter().filter_map(|block| match block {
            Block::Code(code) => Some(code.clone()),
            _ => None,
        });
        codes.collect()
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for block in &self.blocks {
            let written = match block {
                Block::Paragraph(paragraph) => writeln!(text, "{paragraph}\n"),
                Block::Action { label, url } => writeln!(text, "{label}:\n{url}\n"),
                Block::Code(code) => writeln!(text, "    {code}\n"),
            };
            written.expect("a text grows");
        }
        text + "-- \n" + self.language.footer() + "\n"
    }

    fn html(&self) -> String {
        let mut body = String::new();
        for block in &self.blocks {
            body.push_str(&match block {
                Block::Paragraph(paragraph) => format!("<p>{}</p>\n", escaped(paragraph)),
                Block::Action { label, url } => self.button(label, url),
                Block::Code(code) => format!(
                    "<p style=\"font:600 28px/1.4 monospace;letter-spacing:4px\">{}</p>\n",
                    escaped(code)
                ),
            });
        }
        format!(
            "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"><title>{}</title></head>\n\
             <body style=\"font:16px/1.5 sans-serif;color:#1c1c1c;max-width:34em;margin:2em auto;padding:0 1em\">\n\
             {body}<p style=\"color:#5c5c5c;font-size:13px\">{}</p>\n</body></html>\n",
            self.language.tag(),
            escaped(&self.subject),
            self.language.footer(),
        )
    }

    fn button(&self, label: &str, url: &str) -> String {
        let (label, url) = (escaped(label), escaped(url));
        format!(
            "<p><a href=\"{url}\" style=\"display:inline-block;background:#1f4fd8;color:#fff;padding:.6em 1.2em;\
             border-radius:6px;text-decoration:none\">{label}</a></p>\n\
             <p style=\"color:#5c5c5c;font-size:13px\">{}<br>{url}</p>\n",
            self.language.instead(),
        )
    }
}

/// Text that is no markup, in HTML.
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_has_a_language() {
        for (locale, language) in [
            ("en", Language::English),
            ("id", Language::Indonesian),
            ("id-ID", Language::Indonesian),
            ("ID_id", Language::Indonesian),
            ("de-CH", Language::English),
            ("", Language::English),
            ("idx", Language::English),
        ] {
            assert_eq!(Language::of(locale), language, "{locale}");
        }
    }

    #[test]
    fn both_forms_say_everything_and_markup_stays_text() {
        let letter = Letter::new(Language::English, "Hello <Ada>")
            .paragraph("Hello <script>alert(1)</script>,")
            .action("Go", "https://example.com/?a=1&b=\"2\"")
            .code("123456");
        let mail = letter.to("ada@example.com");
        assert!(mail.text.contains("https://example.com/?a=1&b=\"2\""));
        assert!(mail.text.contains("123456") && mail.html.contains("123456"));
        assert!(
            mail.html
                .contains("href=\"https://example.com/?a=1&amp;b=&quot;2&quot;\"")
        );
        assert!(!mail.html.contains("<script>"), "{}", mail.html);
        assert!(mail.html.contains("<title>Hello &lt;Ada&gt;</title>"));
    }
}
