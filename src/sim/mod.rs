//! The model in time: worlds with clocks, seeded ids, tokens and settings.
//!
//! Invariants: no I/O, no async, no lock; one place makes a random generator (`entropy`); time is an
//! argument. Not here: who holds the lock and asks for the real time (`engine`), and reading files (`snapshot`).

pub mod build;
pub mod catalog;
pub mod clock;
pub mod date;
pub mod diff;
pub mod entropy;
pub mod ids;
pub mod key;
pub mod saved;
pub mod settings;
pub mod spec;
pub mod token;
mod told;
pub mod verbs;
pub mod world;
pub mod worlds;

pub use build::build;
pub use clock::{Clock, ClockMode, Real, VIRTUAL_START};
pub use ids::DataSet;
pub use key::{Access, KeyCredential};
pub use saved::{Saved, SiteParts};
pub use settings::Settings;
pub use told::Told;
pub use world::workspaces::{KeyRefusal, KeySession, Workspace, WorkspaceId};
pub use world::{
    Credential, Happened, Happening, Moved, Session, Site, SiteId, TokenRefusal, World,
};
