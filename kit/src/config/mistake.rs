//! What is wrong with a configuration, in words for an operator.

use std::fmt;
use std::path::PathBuf;

use super::setting::{Misfit, Setting};

/// Everything that is wrong, at once.
#[derive(Debug)]
pub struct Mistakes(pub(super) Vec<Mistake>);

/// One thing that is wrong. Never shows the value of a secret.
#[derive(Debug)]
pub struct Mistake(String);

/// Where a value comes from.
#[derive(Debug, Clone)]
pub(super) enum Source {
    File(PathBuf),
    Environment,
    Flags,
}

impl Mistake {
    /// A value that does not fit its setting.
    pub(super) fn value(setting: &Setting, source: Source, misfit: Misfit) -> Self {
        let (name, variable) = (setting.name(), setting.variable());
        let Misfit { expected, found } = misfit;
        let found = match setting.is_secret() {
            true => String::new(),
            false => format!(", found {found}"),
        };
        Self(format!("{source}`{name}` ({variable}): {expected}{found}"))
    }

    /// A variable that names no setting.
    pub(super) fn variable(settings: &[Setting], name: String) -> Self {
        let hint = hint(settings.iter().map(Setting::variable), &name, str::to_owned);
        Self(format!(
            "the environment variable {name} names no setting{hint}"
        ))
    }

    /// A key that names no setting.
    pub(super) fn key(settings: &[Setting], path: &[String], source: &Source) -> Self {
        let name = path.join(".");
        let depth = path.len();
        let known = settings.iter().filter(|known| known.path.len() >= depth);
        let known = known.map(|known| known.path[..depth].join("."));
        let hint = hint(known, &name, |name| format!("`{name}`"));
        Self(format!("{source}`{name}` is no setting{hint}"))
    }

    /// A value in the place of a group of settings.
    pub(super) fn no_table(path: &[String], source: &Source) -> Self {
        let name = path.join(".");
        Self(format!(
            "{source}`{name}` is a group of settings and has no value of its own"
        ))
    }

    /// Values that fit, each by itself.
    pub(super) fn together(reason: String) -> Self {
        Self(reason)
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0[..] {
            [one] => f.write_str(&one.0),
            all => {
                write!(f, "{} mistakes", all.len())?;
                all.iter().try_for_each(|one| write!(f, "\n  {}", one.0))
            }
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}: ", path.display()),
            Self::Environment | Self::Flags => Ok(()),
        }
    }
}

/// The name that differs in the fewest characters, if those are few of its last part.
fn hint(known: impl Iterator<Item = String>, name: &str, show: impl Fn(&str) -> String) -> String {
    let nearest = known.map(|known| (distance(&known, name), known)).min();
    let length = name.rsplit('.').next().map_or(0, str::len);
    match nearest {
        Some((distance, nearest)) if distance <= 3 && distance * 2 < length => {
            format!("; did you mean {}?", show(&nearest))
        }
        _ => String::new(),
    }
}

/// Levenshtein's distance.
fn distance(a: &str, b: &str) -> usize {
    let mut row = (0..=b.len()).collect::<Vec<_>>();
    for (i, left) in a.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, right) in b.bytes().enumerate() {
            let substituted = diagonal + usize::from(left != right);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
