//! The universes of a process: each a world under one lock, and the turn that an exchange takes in it.
//!
//! Invariants: the order of taking is registry before universe, never two universes at once; the operating
//! system is asked for the time in `real_time` and nowhere else. Not here: HTTP and JSON.

mod rate;
pub mod real_time;
mod universe;

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::RwLock;

pub use real_time::RealTime;
pub use universe::{Advance, AdvanceError, Broken, HAPPENED_MAX, Turn, Universe};

use crate::sim::Credential;

/// The universe that always exists.
pub const DEFAULT: &str = "default";

/// All universes, by id.
#[derive(Debug)]
pub struct Engine {
    default: Arc<Universe>,
    /// Written when a universe is made or dropped; a request takes the read side for one look-up.
    universes: RwLock<BTreeMap<String, Arc<Universe>>>,
}

impl Engine {
    /// An engine with its default universe.
    pub fn new(default: Universe) -> Self {
        let default = Arc::new(default);
        let universes = BTreeMap::from([(default.id().to_owned(), Arc::clone(&default))]);
        Self { default, universes: RwLock::new(universes) }
    }

    /// The universe that serves calls without a credential, or with an unknown one.
    pub fn default_universe(&self) -> &Arc<Universe> {
        &self.default
    }

    /// The universe with this id.
    pub fn universe(&self, id: &str) -> Option<Arc<Universe>> {
        self.universes.read().get(id).cloned()
    }

    /// The universe that a credential names; the default one where it names none.
    pub fn route(&self, credential: Option<&Credential>) -> Arc<Universe> {
        let named = credential.and_then(Credential::universe).and_then(|id| self.universe(id));
        named.unwrap_or_else(|| Arc::clone(&self.default))
    }
}
