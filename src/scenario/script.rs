//! A scenario as plain data: read, checked, and not yet carried out.

use std::sync::Arc;
use std::time::Duration;

use crate::faults::Rule;
use crate::judge::{Expected, Gate};
use crate::model::{AssetName, At, Date, EventStatus, Span, SubscriptionStatus, UserStatus};
use crate::predicate::{Pattern, Where};
use crate::sim::ClockMode;
use crate::sim::spec::WorldSpec;
use crate::sim::verbs::Verb;

/// A scenario.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// What it is called.
    pub name: String,
    /// The file that it was read from; none if it came another way.
    pub file: Option<String>,
    /// The seed that its world was made with.
    pub seed: u64,
    /// The profile of its settings.
    pub profile: Option<String>,
    /// Settings on top of it: key and value.
    pub settings: Vec<(String, String)>,
    /// Who moves time, if it says so.
    pub clock: Option<ClockMode>,
    /// What the clock shows at first, if it says so.
    pub start: Option<At>,
    /// The world, with the scenario's own changes in it; none if it says nothing of a world.
    pub world: Option<Arc<WorldSpec>>,
    /// The rules, those of presets last.
    pub rules: Vec<Arc<Rule>>,
    /// The timeline.
    pub steps: Vec<Step>,
    /// What fails the run.
    pub gate: Gate,
}

/// A step of the timeline. It waits for its cause, acts in the order of `acts`, and then expects.
#[derive(Debug, Clone)]
pub struct Step {
    /// What it is called: unique in its scenario.
    pub name: String,
    /// What it waits for; nothing, if it follows the step before at once.
    pub cause: Option<Cause>,
    /// What it does.
    pub acts: Vec<Act>,
    /// What it expects then.
    pub expects: Vec<Expect>,
}

/// What a step waits for.
#[derive(Debug, Clone)]
pub enum Cause {
    /// Calls since the step before.
    Call {
        /// Of these operations.
        operation: Pattern,
        /// Of this page of a list.
        page: Option<u64>,
        /// Of the location with this key.
        location: Option<String>,
        /// With these conditions on the request.
        wheres: Vec<Where>,
        /// So many; at least 1.
        count: u64,
        /// In real time; for ever if absent, which ends with the client.
        within: Option<Duration>,
    },
    /// The client has ended.
    Exit,
    /// A virtual instant has come.
    At(At),
    /// So much virtual time has passed since the scenario began.
    Passed(Span),
    /// Something has happened.
    After(Moment),
}

/// Something that happens, and a step can wait for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moment {
    /// An event that the rule with this id touched has ended.
    EventEnded(Arc<str>),
    /// The step of this name is done.
    StepDone(String),
    /// The rule of this id has fired.
    RuleFired(Arc<str>),
}

/// What a step does.
#[derive(Debug, Clone)]
pub enum Act {
    /// Virtual time moves on.
    Advance(Advance),
    /// Something happens past the MDM: a verb by name.
    Verb(String, Verb),
    /// Settings change: key and value.
    Set(Vec<(String, String)>),
    /// Events that the rule with this id touched, and that have not ended, end: with this number for every task, or as
    /// the world has it.
    EndEvent(Arc<str>, Option<u16>),
    /// The present state gets a name.
    Mark(String),
    /// The present state is kept whole, under a name.
    Snapshot(String),
    /// What is different between two states goes into the report.
    Diff {
        /// The one: a mark, a number of the journal, or `now`.
        from: String,
        /// The other.
        to: String,
        /// What the text must be, if the scenario says so.
        is: Option<String>,
    },
}

/// How virtual time moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advance {
    /// By so much.
    By(Span),
    /// To an instant.
    To(At),
    /// To the last thing that falls due by itself.
    UntilIdle,
}

/// Something expected.
#[derive(Debug, Clone)]
pub struct Expect {
    /// Its id in reports: given, or `step name/n` for the n-th of its step, from 1.
    pub id: String,
    /// What.
    pub wanted: Wanted,
    /// As it was written, for reports.
    pub written: String,
}

/// What is expected.
#[derive(Debug, Clone)]
pub enum Wanted {
    /// Every event that the rule with this id touched is in this state; at least one is there.
    Event(Arc<str>, EventStatus),
    /// Counts of an asset.
    Asset {
        /// Key of the location; the only one if absent.
        location: Option<String>,
        /// Which.
        asset: AssetName,
        /// Licences that somebody holds.
        assigned: Option<u32>,
        /// Licences that are free.
        available: Option<u32>,
        /// Licences in all.
        total: Option<u32>,
        /// Licences that were given back or moved.
        retired: Option<u32>,
    },
    /// State of a user; `None`: there is no such user.
    User {
        /// Key of the location; the only one if absent.
        location: Option<String>,
        /// Which.
        client_user_id: String,
        /// In which state its latest record is.
        status: Option<UserStatus>,
    },
    /// Whether somebody holds an asset.
    Holds {
        /// Key of the location; the only one if absent.
        location: Option<String>,
        /// Which asset.
        asset: AssetName,
        /// The user, or else the device.
        client_user_id: Option<String>,
        /// The device.
        serial_number: Option<String>,
        /// Whether they hold it.
        held: bool,
    },
    /// A subscription as it stands.
    Subscription {
        /// Key of the location; the only one if absent.
        location: Option<String>,
        /// The product.
        adam_id: u64,
        /// Whether it can be used.
        status: Option<SubscriptionStatus>,
        /// The last day of its period.
        period_end: Option<Date>,
        /// Assignments, free licences and all licences.
        counts: [WantedCount; 3],
    },
    /// The assignment of a subscription to a user.
    Seat {
        /// Key of the location; the only one if absent.
        location: Option<String>,
        /// The product.
        adam_id: u64,
        /// The user.
        client_user_id: String,
        /// Whether there is one.
        held: bool,
        /// Whether it goes on after the period.
        renewing: Option<bool>,
    },
    /// Entries of the journal.
    Journal {
        /// Which, how many, in which order.
        expected: Expected,
        /// Only those after this mark.
        since: Option<String>,
        /// When it is judged.
        window: Window,
    },
}

/// A count of a subscription, as far as it is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WantedCount {
    /// In all.
    pub sum: Option<u32>,
    /// Of what renews.
    pub renewing: Option<u32>,
    /// Of what expires.
    pub expiring: Option<u32>,
}

/// When an expectation of the journal is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// At once, over what happened since the scenario began.
    Now,
    /// As soon as it is met, in so much real time at most; over what happened since the scenario began.
    Within(Duration),
    /// Over what happens from its step on, for so long in real time; the end of the client ends it early.
    For(Duration),
    /// Over what happens from its step on until the client ends.
    ToTheEnd,
}
