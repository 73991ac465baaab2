//! World files and state files, and the one place that reads them: name or path in, plain [`WorldSpec`] or
//! [`Saved`] out.
//!
//! Invariants: no input panics; the work and memory that a file can cause are bounded; what is
//! wrong is told with file, line, column and caret, as much of it at once as can be found.
//!
//! Not here: making worlds up (`sim::worlds`), and universes built from them.

mod pointer;
pub mod state;
pub mod world_file;

use std::path::Path;

use thiserror::Error;

use crate::nearest::nearest;
pub use pointer::pointer;
pub use world_file::Format;

pub use crate::text::source::Problem;
use crate::text::source::listed;

use crate::sim::Saved;
use crate::sim::spec::WorldSpec;
use crate::sim::worlds;

/// The literal worlds that ship with the binary: name and text.
const LITERAL: [(&str, &str); 1] =
    [("seed-examples", include_str!("../../fixtures/worlds/seed-examples.toml"))];

/// Larger world files are refused; `[generate]` makes larger worlds out of a few lines.
pub const FILE_BYTES_MAX: usize = 16 << 20;

/// Why there is no world.
#[derive(Debug, Error)]
pub enum WorldError {
    /// Neither a known name nor a file.
    #[error("there is no world `{name}`{}; known worlds: {}", hint(name), names().join(", "))]
    Unknown {
        /// What was asked for.
        name: String,
    },
    /// The file can't be read.
    #[error("cannot read world file {path}: {cause}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// The file is not text, or too long.
    #[error("cannot read world file {path}: {reason}")]
    NotText {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// The file is a state file, and not a good one.
    #[error("{path}: {cause}")]
    State {
        /// The file.
        path: String,
        /// What is wrong, and where.
        #[source]
        cause: state::StateError,
    },
    /// The file says something that can't be.
    #[error("{}", listed(problems, *omitted))]
    Invalid {
        /// What is wrong, in order of the text.
        problems: Vec<Problem>,
        /// How many more there are.
        omitted: usize,
    },
}

fn hint(name: &str) -> String {
    nearest(name, names()).map(|name| format!(", did you mean `{name}`?")).unwrap_or_default()
}

/// The names that [`load`] knows.
pub fn names() -> Vec<&'static str> {
    let literal = LITERAL.iter().map(|(name, _)| *name);
    worlds::NAMES.into_iter().chain(literal).collect()
}

/// The world of that name, generated or literal.
pub fn named(name: &str, seed: u64) -> Option<WorldSpec> {
    if let Some(world) = worlds::named(name, seed) {
        return Some(world);
    }
    let (name, text) = LITERAL.into_iter().find(|(literal, _)| *literal == name)?;
    // A test reads each of them.
    world_file::read(name, text, Format::Toml, seed).ok()
}

/// What a name or a file stands for.
#[derive(Debug)]
pub enum Loaded {
    /// A world to begin with.
    World(WorldSpec),
    /// A universe to go on with.
    State(Box<Saved>),
}

/// The world of that name; else the world or the state in that file. A state is JSON with a member `schema`.
pub fn open(name_or_path: &str, seed: u64) -> Result<Loaded, WorldError> {
    if let Some(world) = named(name_or_path, seed) {
        return Ok(Loaded::World(world));
    }
    let bytes = match state::file_bytes(Path::new(name_or_path)) {
        // A bare word that is no file is a misspelt name.
        Err(cause)
            if cause.kind() == std::io::ErrorKind::NotFound
                && !name_or_path.contains(['/', '\\', '.']) =>
        {
            return Err(WorldError::Unknown { name: name_or_path.to_owned() });
        }
        Err(cause) => {
            return Err(WorldError::Unreadable { path: name_or_path.to_owned(), cause });
        }
        Ok(bytes) => bytes,
    };
    if let Some(bytes) = bytes.as_deref().filter(|bytes| state::is_state(bytes)) {
        let saved = state::read(bytes);
        let saved =
            saved.map_err(|cause| WorldError::State { path: name_or_path.to_owned(), cause })?;
        return Ok(Loaded::State(Box::new(saved)));
    }
    let text = text_of(name_or_path, bytes)?;
    let is_json =
        Path::new(name_or_path).extension().is_some_and(|e| e.eq_ignore_ascii_case("json"));
    let format = if is_json { Format::Json } else { Format::Toml };
    world_file::read(name_or_path, &text, format, seed).map(Loaded::World)
}

/// The world of that name; else the one in that file, which must not be a state.
pub fn load(name_or_path: &str, seed: u64) -> Result<WorldSpec, WorldError> {
    match open(name_or_path, seed)? {
        Loaded::World(world) => Ok(world),
        Loaded::State(_) => Err(WorldError::NotText {
            path: name_or_path.to_owned(),
            reason: "it is a state file, which is no world to begin with".to_owned(),
        }),
    }
}

fn text_of(path: &str, bytes: Option<Vec<u8>>) -> Result<String, WorldError> {
    let not_text = |reason| WorldError::NotText { path: path.to_owned(), reason };
    let Some(bytes) = bytes.filter(|bytes| bytes.len() <= FILE_BYTES_MAX) else {
        let reason = format!("it is longer than {FILE_BYTES_MAX} bytes; see [generate]");
        return Err(not_text(reason));
    };
    let text = String::from_utf8(bytes)
        .map_err(|error| not_text(format!("it is not UTF-8: {}", error.utf8_error())))?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

#[cfg(test)]
mod tests;
