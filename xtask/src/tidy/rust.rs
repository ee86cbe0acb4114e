//! Just enough of Rust's grammar to tell code from text and one function from the next.

/// The source with comments and the insides of literals turned to spaces; lines stay lines,
/// so that a word found in the result is code and is where it was.
pub(super) fn code_only(source: &str) -> String {
    let mut code = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let (kind, length) = token(rest, first, code.chars().next_back());
        let (taken, after) = rest.split_at(length);
        match kind {
            Token::Code => code.push_str(taken),
            Token::Text => code.extend(taken.chars().map(|c| if c == '\n' { c } else { ' ' })),
        }
        rest = after;
    }
    code
}

enum Token {
    Code,
    Text,
}

fn token(rest: &str, first: char, before: Option<char>) -> (Token, usize) {
    if rest.starts_with("//") {
        return (Token::Text, rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return (Token::Text, block_comment(rest));
    }
    if first == '"' {
        return (Token::Text, quoted(rest, '"'));
    }
    let in_word = before.is_some_and(is_word);
    if !in_word && let Some(length) = raw_string(rest) {
        return (Token::Text, length);
    }
    if first == '\''
        && let Some(length) = character(rest)
    {
        return (Token::Text, length);
    }
    (Token::Code, first.len_utf8())
}

fn block_comment(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < rest.len() {
        let tail = &rest[at..];
        if tail.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if tail.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += tail.chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

fn quoted(rest: &str, end: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == end => return at + c.len_utf8(),
            _ => {}
        }
    }
    rest.len()
}

/// The length of `r"…"`, `r#"…"#`, `br#"…"#` and their like.
fn raw_string(rest: &str) -> Option<usize> {
    let start = ["r", "br", "cr"].into_iter().find(|prefix| {
        rest.strip_prefix(prefix)
            .is_some_and(|tail| tail.trim_start_matches('#').starts_with('"'))
    })?;
    let tail = &rest[start.len()..];
    let hashes = tail.len() - tail.trim_start_matches('#').len();
    let end = format!("\"{}", "#".repeat(hashes));
    let body = start.len() + hashes + 1;
    Some(
        rest[body..]
            .find(&end)
            .map_or(rest.len(), |at| body + at + end.len()),
    )
}

/// The length of a character literal; a lifetime is none.
fn character(rest: &str) -> Option<usize> {
    let mut chars = rest.char_indices().skip(1);
    let (_, first) = chars.next()?;
    if first == '\\' {
        return Some(quoted(rest, '\''));
    }
    let (at, second) = chars.next()?;
    (second == '\'').then_some(at + 1)
}

/// True for a file that holds nothing but tests.
pub(super) fn is_test(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/") || path.starts_with("tests/")
}

/// True for what may be part of a name.
pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Where a whole word begins in a line of code, every time it does.
pub(super) fn words<'a>(line: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    line.match_indices(word)
        .map(|(at, _)| at)
        .filter(move |at| {
            let before = line[..*at].chars().next_back().is_some_and(is_word);
            let after = line[at + word.len()..].chars().next().is_some_and(is_word);
            !before && !after
        })
}

/// True when a line of code names the word.
pub(super) fn names(line: &str, word: &str) -> bool {
    words(line, word).next().is_some()
}

/// A function and how many lines of it are code.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Function {
    pub(super) name: String,
    pub(super) line: usize,
    pub(super) length: usize,
}

/// The functions that have a body, inner ones too.
pub(super) fn functions(code: &str) -> Vec<Function> {
    words(code, "fn")
        .filter_map(|at| function(code, at))
        .collect()
}

fn function(code: &str, at: usize) -> Option<Function> {
    let name: String = code[at + 2..]
        .trim_start()
        .chars()
        .take_while(|c| is_word(*c))
        .collect();
    if name.is_empty() {
        return None;
    }
    let open = body(&code[at..])? + at;
    let end = open + closing_brace(&code[open..])?;
    let lines = code[at..=end].lines();
    Some(Function {
        name,
        line: code[..at].matches('\n').count() + 1,
        length: lines.filter(|line| !line.trim().is_empty()).count(),
    })
}

/// Where the body opens, unless the signature ends without one.
fn body(signature: &str) -> Option<usize> {
    let mut depth = 0_i32;
    for (at, c) in signature.char_indices() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            '{' if depth == 0 => return Some(at),
            ';' if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

fn closing_brace(block: &str) -> Option<usize> {
    let mut depth = 0_i32;
    for (at, c) in block.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// The code without its `#[cfg(test)]` modules.
pub(super) fn without_tests(code: &str) -> String {
    let mut kept = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(at) = rest.find("#[cfg(test)]") {
        let (before, tests) = rest.split_at(at);
        kept.push_str(before);
        let item = body(tests).and_then(|open| Some(open + closing_brace(&tests[open..])? + 1));
        let end = item
            .or_else(|| tests.find(';').map(|at| at + 1))
            .unwrap_or(tests.len());
        kept.extend(tests[..end].chars().filter(|c| *c == '\n'));
        rest = &tests[end..];
    }
    kept.push_str(rest);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_blanked() {
        let cases = [
            ("a // todo!\nb", "a         \nb"),
            ("/* x /* y */ z */ b", "                  b"),
            (r#"f("a\"b", c)"#, "f(      , c)"),
            ("f(r#\"a\"b\"#)", "f(        )"),
            (
                "fn f<'a>(x: &'a str) { '\"' }",
                "fn f<'a>(x: &'a str) {     }",
            ),
            ("'\\'' x", "     x"),
            ("var\"x\"", "var   "),
        ];
        for (source, expected) in cases {
            assert_eq!(code_only(source), expected, "{source}");
        }
    }

    #[test]
    fn a_function_is_as_long_as_its_code() {
        let code = code_only(
            "trait T {\n    fn a();\n}\nfn b(x: [u8; 2]) -> fn() {\n\n    // why\n    if x {\n    }\n}\n",
        );
        assert_eq!(
            functions(&code),
            [Function {
                name: "b".to_owned(),
                line: 4,
                length: 4
            }]
        );
    }

    #[test]
    fn test_modules_are_left_out() {
        let code = "a\n#[cfg(test)]\nmod tests {\n    b {}\n}\nc\n#[cfg(test)]\nmod more;\nd";
        assert_eq!(
            without_tests(code).split_whitespace().collect::<String>(),
            "acd"
        );
        assert_eq!(without_tests(code).lines().count(), code.lines().count());
    }
}
