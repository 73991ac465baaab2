//! What has been delivered and what is to be, for whoever asks.

use std::sync::Arc;

use uuid::Uuid;

use crate::engine::universe::Universe;
use crate::journal::Attempt;
use crate::model::At;

/// What a universe has delivered and has to deliver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notifications {
    /// Number of the latest journal entry.
    pub seq: u64,
    /// How many wait or are under way.
    pub waiting: usize,
    /// How many were dropped because too many waited.
    pub overflown: u64,
    /// What waits or is under way, the oldest first.
    pub queued: Vec<Waiting>,
    /// Attempts with their time, the latest first; the oldest are forgotten.
    pub attempts: Vec<(At, Arc<Attempt>)>,
}

/// A notification that is not delivered yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// `notificationId`.
    pub id: Uuid,
    /// `notificationType`.
    pub kind: String,
    /// Key of the location.
    pub location: String,
    /// Which of the location's notifications, from 1.
    pub number: u64,
    /// Where it goes.
    pub url: Arc<str>,
    /// Attempts so far.
    pub attempts: u32,
    /// When the next attempt is due.
    pub due: At,
    /// Whether an attempt is under way.
    pub under_way: bool,
}

impl Universe {
    /// What it has delivered and has to deliver: of one location, by key, or of all; at most so many of each list.
    pub fn notifications(&self, location: Option<&str>, limit: usize) -> Notifications {
        let state = self.state.lock();
        let (outbox, world) = (&state.outbox, &state.world);
        let queued = outbox.items().filter_map(|(ticket, item)| {
            let site = world.site(item.told.site)?;
            let key = &site.location.profile.key;
            let kind = item.touch.kind.clone();
            location.is_none_or(|location| location == key).then(|| Waiting {
                id: site.ids.notification(world.epoch(), item.number),
                kind: kind.unwrap_or_else(|| item.told.notice.kind().as_str().to_owned()),
                location: key.clone(),
                number: item.number,
                url: Arc::clone(&item.told.receiver.url),
                attempts: item.attempts,
                due: item.due,
                under_way: outbox.is_under_way(*ticket),
            })
        });
        let fits = |(_, attempt): &&(At, Arc<Attempt>)| {
            location.is_none_or(|location| location == attempt.location)
        };
        Notifications {
            seq: state.journal.last(),
            waiting: outbox.items().len(),
            overflown: outbox.lost(),
            queued: queued.take(limit).collect(),
            attempts: outbox.attempts().filter(fits).take(limit).cloned().collect(),
        }
    }
}
