//! What subscribers are to be told, between the change and whoever delivers it.

use super::world::SiteId;
use crate::model::{At, Notice, Receiver};

/// A notice, with where and when it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The location.
    pub site: SiteId,
    /// When the change happened.
    pub at: At,
    /// Who was to be told at that moment.
    pub receiver: Receiver,
    /// The change.
    pub notice: Notice,
}

/// What a world has not handed over yet, in order. A clone is empty: what was told is told once, by the world in which
/// it happened, and by no fork, mark or reader of it.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    /// When what is being done happens.
    pub(super) now: At,
    pub(super) told: Vec<Told>,
}

impl Clone for Outbox {
    fn clone(&self) -> Self {
        Self { now: self.now, told: Vec::new() }
    }
}
