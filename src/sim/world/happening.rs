//! What happens in a world because its time has come: events go on, billing periods end.

use super::{SiteId, World};
use crate::model::subscription::PeriodEnded;
use crate::model::{At, HasHappened};
use crate::sim::settings::Settings;
use crate::sim::verbs::some;

/// Something that happened because its time had come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happening {
    /// When.
    pub at: At,
    /// The location.
    pub site: SiteId,
    /// The location's key.
    pub location: String,
    /// What.
    pub what: Happened,
}

/// What can happen because its time has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happened {
    /// An event went on.
    Event {
        /// Its number.
        number: u64,
        /// Its id on the wire.
        id: String,
        /// Tasks done and asked for.
        completed: (u32, u32),
        /// Whether it ended, and if so, whether without failure.
        ended: Option<bool>,
    },
    /// A billing period ended.
    PeriodEnd {
        /// Of the subscription to this product.
        adam_id: u64,
        /// What that brought.
        ended: PeriodEnded,
    },
}

impl World {
    /// Does everything that falls due until `t`, in order of (instant, location). What happened goes to
    /// `tell`, one by one.
    pub fn step_to(&mut self, t: At, settings: &Settings, mut tell: impl FnMut(Happening)) {
        while let Some((at, id)) = self.dues.first().copied().filter(|(at, _)| *at <= t) {
            self.outbox.now = at;
            let happened =
                self.change(id, |location, ids| location.happen(at, &settings.behaviour, ids));
            let happening = match happened.flatten() {
                Some(HasHappened::Event(number)) => self.happening(at, id, number),
                Some(HasHappened::PeriodEnd(adam_id, ended)) => Some(Happening {
                    at,
                    site: id,
                    location: self.location_key(id),
                    what: Happened::PeriodEnd { adam_id, ended },
                }),
                None => None,
            };
            happening.into_iter().for_each(&mut tell);
        }
    }

    /// An event as it stands.
    pub(super) fn happening(&self, at: At, id: SiteId, number: u64) -> Option<Happening> {
        let site = self.sites.get(id.0)?;
        let event = site.location.events.get(number)?;
        Some(Happening {
            at,
            site: id,
            location: site.location.profile.key.clone(),
            what: Happened::Event {
                number,
                id: site.ids.event(number).to_string(),
                completed: (event.completed, event.requested),
                ended: event.finished.map(|_| event.failures.is_empty()),
            },
        })
    }

    fn location_key(&self, id: SiteId) -> String {
        self.sites.get(id.0).map(|site| site.location.profile.key.clone()).unwrap_or_default()
    }
}

impl Happening {
    /// What kind of entry the journal has of it.
    pub const fn kind(&self) -> &'static str {
        match self.what {
            Happened::Event { .. } => "event-step",
            Happened::PeriodEnd { .. } => "period-end",
        }
    }

    /// The event that it is about: its number and its id on the wire.
    pub fn event(&self) -> Option<(u64, &str)> {
        match &self.what {
            Happened::Event { number, id, .. } => Some((*number, id)),
            Happened::PeriodEnd { .. } => None,
        }
    }

    /// For people: what happened.
    pub fn text(&self) -> String {
        match &self.what {
            Happened::Event { id, completed: (done, asked), ended, .. } => {
                let so_far = match ended {
                    None => "goes on",
                    Some(true) => "is complete",
                    Some(false) => "ended with failures",
                };
                format!("event {id} {so_far}: {done} of {asked} done")
            }
            Happened::PeriodEnd { adam_id, ended: PeriodEnded { ended, gone, next, .. } } => {
                let lost = match (ended, gone) {
                    (0, 0) => "all rolled over".to_owned(),
                    _ => format!(
                        "{} ended, {} gone",
                        some((*ended).into(), "assignment"),
                        some((*gone).into(), "licence")
                    ),
                };
                let next = match next {
                    Some(next) => format!("the next one ends on {next}"),
                    None => "no licence is left".to_owned(),
                };
                format!("period of subscription {adam_id} ended: {lost}; {next}")
            }
        }
    }
}
