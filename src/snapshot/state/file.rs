//! State files on the disk: read whole, and written so that nobody ever sees half of one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use parking_lot::Mutex;
use thiserror::Error;

use super::{Form, StateError, read, write};
use crate::sim::Saved;

/// A file that one universe's state is kept in.
#[derive(Debug)]
pub struct StateFile {
    path: PathBuf,
    /// Who saves takes the state while holding this, so that the latest state is written last.
    saving: Mutex<()>,
}

impl StateFile {
    /// The file at this path, be it there or not. Fails if it could not be written.
    pub fn new(path: PathBuf) -> Result<Self, FileError> {
        probe(&path)?;
        Ok(Self { path, saving: Mutex::new(()) })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The state in it, if it is there.
    pub fn load(&self) -> Result<Option<Saved>, FileError> {
        load(&self.path)
    }

    /// Saves what `state` takes, and returns the journal entry that it was taken at. Blocks.
    pub fn save<E: From<FileError>>(
        &self,
        state: impl FnOnce() -> Result<Saved, E>,
    ) -> Result<u64, E> {
        let _saving = self.saving.lock();
        let saved = state()?;
        replace_with(&self.path, &write(&saved, Form::default()))?;
        Ok(saved.journal_last)
    }
}

/// Larger files are refused.
pub const FILE_BYTES_MAX: u64 = 2 << 30;

/// Why a file could not be read or written.
#[derive(Debug, Error)]
pub enum FileError {
    /// The operating system refused.
    #[error("cannot {act} state file {path}: {cause}")]
    Io {
        /// `read` or `write`.
        act: &'static str,
        /// The file.
        path: String,
        /// What the operating system said.
        #[source]
        cause: io::Error,
    },
    /// The file is too long.
    #[error("state file {path} is longer than {FILE_BYTES_MAX} bytes")]
    TooLong {
        /// The file.
        path: String,
    },
    /// The file is no state.
    #[error("state file {path} cannot be used: {cause}")]
    Invalid {
        /// The file.
        path: String,
        /// What is wrong, and where.
        #[source]
        cause: StateError,
    },
}

/// The state in a file; `None` if there is no such file.
fn load(path: &Path) -> Result<Option<Saved>, FileError> {
    let name = || path.display().to_string();
    let bytes = match bytes_of(path) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(cause) => return Err(FileError::Io { act: "read", path: name(), cause }),
        Ok(None) => return Err(FileError::TooLong { path: name() }),
        Ok(Some(bytes)) => bytes,
    };
    read(&bytes).map(Some).map_err(|cause| FileError::Invalid { path: name(), cause })
}

/// What is in a file; `None` if that is too much. What does not begin like JSON is not read further than a world
/// file may be long.
pub(in crate::snapshot) fn bytes_of(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let mut file = File::open(path)?.take(crate::snapshot::FILE_BYTES_MAX as u64 + 1);
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    if bytes.trim_ascii_start().first() == Some(&b'{') {
        file.set_limit(FILE_BYTES_MAX + 1 - bytes.len() as u64);
        file.read_to_end(&mut bytes)?;
    }
    Ok((bytes.len() as u64 <= FILE_BYTES_MAX).then_some(bytes))
}

/// Puts a state where the file is: whoever reads it sees the old one or the new one, even after a crash.
fn replace_with(path: &Path, state: &[u8]) -> Result<(), FileError> {
    replace(path, state).map_err(|cause| {
        let path = path.display().to_string();
        FileError::Io { act: "write", path, cause }
    })
}

/// Finds out whether a state can be written there, before there is one to lose.
fn probe(path: &Path) -> Result<(), FileError> {
    let partial = partial(path);
    create(&partial).and_then(|_| fs::remove_file(&partial)).map_err(|cause| {
        let path = path.display().to_string();
        FileError::Io { act: "write", path, cause }
    })
}

fn replace(path: &Path, state: &[u8]) -> io::Result<()> {
    // Through a link to where it leads, so that the link stays.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let partial = partial(&path);
    let written = create(&partial).and_then(|mut file| {
        file.write_all(state)?;
        file.sync_all()?;
        fs::rename(&partial, &path)
    });
    if written.is_err() {
        let _ = fs::remove_file(&partial);
        return written;
    }
    // The new name, too, has to be on the disk. Not every system lets a folder be opened.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Ok(folder) = File::open(folder.unwrap_or(Path::new("."))) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// Beside the file, so that renaming stays within one file system.
fn partial(path: &Path) -> PathBuf {
    let mut partial = path.as_os_str().to_owned();
    partial.push(format!(".{}.partial", std::process::id()));
    partial.into()
}

/// A state holds secrets: only its owner may read it.
fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
