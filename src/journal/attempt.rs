//! An attempt to deliver a notification.

use std::sync::Arc;

use bytes::Bytes;
use uuid::Uuid;

use crate::model::At;

/// An attempt to deliver a notification, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// `notificationId`.
    pub id: Uuid,
    /// `notificationType`, as it was sent.
    pub kind: String,
    /// Key of the location.
    pub location: String,
    /// `eventId`.
    pub event: Option<String>,
    /// Which of the location's notifications it is, from 1.
    pub number: u64,
    /// The receiver's URL.
    pub url: Arc<str>,
    /// Which attempt it is, from 1.
    pub attempt: u32,
    /// The status that was answered; or why there was no answer.
    pub answered: Result<u16, String>,
    /// What becomes of the notification.
    pub outcome: Outcome,
    /// The body as it was sent.
    pub body: Bytes,
}

/// What becomes of a notification after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was delivered: any status of 2xx.
    Delivered,
    /// It is tried again then.
    Again(At),
    /// It was tried often enough, and is dropped.
    Dropped,
}

impl Outcome {
    /// In one word: `delivered`, `again` or `dropped`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Again(_) => "again",
            Self::Dropped => "dropped",
        }
    }
}

impl Attempt {
    /// How much memory it holds, roughly.
    pub(super) fn bytes(&self) -> usize {
        const ATTEMPT: usize = 200;
        let error = self.answered.as_ref().err().map_or(0, String::len);
        ATTEMPT + self.body.len() + self.url.len() + error
    }

    /// For people: what was sent, and what came of it.
    pub fn text(&self) -> String {
        let Self { kind, location, number, attempt, .. } = self;
        let answered = match &self.answered {
            Ok(status) => format!("answered {status}"),
            Err(error) => error.clone(),
        };
        let outcome = match self.outcome {
            Outcome::Delivered => "delivered",
            Outcome::Again(_) => "to be tried again",
            Outcome::Dropped => "dropped",
        };
        format!("{kind} {number} of {location}, attempt {attempt}: {answered}; {outcome}")
    }
}
