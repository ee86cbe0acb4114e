//! Text to tree: tells JSON from YAML and turns either parser's complaint into ours.

use serde::de::DeserializeSeed;
use serde_saphyr::{DuplicateKeyPolicy, Options};

use super::document::shown;
use super::error::{Notation, OpenApiError, Position};
use super::limits::Limits;
use super::seed::{Allowance, Breach, NodeSeed};
use super::tree::Node;

/// Parses a whole text.
pub(super) fn parse<'a>(
    bytes: &'a [u8],
    limits: &Limits,
) -> Result<(Notation, Node<'a>), OpenApiError> {
    if bytes.len() > limits.document_bytes_max {
        return Err(OpenApiError::TooLarge {
            bytes: bytes.len(),
            max: limits.document_bytes_max,
        });
    }
    let text = std::str::from_utf8(bytes).map_err(|err| not_utf8(bytes, err.valid_up_to()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match text.trim_start().chars().next() {
        None => Err(OpenApiError::Empty),
        Some('{' | '[') => Ok((Notation::Json, json(text, limits)?)),
        Some(_) => Ok((Notation::Yaml, on_deep_stack(|| yaml(text, limits))??)),
    }
}

fn not_utf8(bytes: &[u8], offset: usize) -> OpenApiError {
    let line = 1 + bytes[..offset]
        .iter()
        .filter(|byte| **byte == b'\n')
        .count();
    OpenApiError::NotUtf8 { offset, line }
}

fn json<'a>(text: &'a str, limits: &Limits) -> Result<Node<'a>, OpenApiError> {
    let allowance = Allowance::new(limits.values_max, limits.depth_max);
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let read = NodeSeed::root(&allowance)
        .deserialize(&mut deserializer)
        .and_then(|node| deserializer.end().map(|()| node));
    read.map_err(|err| {
        let position = Position {
            line: err.line(),
            column: err.column(),
        };
        let syntax = || OpenApiError::Syntax {
            notation: Notation::Json,
            position,
            message: without_place(&err.to_string()),
        };
        breached(&allowance, position, limits).unwrap_or_else(syntax)
    })
}

fn yaml<'a>(text: &'a str, limits: &Limits) -> Result<Node<'a>, OpenApiError> {
    let allowance = Allowance::new(limits.values_max, limits.depth_max);
    serde_saphyr::with_deserializer_from_str_with_options(text, options(limits), |deserializer| {
        NodeSeed::root(&allowance).deserialize(deserializer)
    })
    .map_err(|err| yaml_error(&err, &allowance, limits))
}

const STACK_BYTES: usize = 16 * 1024 * 1024;

/// The YAML parser takes up to 40 KiB of stack per level of nesting, more than the caller's thread
/// may have; the pages of a deep stack are only paid for when they are used.
fn on_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, OpenApiError> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .name("yaml".to_owned())
            .stack_size(STACK_BYTES);
        let thread = thread
            .spawn_scoped(scope, work)
            .map_err(|_| OpenApiError::NoThread)?;
        Ok(thread
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}

/// The parser's own budget stands behind ours: it stops what never becomes a value.
fn options(limits: &Limits) -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_events: limits.values_max.saturating_mul(2),
            max_nodes: limits.values_max,
            max_depth: limits.depth_max + 1,
            max_documents: 2,
            max_total_scalar_bytes: limits.document_bytes_max,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: limits.values_max / 4,
            max_replay_stack_depth: 32,
        },
        duplicate_keys: DuplicateKeyPolicy::Error,
        strict_booleans: true,
        with_snippet: false,
    }
}

fn yaml_error(err: &serde_saphyr::Error, allowance: &Allowance, limits: &Limits) -> OpenApiError {
    use serde_saphyr::Error;
    use serde_saphyr::budget::BudgetBreach;

    let position = err
        .location()
        .map_or(Position { line: 1, column: 1 }, |location| Position {
            line: usize::try_from(location.line()).unwrap_or(usize::MAX),
            column: usize::try_from(location.column()).unwrap_or(usize::MAX),
        });
    if let Some(known) = breached(allowance, position, limits) {
        return known;
    }
    let mut root = err;
    while let Error::AliasError { error, .. } | Error::WithSnippet { error, .. } = root {
        root = error;
    }
    match root {
        Error::AliasReplayLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. }
        | Error::AliasReplayCounterOverflow { .. } => OpenApiError::Aliases { position },
        Error::Budget { breach, .. } => match breach {
            BudgetBreach::Depth { .. } => OpenApiError::TooDeep {
                position,
                max: limits.depth_max,
            },
            BudgetBreach::Nodes { .. } | BudgetBreach::Events { .. } => {
                OpenApiError::TooManyValues {
                    position,
                    max: limits.values_max,
                }
            }
            _ => OpenApiError::Aliases { position },
        },
        Error::DuplicateMappingKey { key, .. } => OpenApiError::Syntax {
            notation: Notation::Yaml,
            position,
            message: match key {
                Some(key) => format!("the key `{}` is there twice", shown(key)),
                None => "a key is there twice".to_owned(),
            },
        },
        other => OpenApiError::Syntax {
            notation: Notation::Yaml,
            position,
            message: without_place(&other.to_string()),
        },
    }
}

fn breached(allowance: &Allowance, position: Position, limits: &Limits) -> Option<OpenApiError> {
    Some(match allowance.breach()? {
        Breach::Values => OpenApiError::TooManyValues {
            position,
            max: limits.values_max,
        },
        Breach::Depth => OpenApiError::TooDeep {
            position,
            max: limits.depth_max,
        },
    })
}

/// A parser's message without the place, which is told apart from it.
fn without_place(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default();
    line.rfind(" at line ")
        .map_or(line, |end| &line[..end])
        .trim()
        .to_owned()
}

/// Reads `info.version` by its spelling, for YAML turns an unquoted `1.10` into the number 1.1.
pub(super) fn yaml_version(bytes: &[u8], limits: &Limits) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Head {
        info: Info,
    }
    #[derive(serde::Deserialize)]
    struct Info {
        version: String,
    }
    let text = std::str::from_utf8(bytes).ok()?;
    let head: Head = on_deep_stack(|| serde_saphyr::from_str_with_options(text, options(limits)))
        .ok()?
        .ok()?;
    Some(head.info.version)
}
