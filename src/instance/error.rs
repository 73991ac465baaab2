//! Why quince did not start.

use std::net::SocketAddr;

use crate::certificates::CertificateError;
use crate::engine::BadScenario;
use crate::notify::TrustError;
use crate::scenario::presets::BadPreset;
use crate::sim::settings::SettingError;
use crate::snapshot::WorldError;
use crate::snapshot::state::FileError;

/// Why quince did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The world is invalid or unknown.
    #[error(transparent)]
    World(#[from] WorldError),
    /// The state file cannot be used.
    #[error(transparent)]
    State(#[from] FileError),
    /// The profile is unknown.
    #[error(transparent)]
    Profile(SettingError),
    /// A setting is unknown or has a value that is not allowed.
    #[error(transparent)]
    Setting(SettingError),
    /// The scenario cannot be applied.
    #[error(transparent)]
    Scenario(#[from] BadScenario),
    /// There is no such preset.
    #[error(transparent)]
    Preset(#[from] BadPreset),
    /// The start is no time of the form `2026-01-15T09:00:00Z`.
    #[error("`{0}` is not a time: write it like 2026-01-15T09:00:00Z")]
    Start(String),
    /// There is no certificate to show.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// No receiver of notifications can be trusted so.
    #[error(transparent)]
    Receivers(#[from] TrustError),
    /// Something is said about TLS that does not go together.
    #[error("{0}")]
    Tls(&'static str),
    /// The address cannot be bound.
    #[error("cannot listen on {address}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// What the operating system said.
        #[source]
        cause: std::io::Error,
    },
}
