//! Subscriptions without HTTP: seats are counted, periods end, and who is to know is told.
//!
//! * [`accounting`]: the rows of the fact sheet's table. [`periods`]: time. [`refusals`]: what is refused, in which order.
//!   [`portal`]: verbs. [`states`]: saved, loaded and compared. [`property`]: whatever happens, the counts are right.

mod accounting;
mod periods;
mod portal;
mod property;
mod refusals;
mod states;

use std::sync::Arc;

use quince::model::subscription::{Seat, SeatCounts, Subscription};
use quince::model::{
    AdministratorRequest, At, ClientConfig, Command, Date, EventStatus, LicenceKind, Limits,
    Location, Notice, NotificationType, Receiver, Refusal, SeatRequest, Split, SubscriptionStatus,
    UserRequest,
};
use quince::sim::spec::{LocationSpec, OrganizationSpec, WorldSpec};
use quince::sim::verbs::{Deed, Outcome, SubscriptionDeed, Verb, VerbError};
use quince::sim::{Happening, Settings, SiteId, World, build, date};

/// The product that most tests are about, and its app.
const PRO: u64 = 6_740_000_017;
const APP: u64 = 1_501_000_001;
/// Another product of the app.
const TEAM: u64 = 6_740_000_018;

const TYPES: [NotificationType; 7] = [
    NotificationType::AssetCount,
    NotificationType::AssetManagement,
    NotificationType::UserManagement,
    NotificationType::UserAssociated,
    NotificationType::SubscriptionManagement,
    NotificationType::SubscriptionCount,
    NotificationType::UnlimitedAsset,
];

const HERE: SiteId = SiteId(0);

/// A world of one location, at a moment.
#[derive(Debug, Clone)]
struct Desk {
    world: World,
    now: At,
    settings: Settings,
}

fn at(text: &str) -> At {
    date::parse(text).unwrap()
}

fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

const fn split(renewing: u32, expiring: u32) -> Split {
    Split { renewing, expiring }
}

fn names(range: std::ops::RangeInclusive<u32>) -> Vec<Arc<str>> {
    range.map(|n| format!("u-{n:03}").into()).collect()
}

impl Desk {
    /// A location that has enabled subscriptions, with so many associated users, `u-001` and so on, and somebody who wants
    /// to be told everything. It is 15 January 2027.
    fn new(users: u32) -> Self {
        let organization =
            OrganizationSpec { key: "o".to_owned(), name: "O".to_owned(), domains: Vec::new() };
        let spec = WorldSpec {
            organizations: vec![organization],
            locations: vec![LocationSpec::new("berlin", 0)],
            ..WorldSpec::default()
        };
        let (now, settings) = (at("2027-01-15T09:00:00Z"), Settings::observed());
        let world = build(&spec, 1, now, settings.token_lifetime);
        let mut desk = Self { world, now, settings };
        let user = |name: Arc<str>| UserRequest {
            managed_apple_id: Some(format!("{name}@o.example")),
            client_user_id: name,
            email: None,
        };
        let users: Vec<UserRequest> = names(1..=users).into_iter().map(user).collect();
        if !users.is_empty() {
            desk.act(Deed::AddUsers { users, count: 1 }).unwrap();
        }
        desk.change(|location| {
            location.config = Arc::new(ClientConfig {
                receiver: Some(Receiver { url: "https://mdm.example".into(), secret: "s".into() }),
                types: TYPES.into_iter().collect(),
                ..ClientConfig::default()
            });
            location.declare_subscriptions(true).unwrap();
        });
        desk.world.take_notices();
        desk
    }

    fn location(&self) -> &Location {
        &self.world.sites()[0].location
    }

    fn change<R>(&mut self, change: impl FnOnce(&mut Location) -> R) -> R {
        self.world.change_at(HERE, self.now, |location, _| change(location)).unwrap()
    }

    fn act(&mut self, deed: Deed) -> Result<Outcome, VerbError> {
        let verb = Verb { location: None, deed };
        self.world.act(&verb, self.now, &self.settings)
    }

    fn portal(&mut self, deed: SubscriptionDeed) -> Result<Outcome, VerbError> {
        self.act(Deed::Subscription(deed))
    }

    /// Buys licences of both kinds; a new subscription has periods of a month, the first to the 31st.
    fn buy(&mut self, adam_id: u64, renewing: u32, expiring: u32) {
        for (kind, count) in [(LicenceKind::Renewing, renewing), (LicenceKind::Expiring, expiring)]
        {
            if count > 0 {
                let is_new = self.location().subscriptions.get(adam_id).is_none();
                self.portal(SubscriptionDeed::BuySeats {
                    adam_id: Some(adam_id),
                    parent_adam_id: Some(APP),
                    count,
                    kind,
                    period: None,
                    period_end: is_new.then(|| day("2027-01-31")),
                    force: false,
                })
                .unwrap();
            }
        }
    }

