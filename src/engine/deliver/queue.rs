//! What a turn has to do with notifications: it queues them, hands them out, and takes what came of them.

use std::sync::Arc;

use bytes::Bytes;

use super::{Carried, Letter, Part};
use crate::engine::outbox::{Item, gap};
use crate::engine::rules::provenance;
use crate::engine::turn::Turn;
use crate::engine::universe::State;
use crate::faults::{Handling, Heard, TEST_NOTIFICATION, Touch};
use crate::journal::{Act, Attempt, Injected, Outcome, What};
use crate::model::notice::ELEMENTS_MAX;
use crate::model::{At, Receiver};
use crate::sim::{ClockMode, SiteId, Told};

impl Turn<'_> {
    /// Queues what subscribers are to be told of all that was done since.
    pub(in crate::engine) fn queue_notices(&mut self) {
        let told = self.state.world.take_notices();
        if !told.is_empty() && self.state.delivers() {
            self.queue(told);
        }
        self.count_told();
    }

    fn queue(&mut self, told: Vec<Told>) {
        let lost = self.state.outbox.lost();
        for told in told {
            self.queue_notice(&Arc::new(told));
        }
        let lost = self.state.outbox.lost() - lost;
        if lost > 0 {
            let text = format!("the queue is full: the oldest {lost} were dropped");
            self.note("notifications", "overflow", text);
        }
    }

    /// Lets events count that were told before they count, if first attempts of what is told were made or nothing is.
    pub(super) fn count_told(&mut self) {
        let State { world, outbox, foretold, settings, .. } = &mut *self.state;
        let waiting = world.foretold();
        foretold.retain(|(site, number), _| waiting.get(site) == Some(number));
        let mut counts = Vec::new();
        for (site, number) in waiting {
            let ticket = foretold.entry((*site, *number)).or_insert(outbox.next_ticket());
            if !outbox.awaits_of(*site, *ticket) {
                counts.push(*site);
            }
        }
        let settings = Arc::clone(settings);
        for site in counts {
            let counted = self.state.world.count_told(site, self.now, &settings);
            if let Some(happening) = counted {
                let number = happening.event().map(|(number, _)| number);
                let by = |number| provenance(&self.state.rules, site, number);
                let injected = number.map(by).unwrap_or_default();
                self.append(What::Event(happening), injected);
            }
        }
    }

    /// What a rule has to do with it that a notice is told before it counts.
    fn foretold_by(&self, told: &Told) -> Option<Injected> {
        let number = told.notice.event()?;
        let rule = self.state.rules.touched.foretold_by(told.site, number)?;
        let is_told = self.state.world.foretold().get(&told.site) == Some(&number);
        let act = || "sent before it counts".to_owned();
        is_told.then(|| Injected { rule: Arc::clone(rule), act: act() })
    }

    fn queue_notice(&mut self, told: &Arc<Told>) {
        let kind = told.notice.kind().as_str();
        let total = told.notice.elements();
        for from in (0..total).step_by(ELEMENTS_MAX) {
            let to = total.min(from + ELEMENTS_MAX);
            let part = Part { told: Arc::clone(told), elements: from..to };
            let handling = self.handle(told.site, kind, Some(part));
            let Handling { lost, copies, delay, split, mut touch } = handling;
            touch.injected.extend(self.foretold_by(told));
            let touch = Arc::new(touch);
            let size = split.unwrap_or(ELEMENTS_MAX).max(1);
            for from in (from..to).step_by(size) {
                let Some(number) = self.state.world.number_notification(told.site) else { return };
                if lost {
                    let text = format!("{kind} {number} was not sent");
                    let act = Act::new("notification-lost", kind.to_owned(), text);
                    self.append(What::Act(act), touch.injected.clone());
                    continue;
                }
                for _ in 0..copies {
                    let item = Item {
                        told: Arc::clone(told),
                        elements: from..to.min(from + size),
                        number,
                        attempts: 0,
                        due: told.at.plus(delay),
                        touch: Arc::clone(&touch),
                    };
                    self.state.outbox.push(item, self.now);
                }
            }
        }
    }

    fn handle(&mut self, site: SiteId, kind: &str, part: Option<Part>) -> Handling {
        if self.state.rules.is_empty() {
            return Handling::default();
        }
        // As the body of a call that rules look into: under the lock, and only if one does.
        let looks = self.state.rules.looks_into(kind);
        let body = if looks { self.spelled(site, kind, part) } else { None };
        let world = &self.state.world;
        let location = world.site(site).map_or("", |site| site.location.profile.key.as_str());
        let (universe, body) = (self.universe, body.as_deref().unwrap_or_default());
        let heard = Heard { kind, location, universe, body };
        self.state.rules.handle(&heard, world.seed())
    }

    /// The body of the next notification of a location, if nothing happens to it: of this part of a notice, or of a test.
    fn spelled(&self, site: SiteId, kind: &str, part: Option<Part>) -> Option<Bytes> {
        let carrier = self.state.carrier.as_ref()?;
        let number = self.state.world.site(site)?.notified() + 1;
        let nobody = Receiver { url: "".into(), secret: "".into() };
        let letter = self.letter(site, nobody, Arc::default(), kind, number, false)?;
        let event_id = part.as_ref().and_then(|part| self.event_id(&part.told));
        Some(carrier.spell(&Letter { event_id, part, ..letter }))
    }

    fn event_id(&self, told: &Told) -> Option<String> {
        let event = told.notice.event()?;
        Some(self.state.world.site(told.site)?.ids.event(event).to_string())
    }

    /// The notification that tries out a receiver of a location; nothing if none are sent.
    pub fn test_notification(&mut self, site: SiteId, receiver: Receiver) -> Option<Letter> {
        if !self.state.delivers() {
            return None;
        }
        let Handling { lost, touch, .. } = self.handle(site, TEST_NOTIFICATION, None);
        let number = self.state.world.number_notification(site)?;
        self.letter(site, receiver, Arc::new(touch), TEST_NOTIFICATION, number, lost)
    }

    fn letter(
        &self,
        site: SiteId,
        mut receiver: Receiver,
        touch: Arc<Touch>,
        kind: &str,
        number: u64,
        lost: bool,
    ) -> Option<Letter> {
        let world = &self.state.world;
        let site = world.site(site)?;
        let profile = &site.location.profile;
        if let Some(secret) = &touch.secret {
            receiver.secret = secret.as_str().into();
        }
        Some(Letter {
            ticket: None,
            id: site.ids.notification(world.epoch(), number),
            kind: touch.kind.clone().unwrap_or_else(|| kind.to_owned()),
            location: profile.key.clone(),
            uid: profile.uid.clone(),
            event_id: None,
            part: None,
            receiver,
            settings: Arc::clone(&self.state.settings),
            number,
            attempt: 1,
            since: self.now,
            touch,
            lost,
        })
    }

    /// What is to be attempted now.
    pub(super) fn letters(&mut self) -> Vec<Arc<Letter>> {
        let moves = matches!(self.clock_mode(), ClockMode::Wall | ClockMode::Scaled(_));
        let taken = self.state.outbox.take(self.now);
        let letter = |(ticket, item): (u64, Item)| {
            let Item { told, elements, number, attempts, due, touch } = item;
            let (kind, receiver) = (told.notice.kind().as_str(), told.receiver.clone());
            let event_id = self.event_id(&told);
            let letter = self.letter(told.site, receiver, touch, kind, number, false)?;
            Some(Arc::new(Letter {
                ticket: Some(ticket),
                event_id,
                attempt: attempts + 1,
                since: if moves { self.now } else { due },
                part: Some(Part { told, elements }),
                ..letter
            }))
        };
        taken.into_iter().filter_map(letter).collect()
    }

    /// Takes what came of an attempt.
    pub(super) fn landed(&mut self, letter: &Letter, carried: Carried) -> Outcome {
        let well = matches!(carried.answered, Ok(200..=299));
        let settings = Arc::clone(&self.state.settings);
        let again = letter.ticket.is_some() && letter.attempt < settings.notification_attempts;
        let outcome = match (well, again) {
            (true, _) => Outcome::Delivered,
            (false, true) => Outcome::Again(letter.since.plus(gap(letter.attempt, &settings))),
            (false, false) => Outcome::Dropped,
        };
        if let Some(ticket) = letter.ticket {
            let again = if let Outcome::Again(at) = outcome { Some(at) } else { None };
            self.state.outbox.landed(ticket, again);
        }
        let attempt = Arc::new(Attempt {
            id: letter.id,
            kind: letter.kind.clone(),
            location: letter.location.clone(),
            event: letter.event_id.clone(),
            number: letter.number,
            url: Arc::clone(&letter.receiver.url),
            attempt: letter.attempt,
            answered: carried.answered,
            outcome,
            body: carried.body,
        });
        self.state.outbox.log(self.now, Arc::clone(&attempt));
        let (name, text) = (letter.kind.clone(), attempt.text());
        let act = Act { attempt: Some(attempt), ..Act::new("notification", name, text) };
        self.append(What::Act(act), letter.touch.injected.clone());
        outcome
    }

    /// Goes on to the next instant at which something is due or a delivery is to be tried again, up to `to`. False if there
    /// is none. Without `to`, billing periods are no reason to go on.
    pub(in crate::engine) fn pass_to_next(&mut self, to: Option<At>) -> bool {
        let of_world = match to {
            Some(_) => self.state.next_due(),
            None => self.state.next_but_periods(),
        };
        let dues = [of_world, self.state.outbox.next_due()];
        let next = dues.into_iter().flatten().min();
        let Some(next) = next.filter(|due| to.is_none_or(|to| *due <= to)) else { return false };
        self.pass_to(next);
        true
    }
}
