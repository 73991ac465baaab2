//! The only place that asks the operating system for the time, and the only timer.

use std::time::{Duration, Instant, SystemTime};

use crate::model::At;
use crate::sim::Real;

/// Counts real time from its own making on; never goes back.
#[derive(Debug, Clone, Copy)]
pub struct RealTime {
    origin: Instant,
}

impl Default for RealTime {
    #[allow(clippy::disallowed_methods, reason = "this is the one place")]
    fn default() -> Self {
        Self { origin: Instant::now() }
    }
}

impl RealTime {
    /// Real time since this was made.
    pub fn now(&self) -> Real {
        Real(u64::try_from(self.origin.elapsed().as_micros()).unwrap_or(u64::MAX))
    }
}

/// The date and time of day, for clocks that start at the present.
#[allow(clippy::disallowed_methods, reason = "this is the one place")]
pub fn today() -> At {
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    At(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
}

/// Lets real time pass.
#[allow(clippy::disallowed_methods, reason = "this is the one place")]
pub(super) async fn pass(span: Duration) {
    tokio::time::sleep(span).await;
}
