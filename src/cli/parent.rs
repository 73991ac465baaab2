//! `--exit-with-parent`: notices that the process that started quince is gone.
//!
//! A child whose parent ends is adopted by another process, so its parent id changes; that is
//! asked for twice a second. Two limits: a parent that ended before [`gone`] was called is missed,
//! and platforms other than Unix do not adopt, so there the option does nothing.

use std::future::Future;
#[cfg(unix)]
use std::time::Duration;

/// How late the end of the parent may be noticed.
#[cfg(unix)]
const PERIOD: Duration = Duration::from_millis(500);

/// Resolves when the process that is the parent at the time of this call is no longer.
///
/// Needs a tokio runtime with time.
#[cfg(unix)]
pub fn gone() -> impl Future<Output = ()> + Send {
    changed(PERIOD, std::os::unix::process::parent_id)
}

/// Never resolves: this platform does not tell.
#[cfg(not(unix))]
pub fn gone() -> impl Future<Output = ()> + Send {
    std::future::pending()
}

/// Resolves when `read` no longer gives what it gives at the time of this call.
#[cfg(unix)]
fn changed(period: Duration, read: impl Fn() -> u32 + Send) -> impl Future<Output = ()> + Send {
    let at_start = read();
    async move {
        let mut ticks = tokio::time::interval(period);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while read() == at_start {
            ticks.tick().await;
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    use tokio::time::timeout;

    use super::{changed, gone};

    #[tokio::test]
    async fn an_adopted_process_notices() {
        let reads = AtomicU32::new(0);
        let parent = || if reads.fetch_add(1, Ordering::Relaxed) < 3 { 4711 } else { 1 };
        let noticed = timeout(Duration::from_secs(10), changed(Duration::from_millis(1), parent));
        assert!(noticed.await.is_ok());
        assert_eq!(reads.into_inner(), 4);
    }

    #[tokio::test]
    async fn a_living_parent_is_not_reported_gone() {
        assert!(timeout(Duration::from_millis(20), gone()).await.is_err());
    }
}
