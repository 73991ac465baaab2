//! Why a setting or a profile was not taken.

use thiserror::Error;

use super::keys::Key;
use super::{Allowed, Settings};

/// Why a setting or a profile was not taken. The settings are as they were.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SettingError {
    /// No setting has this key.
    #[error("there is no setting {key} (for the value {value:?}){}", suggest(*.nearest))]
    UnknownKey {
        /// As given.
        key: String,
        /// As given.
        value: String,
        /// The key that was probably meant.
        nearest: Option<&'static Key>,
    },
    /// The setting exists and does not take this value.
    #[error("setting {key} does not take {value:?}; allowed: {}", .allowed.help())]
    NotAllowed {
        /// The key, not an alias of it.
        key: &'static str,
        /// As given.
        value: String,
        /// What the setting takes.
        allowed: Allowed,
    },
    /// No profile has this name.
    #[error("there is no profile {name:?}; allowed: {}", Settings::PROFILES.join("|"))]
    UnknownProfile {
        /// As given.
        name: String,
    },
}

/// The end of the message about an unknown key.
fn suggest(nearest: Option<&Key>) -> String {
    match nearest {
        Some(key) => format!("; did you mean {}, which takes {}?", key.name, key.allowed.help()),
        None => "; the fidelity ledger names every setting".to_owned(),
    }
}