    fn turn_licences(&mut self, adam_id: u64, count: u32, to: LicenceKind) {
        let (adam_id, count) = (Some(adam_id), Some(count));
        self.portal(SubscriptionDeed::TurnSeats { adam_id, count, to }).unwrap();
    }

    fn set_status(&mut self, adam_id: u64, status: SubscriptionStatus) {
        let adam_id = Some(adam_id);
        self.portal(SubscriptionDeed::SetStatus { adam_id, status }).unwrap();
    }

    fn by_group(&mut self, adam_id: u64, count: u32) -> Result<Outcome, VerbError> {
        let (adam_id, client_user_ids) = (Some(adam_id), Vec::new());
        self.portal(SubscriptionDeed::AssignByGroup { adam_id, client_user_ids, count })
    }

    fn accept(&mut self, command: Command) -> Result<u64, Refusal> {
        self.world.accept(HERE, command, self.now, &self.settings).unwrap()
    }

    /// Associates and waits; returns how many tasks succeeded.
    fn give(&mut self, adam_id: u64, users: &[Arc<str>], renewing: bool) -> u32 {
        let command = Command::AssociateSeats(SeatRequest {
            adam_ids: vec![adam_id],
            client_user_ids: users.to_vec(),
            renewing,
            deferred: false,
        });
        let number = self.accept(command).unwrap();
        self.settle(number)
    }

    /// Disassociates and waits; returns the event.
    fn take(&mut self, adam_id: u64, users: &[Arc<str>], deferred: bool) -> u64 {
        let command = Command::DisassociateSeats(SeatRequest {
            adam_ids: vec![adam_id],
            client_user_ids: users.to_vec(),
            renewing: true,
            deferred,
        });
        let number = self.accept(command).unwrap();
        self.settle(number);
        let event = self.location().events.get(number).unwrap();
        assert_eq!(event.status(), EventStatus::Complete);
        number
    }

    fn settle(&mut self, number: u64) -> u32 {
        while self.location().events.unfinished(number).is_some() {
            let next = self.world.next_of_events().unwrap();
            self.pass_to(next);
        }
        self.location().events.get(number).unwrap().completed
    }

    fn pass_to(&mut self, to: At) -> Vec<Happening> {
        let mut happened = Vec::new();
        self.world.step_to(to, &self.settings, |happening| happened.push(happening));
        self.now = self.now.max(to);
        happened
    }

    /// Passes the end of a day.
    fn pass(&mut self, text: &str) -> Vec<Happening> {
        self.pass_to(day(text).end())
    }

    fn record(&self, adam_id: u64) -> Subscription {
        *self.location().subscriptions.get(adam_id).unwrap()
    }

    fn counts(&self, adam_id: u64) -> SeatCounts {
        self.record(adam_id).counts()
    }

    fn seat(&self, adam_id: u64, user: &str) -> Option<Seat> {
        self.location().subscriptions.seat(adam_id, user).copied()
    }

    /// What was told since this was last asked.
    fn told(&mut self) -> Vec<Notice> {
        self.world.take_notices().into_iter().map(|told| told.notice).collect()
    }

    /// [`Desk::told`], a short line each.
    fn lines(&mut self) -> Vec<String> {
        self.told().iter().map(line).collect()
    }
}

/// A notice in a line.
fn line(notice: &Notice) -> String {
    match notice {
        Notice::Seats(managed) => {
            let who: Vec<String> = managed
                .elements
                .iter()
                .map(|it| format!("{}{}", it.client_user_id, if it.renewing { "+" } else { "-" }))
                .collect();
            let event = managed.event.map_or_else(String::new, |event| format!(" e{event}"));
            let failed = if managed.failure.is_some() { " failed" } else { "" };
            format!("{:?}{event}{failed} {}", managed.kind, who.join(" "))
        }
        Notice::SeatCount(it) => {
            let pair = |split: Split| format!("{}/{}", split.renewing, split.expiring);
            format!("count {} free of {}", pair(it.available), pair(it.total))
        }
        other => format!("{:?}", other.kind()),
    }
}

/// Who is to administer what.
fn administrators(adam_ids: &[u64], users: &[&str]) -> AdministratorRequest {
    let client_user_ids = users.iter().map(|user| Arc::from(*user)).collect();
    AdministratorRequest { adam_ids: adam_ids.to_vec(), client_user_ids }
}

const LIMITS: Limits = Limits::DOCUMENTED;
