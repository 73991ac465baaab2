//! Events of which subscribers are told before anything has changed (a fault: the service tells afterwards).
//!
//! When a part of such an event falls due, a copy of the location carries it out and the location keeps the notices alone.
//! From then on nothing falls due here until somebody says that the part counts; later events of the queue wait. What
//! changes meanwhile past the queue may make the part end otherwise than it was told.
//!
//! Not here: who delivers the notices, and when it says so (`engine`).

use super::behaviour::Behaviour;
use super::event::{Event, Foretold};
use super::ids::IdSource;
use super::location::Location;
use super::notice::Notices;
use super::time::At;

impl Location {
    /// Lets an event that has not ended be told before it counts, part by part. False if there is no such event or it
    /// has ended.
    pub fn foretell(&mut self, number: u64) -> bool {
        let wanted = |event: &mut Event| event.foretold = Foretold::Wanted;
        self.events.change_unfinished(number, wanted)
    }

    /// The event that was told and waits to count.
    pub fn foretold(&self) -> Option<u64> {
        self.events.first_told()
    }

    /// Tells what the next part of an event will change, as if it had.
    pub(super) fn tell_first(
        &mut self,
        number: u64,
        mut event: Event,
        now: At,
        behaviour: &Behaviour,
        ids: &dyn IdSource,
    ) {
        let mut ahead = self.clone();
        ahead.notices = Notices::default();
        ahead.begin_telling_of(&event, number);
        ahead.carry_out_but((number, &mut event.clone()), event.next_part(), None, behaviour, ids);
        self.notices.add(ahead.take_notices());
        event.foretold = Foretold::Told;
        self.events.put_back(number, event, now);
    }

    /// Carries out the part that was told, and returns the number of its event.
    pub fn count_told(
        &mut self,
        now: At,
        behaviour: &Behaviour,
        ids: &dyn IdSource,
    ) -> Option<u64> {
        let number = self.foretold()?;
        let (_, mut event) = self.events.first()?;
        let part = event.next_part();
        self.end_telling();
        self.carry_out_but((number, &mut event), part, None, behaviour, ids);
        event.steps_done += 1;
        event.foretold = Foretold::Wanted;
        self.events.put_back(number, event, now);
        Some(number)
    }
}
