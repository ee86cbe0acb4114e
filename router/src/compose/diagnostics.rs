//! What composition has to say about its input: errors that prevent a supergraph, hints that do not.

use std::fmt;

use apollo_compiler::parser::{SourceMap, SourceSpan};

pub use super::codes::Code;

/// Whether a [`Diagnostic`] prevents the supergraph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// There is no supergraph until this is fixed.
    Error,
    /// Worth knowing; the supergraph is made all the same.
    Hint,
}

/// A place in the SDL of a subgraph, counted from one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The line.
    pub line: usize,
    /// The column, in characters.
    pub column: usize,
}

impl Location {
    pub(crate) fn of(span: Option<SourceSpan>, sources: &SourceMap) -> Option<Self> {
        let start = span?.line_column(sources)?;
        Some(Self {
            line: start.line,
            column: start.column,
        })
    }
}

/// One finding of composition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Whether it prevents the supergraph.
    pub severity: Severity,
    /// What kind of finding it is.
    pub code: Code,
    /// What is wrong, and with which element.
    pub message: String,
    /// The subgraph at fault, where it is one.
    pub subgraph: Option<String>,
    /// Where in that subgraph's SDL.
    pub location: Option<Location>,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.message)?;
        match (&self.subgraph, self.location) {
            (Some(subgraph), Some(at)) => {
                write!(
                    f,
                    " (subgraph '{subgraph}', line {}, column {})",
                    at.line, at.column
                )
            }
            (Some(subgraph), None) => write!(f, " (subgraph '{subgraph}')"),
            (None, Some(at)) => write!(f, " (line {}, column {})", at.line, at.column),
            (None, None) => Ok(()),
        }
    }
}

impl std::error::Error for Diagnostic {}

/// The bag that every stage drops its findings into.
#[derive(Debug, Default)]
pub(crate) struct Diagnostics {
    found: Vec<Diagnostic>,
    /// The elements of findings that concern several subgraphs, by the index of the finding.
    elements: Vec<(usize, String)>,
}

impl Diagnostics {
    /// An error that no single subgraph is to blame for.
    pub(crate) fn error(&mut self, code: Code, message: impl Into<String>) {
        self.push(Severity::Error, code, message.into(), None, None);
    }

    /// An error at a place in a subgraph.
    pub(crate) fn error_in(
        &mut self,
        code: Code,
        subgraph: &str,
        location: Option<Location>,
        message: impl Into<String>,
    ) {
        self.push(
            Severity::Error,
            code,
            message.into(),
            Some(subgraph.to_owned()),
            location,
        );
    }

    /// An error about an element that several subgraphs may have.
    pub(crate) fn error_of(&mut self, code: Code, element: &str, message: impl Into<String>) {
        self.push_of(Severity::Error, code, element, message.into());
    }

    /// A hint about an element that several subgraphs may have.
    pub(crate) fn hint_of(&mut self, code: Code, element: &str, message: impl Into<String>) {
        self.push_of(Severity::Hint, code, element, message.into());
    }

    /// Points the findings about elements to a place where each is defined.
    pub(crate) fn locate(&mut self, find: impl Fn(&str) -> Option<(String, Option<Location>)>) {
        for (index, element) in self.elements.drain(..) {
            if let Some((subgraph, location)) = find(&element) {
                self.found[index].subgraph = Some(subgraph);
                self.found[index].location = location;
            }
        }
    }

    pub(crate) fn hint_in(
        &mut self,
        code: Code,
        subgraph: &str,
        location: Option<Location>,
        message: impl Into<String>,
    ) {
        self.push(
            Severity::Hint,
            code,
            message.into(),
            Some(subgraph.to_owned()),
            location,
        );
    }

    pub(crate) fn has_errors(&self) -> bool {
        self.error_count() > 0
    }

    pub(crate) fn error_count(&self) -> usize {
        self.found
            .iter()
            .filter(|diagnostic| diagnostic.severity == Severity::Error)
            .count()
    }

    /// The findings, errors first, otherwise in the order they were made.
    pub(crate) fn into_vec(mut self) -> Vec<Diagnostic> {
        self.found.sort_by_key(|diagnostic| diagnostic.severity);
        self.found
    }

    fn push_of(&mut self, severity: Severity, code: Code, element: &str, message: String) {
        let before = self.found.len();
        self.push(severity, code, message, None, None);
        if self.found.len() > before {
            self.elements.push((before, element.to_owned()));
        }
    }

    fn push(
        &mut self,
        severity: Severity,
        code: Code,
        message: String,
        subgraph: Option<String>,
        location: Option<Location>,
    ) {
        let diagnostic = Diagnostic {
            severity,
            code,
            message,
            subgraph,
            location,
        };
        if !self.found.contains(&diagnostic) {
            self.found.push(diagnostic);
        }
    }
}

/// A foreign message in our style: lower case in front, quotes instead of backticks.
pub(crate) fn sentence(message: &str) -> String {
    let message = message.trim_end_matches('.').replace('`', "'");
    let mut chars = message.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(chars).collect()
    })
}
