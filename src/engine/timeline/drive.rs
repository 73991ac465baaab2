//! Who looks at real time: limits of waits and of expectations are over though nobody calls.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::watch::Receiver;
use tokio::time::timeout;

use super::Pace;
use crate::engine::universe::Universe;

/// The shortest time between two looks.
const TICK: Duration = Duration::from_millis(1);

impl Universe {
    /// Brings the world up to the present and judges what real time has decided. Says how long it is until it is to be
    /// asked again though nobody calls; nothing if it need not.
    pub fn tick(&self) -> Option<Duration> {
        if self.state.lock().timeline.as_ref().is_none_or(|timeline| timeline.is_over()) {
            return None;
        }
        self.take(Pace::Passing, |_| ()).ok()?;
        let mut state = self.state.lock();
        let real = self.real_time.now();
        let timeline = state.timeline.as_ref().filter(|timeline| !timeline.is_over())?;
        // A limit is over when it has passed, not when it is reached.
        let limit = timeline.next_limit().map(|limit| limit.0.saturating_sub(real.0) + 1);
        let due = state.next_due().and_then(|due| state.clock.real_until(due, real));
        let next = limit.into_iter().chain(due.map(|due| due.0)).min();
        next.map(Duration::from_micros)
    }

    /// Sees to it that real-time limits are kept, from here on to the end of the universe. Without a runtime nobody does,
    /// but for whoever calls.
    pub fn drive(self: &Arc<Self>) {
        let Ok(runtime) = Handle::try_current() else { return };
        if !self.is_driven.swap(true, Ordering::Relaxed) {
            runtime.spawn(keep_limits(Arc::downgrade(self), self.journal_grows()));
        }
    }
}

async fn keep_limits(universe: Weak<Universe>, mut grown: Receiver<u64>) {
    loop {
        // First the ear, then the look: what comes in between is heard.
        grown.borrow_and_update();
        let Some(universe) = universe.upgrade() else { return };
        let next = universe.tick();
        drop(universe);
        let heard = match next {
            Some(next) => timeout(next.max(TICK), grown.changed()).await.unwrap_or(Ok(())),
            None => grown.changed().await,
        };
        if heard.is_err() {
            return;
        }
    }
}
