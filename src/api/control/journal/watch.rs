//! Waiting for a journal to grow, in real time, without keeping its universe alive.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::watch::Receiver;
use tokio::time::timeout;

use crate::api::control::Problem;
use crate::engine::Universe;

/// How often a universe whose time moves by itself is brought up to the present.
const TICK: Duration = Duration::from_millis(50);

/// Somebody who waits for the journal of a universe.
#[derive(Debug)]
pub struct Watcher {
    id: String,
    universe: Weak<Universe>,
    grown: Receiver<u64>,
}

impl Watcher {
    /// A watcher of a universe.
    pub fn new(universe: &Arc<Universe>) -> Self {
        let (id, grown) = (universe.id().to_owned(), universe.journal_grows());
        Self { id, universe: Arc::downgrade(universe), grown }
    }

    /// The universe, unless it was dropped in the meantime.
    pub fn universe(&self) -> Result<Arc<Universe>, Problem> {
        self.universe.upgrade().ok_or_else(|| {
            Problem::not_found("universe", format!("the universe `{}` was dropped", self.id))
        })
    }

    /// Looks until `look` says that it saw enough, the time is up, or the universe is dropped. Looks at least
    /// once.
    pub async fn until(&mut self, limit: Duration, mut look: impl FnMut(&Universe) -> bool) {
        let looking = async {
            loop {
                // First the ear, then the look: what comes in between is heard.
                self.grown.borrow_and_update();
                let Some(universe) = self.universe.upgrade() else { return };
                let is_moving = universe.settle();
                if look(&universe) {
                    return;
                }
                drop(universe);
                let changed = self.grown.changed();
                if is_moving {
                    if let Ok(Err(_)) = timeout(TICK, changed).await {
                        return;
                    }
                } else if changed.await.is_err() {
                    return;
                }
            }
        };
        // Whether it saw enough or the time was up, the caller sees for itself.
        let _ = timeout(limit, looking).await;
    }
}
