//! What was asked for: whether a list of events can be.

use super::{Flaw, WRITES_MAX, counter, pair_flaw};
use crate::model::event::{Event, EventKind, Work};
use crate::model::ids::{AssetId, Holder};

/// Parts of an event at most; also what the setting `v2.event_steps` allows.
const STEPS_MAX: u32 = 1_000;

/// Says what is wrong with the events of a location that knows so many assets, users and devices.
pub(super) fn check_events(
    list: &[(u64, Event, bool)],
    next: u64,
    known: (usize, usize, usize),
) -> Result<(), Flaw> {
    counter("/events/next", next, WRITES_MAX)?;
    let mut free = 0;
    for (place, (number, event, held)) in list.iter().enumerate() {
        let no = |member: &str, what: String| {
            Err(Flaw::new(format!("/events/list/{place}{member}"), what))
        };
        if *number < free || *number >= next {
            return no("/number", format!("{number} is not between {free} and {next}"));
        }
        free = number + 1;
        if !(1..=STEPS_MAX).contains(&event.steps) {
            return no("/steps", format!("is not between 1 and {STEPS_MAX}"));
        }
        let is_over = event.finished.is_some();
        if event.steps_done > event.steps || (!is_over && event.steps_done == event.steps) {
            return no("/steps_done", "does not go with steps and finished".to_owned());
        }
        if event.completed > event.requested {
            return no("/completed", "is more than requested".to_owned());
        }
        if is_over && *held {
            return no("/held", "cannot be, because the event is finished".to_owned());
        }
        let tasks = match &event.work {
            Work::Nothing if is_over => continue,
            _ if is_over => return no("/work", "is left, though the event is finished".to_owned()),
            Work::Nothing => {
                return no("/work", "is missing, though the event is pending".to_owned());
            }
            Work::Assets(_) if event.kind == EventKind::Revoke => {
                if event.steps_done > 0 || event.completed > 0 {
                    return no("/work", "has pairs once it began".to_owned());
                }
                continue;
            }
            Work::Assets(targets) => targets.assets.len() as u64 * targets.len() as u64,
            Work::Pairs(pairs) => {
                let flaw = |(asset, holder): &(AssetId, Holder)| pair_flaw(*asset, *holder, known);
                if let Some((at, what)) =
                    pairs.iter().enumerate().find_map(|(at, pair)| Some((at, flaw(pair)?)))
                {
                    return no(&format!("/work/pairs/{at}"), what);
                }
                pairs.len() as u64
            }
            Work::Seats(request) => request.tasks() as u64,
            Work::Users(users) => users.len() as u64,
        };
        if tasks != u64::from(event.requested) {
            let what = format!("is {}, but the work has {tasks} tasks", event.requested);
            return no("/requested", what);
        }
        let fits = match event.kind {
            EventKind::Associate | EventKind::Disassociate => {
                matches!(event.work, Work::Assets(_) | Work::Seats(_))
            }
            EventKind::Revoke => matches!(event.work, Work::Pairs(_)),
            EventKind::Create | EventKind::Update | EventKind::Retire => {
                matches!(event.work, Work::Users(_))
            }
        };
        if !fits {
            return no("/work", "is of another kind than the event".to_owned());
        }
    }
    Ok(())
}
