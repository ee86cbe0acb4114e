//! Files and directories for the owner's eyes only, whatever the umask. On systems without Unix
//! permissions they are ordinary ones.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Result};
use std::path::{Path, PathBuf};

/// Makes a file that only its owner can read; fails if there is one.
pub fn create_file(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes a directory, and those above it, that only its owner can enter. One that is there stays as
/// it is.
pub fn create_directory(path: &Path) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Makes a SQLite database's files the owner's alone, before SQLite opens them: it gives `-wal` and
/// `-shm` the mode of the database, which it would make readable to everybody.
pub fn keep_database(path: &Path) -> Result<()> {
    match create_file(path) {
        Ok(_) => {}
        Err(err) if err.kind() == ErrorKind::AlreadyExists => narrow(path)?,
        Err(err) => return Err(err),
    }
    for suffix in ["-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        match narrow(&PathBuf::from(name)) {
            Err(err) if err.kind() != ErrorKind::NotFound => return Err(err),
            _ => {}
        }
    }
    Ok(())
}

/// Whether others than the owner may do anything with a file or directory.
pub fn is_open_to_others(path: &Path) -> Result<bool> {
    let permissions = fs::metadata(path)?.permissions();
    #[cfg(unix)]
    let is_open = std::os::unix::fs::PermissionsExt::mode(&permissions) & 0o077 != 0;
    #[cfg(not(unix))]
    let is_open = false;
    Ok(is_open)
}

/// Takes away what others may do with a file.
fn narrow(path: &Path) -> Result<()> {
    if !is_open_to_others(path)? {
        return Ok(());
    }
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path)
            .expect("it is there")
            .permissions()
            .mode()
            & 0o777
    }

    #[test]
    fn a_directory_is_made_private_and_an_existing_one_stays() {
        let dir = std::env::temp_dir().join(crate::secret::random_text::<12>());
        create_directory(&dir.join("below")).expect("made");
        assert_eq!(mode(&dir), 0o700);
        assert_eq!(mode(&dir.join("below")), 0o700);

        fs::set_permissions(&dir, fs::Permissions::from_mode(0o755)).expect("ours");
        create_directory(&dir).expect("there");
        assert!(is_open_to_others(&dir).expect("there"));
        fs::remove_dir_all(dir).expect("removed");
    }

    #[test]
    fn the_files_of_a_database_become_private() {
        let dir = std::env::temp_dir().join(crate::secret::random_text::<12>());
        create_directory(&dir).expect("made");
        let path = dir.join("x.sqlite");
        keep_database(&path).expect("made");
        assert_eq!(mode(&path), 0o600);

        let wal = dir.join("x.sqlite-wal");
        fs::write(&wal, "").expect("written");
        for file in [&path, &wal] {
            fs::set_permissions(file, fs::Permissions::from_mode(0o644)).expect("ours");
        }
        keep_database(&path).expect("narrowed");
        assert_eq!((mode(&path), mode(&wal)), (0o600, 0o600));
        fs::remove_dir_all(dir).expect("removed");
    }
}
