//! Two ungrammatical things that async-graphql exports, and that a composition is expected to read all the same.
//!
//! It describes type extensions (`"""…""" extend type T`), and writes the directives of an interface in front of its
//! `implements`. Both are rewritten in place, so that lines and columns still point into the original text.

use std::collections::HashMap;
use std::ops::Range;

/// A text that the grammar accepts.
pub(crate) struct Repaired {
    pub(crate) sdl: String,
    /// Descriptions that were taken off extensions, by the offset of their `extend`.
    pub(crate) descriptions: HashMap<usize, String>,
}

/// Blanks descriptions of extensions, and moves `implements` in front of directives.
pub(crate) fn repair(original: &str) -> Repaired {
    let tokens = tokens(original);
    let mut repaired = Repaired {
        sdl: original.to_owned(),
        descriptions: HashMap::new(),
    };
    for (index, token) in tokens.iter().enumerate() {
        let text = &original[token.clone()];
        let next = tokens.get(index + 1).map(|next| &original[next.clone()]);
        if text.starts_with('"') && next == Some("extend") {
            let extend = tokens[index + 1].start;
            repaired.descriptions.insert(extend, text.to_owned());
            let blank: String = text
                .chars()
                .flat_map(|c| std::iter::repeat_n(if c == '\n' { '\n' } else { ' ' }, c.len_utf8()))
                .collect();
            repaired.sdl.replace_range(token.clone(), &blank);
        } else if text == "interface"
            && let Some((directives, implements)) = swapped_header(original, &tokens[index + 1..])
        {
            let header = directives.start..implements.end;
            let straight = format!("{}{}", &original[implements], &original[directives]);
            repaired.sdl.replace_range(header, &straight);
        }
    }
    repaired
}

/// The directives and the `implements` of an interface that has them the wrong way round; `tokens` begin at its name.
fn swapped_header(sdl: &str, tokens: &[Range<usize>]) -> Option<(Range<usize>, Range<usize>)> {
    let first = tokens
        .get(1)
        .filter(|token| &sdl[(*token).clone()] == "@")?
        .start;
    let mut depth = 0usize;
    let mut implements = None;
    for (index, token) in tokens.iter().enumerate().skip(1) {
        let text = &sdl[token.clone()];
        let is_directive_name = &sdl[tokens[index - 1].clone()] == "@";
        match text {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ if depth > 0 || text == "@" || is_directive_name => {}
            "implements" if implements.is_none() => implements = Some(token.start),
            "{" => return implements.map(|start| (first..start, start..token.start)),
            _ if implements.is_none() => return None,
            _ => {}
        }
    }
    None
}

/// The spans of names, strings and punctuation, without comments and white space.
fn tokens(sdl: &str) -> Vec<Range<usize>> {
    let bytes = sdl.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let end = match byte {
            b'#' => {
                at += sdl[at..].find('\n').unwrap_or(sdl.len() - at);
                continue;
            }
            b'"' => at + string_length(&sdl[at..]),
            byte if is_name_byte(*byte) => {
                at + bytes[at..]
                    .iter()
                    .take_while(|byte| is_name_byte(**byte))
                    .count()
            }
            byte if byte.is_ascii_punctuation() && *byte != b',' => at + 1,
            _ => {
                at += 1;
                continue;
            }
        };
        tokens.push(at..end);
        at = end;
    }
    tokens
}

/// How long the string is that `text` begins with; to the end if it is not closed.
fn string_length(text: &str) -> usize {
    let (quote, escape) = if text.starts_with("\"\"\"") {
        ("\"\"\"", "\\\"\"\"")
    } else {
        ("\"", "\\")
    };
    let mut at = quote.len();
    while at < text.len() {
        let rest = &text.as_bytes()[at..];
        if rest.starts_with(escape.as_bytes()) {
            at += if quote.len() == 1 { 2 } else { escape.len() };
        } else if rest.starts_with(quote.as_bytes()) {
            return at + quote.len();
        } else {
            at += 1;
        }
    }
    text.len()
}

fn is_name_byte(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphanumeric()
}
