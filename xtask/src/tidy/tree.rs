//! The files of the repository, read once.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// Folders of the root that hold what is built or run, not what is written.
const ROOT_SKIPPED: [&str; 2] = ["target", "data"];
/// Folders skipped wherever they are.
const SKIPPED: [&str; 3] = [".git", "node_modules", "dist"];

/// One file; `text` is empty for a file that is not UTF-8.
pub(super) struct File {
    /// Relative to the root, with slashes.
    pub(super) path: String,
    pub(super) size: u64,
    pub(super) text: String,
}

/// All files, ordered by path.
pub(super) struct Tree {
    pub(super) files: Vec<File>,
}

impl Tree {
    /// Reads the files under a root. They are taken from the disk and not from git, so that
    /// a copy of the repository without its history can be checked too.
    pub(super) fn read(root: &Path) -> Result<Self> {
        let mut files = Vec::new();
        collect(root, "", &mut files)?;
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Self { files })
    }

    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let file = |(path, text): &(&str, &str)| File {
            path: (*path).to_owned(),
            size: text.len() as u64,
            text: (*text).to_owned(),
        };
        Self {
            files: files.iter().map(file).collect(),
        }
    }

    /// The Rust sources.
    pub(super) fn rust(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.path.ends_with(".rs"))
    }

    /// The text of one file, empty where it is missing.
    pub(super) fn text(&self, path: &str) -> &str {
        self.files
            .iter()
            .find(|file| file.path == path)
            .map_or("", |file| file.text.as_str())
    }
}

fn collect(dir: &Path, prefix: &str, files: &mut Vec<File>) -> Result<()> {
    for entry in fs::read_dir(dir).with_context(|| format!("cannot list {}", dir.display()))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        let kind = entry.file_type()?;
        if kind.is_dir() {
            if !(SKIPPED.contains(&name.as_str()) || ROOT_SKIPPED.contains(&path.as_str())) {
                collect(&entry.path(), &format!("{path}/"), files)?;
            }
        } else if kind.is_file() && !name.ends_with(".snap.new") {
            let bytes = fs::read(entry.path()).with_context(|| format!("cannot read {path}"))?;
            let size = bytes.len() as u64;
            files.push(File {
                path,
                size,
                text: String::from_utf8(bytes).unwrap_or_default(),
            });
        }
    }
    Ok(())
}
