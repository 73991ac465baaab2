//! Notices: what a location tells whoever subscribed to its changes (apple-v2.md §12). Plain data of one change each.
//!
//! A notice is made where the change is made, and only if the client configuration of that moment has a receiver and
//! subscribes to its kind: without a subscriber nothing is kept and nothing is allocated. The notices of an event
//! stand in the order of its tasks: asset by asset, of each the successes before the failures, of these one notice a
//! reason. Whoever changes a location takes its notices right afterwards ([`Location::take_notices`]).
//!
//! Not here: how a notice is cut and spelled (`api::v2::notifications`), and who delivers it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::config::NotificationType;
use super::event::{Event, EventKind, Work};
use super::ids::{AssetId, AssetName, Holder, UserId};
use super::kinds::{Supply, UserStatus};
use super::location::Location;
use super::refusal::Failure;
use super::subscription::Split;

/// Assignments or users that the service puts into one notification (apple-v2.md §12.1).
pub const ELEMENTS_MAX: usize = 100;

/// One change that a subscriber is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// Assets were given or taken back, or could not be.
    Assets(Managed<Assigned>),
    /// Users were made, changed or retired, or could not be.
    Users(Managed<Person>),
    /// Licences came or went by purchase, transfer or refund.
    Count(Counted),
    /// Subscriptions were given or taken back, or could not be.
    Seats(Managed<SeatHeld>),
    /// Licences of a subscription came, went, changed their kind or rolled over.
    SeatCount(SeatsCounted),
    /// These users accepted their invitations.
    Associated(Vec<Person>),
}

/// Tasks of one kind with one outcome. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Managed<T> {
    /// What was done, or was to be.
    pub kind: EventKind,
    /// The number of the event; none if the change came from outside.
    pub event: Option<u64>,
    /// Why all of these failed; none if all succeeded.
    pub failure: Option<Failure>,
    /// What it was done to, in the order of the tasks.
    pub elements: Vec<T>,
}

/// An asset and who got it, gave it back or was to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assigned {
    /// What.
    pub asset: Arc<AssetName>,
    /// The client user id or serial number.
    pub holder: Arc<str>,
    /// Whether that is a serial number.
    pub is_device: bool,
}

/// A user as it stood right after the change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Chosen by the MDM.
    pub client_user_id: Arc<str>,
    /// E-mail address.
    pub email: Option<Arc<str>>,
    /// The hash of the Apple Account that is or was linked.
    pub account_hash: Option<Arc<str>>,
    /// The code of the invitation that is open, was just accepted, or ended as the user was retired.
    pub invite_code: Option<Arc<str>>,
    /// Where the user stands; none if a task failed because there is no such user, or made none.
    pub status: Option<UserStatus>,
}

/// Licences of an asset that came or went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// Of what.
    pub asset: AssetName,
    /// How many came; negative if they went.
    pub delta: i64,
}

/// A subscription and the user who got it, gave it back or was to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeatHeld {
    /// The product.
    pub adam_id: u64,
    /// Who.
    pub client_user_id: Arc<str>,
    /// Its mode; of one that was taken back, the mode before.
    pub renewing: bool,
}

/// Licences of a subscription, as they stand after the change: no differences (apple-subscriptions.md §9.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeatsCounted {
    /// The app that it belongs to.
    pub parent_adam_id: Option<u64>,
    /// The product.
    pub adam_id: u64,
    /// Those that nobody holds, by kind.
    pub available: Split,
    /// All, by kind.
    pub total: Split,
}

impl Notice {
    /// What one must have subscribed to, to be told this.
    pub const fn kind(&self) -> NotificationType {
        match self {
            Self::Assets(_) => NotificationType::AssetManagement,
            Self::Users(_) => NotificationType::UserManagement,
            Self::Count(_) => NotificationType::AssetCount,
            Self::Associated(_) => NotificationType::UserAssociated,
            Self::Seats(_) => NotificationType::SubscriptionManagement,
            Self::SeatCount(_) => NotificationType::SubscriptionCount,
        }
    }

    /// How many assignments or users it is about. A count is one element.
    pub fn elements(&self) -> usize {
        match self {
            Self::Assets(managed) => managed.elements.len(),
            Self::Users(managed) => managed.elements.len(),
            Self::Associated(people) => people.len(),
            Self::Seats(managed) => managed.elements.len(),
            Self::Count(_) | Self::SeatCount(_) => 1,
        }
    }

    /// The number of the event that caused it; none if that came from outside.
    pub const fn event(&self) -> Option<u64> {
        match self {
            Self::Assets(managed) => managed.event,
            Self::Users(managed) => managed.event,
            Self::Seats(managed) => managed.event,
            Self::Count(_) | Self::SeatCount(_) | Self::Associated(_) => None,
        }
    }
}

/// What kind of notice tells of events of this kind, if they are not about subscriptions.
const fn told_as(kind: EventKind) -> NotificationType {
    match kind {
        EventKind::Associate | EventKind::Disassociate | EventKind::Revoke => {
            NotificationType::AssetManagement
        }
        EventKind::Create | EventKind::Update | EventKind::Retire => {
            NotificationType::UserManagement
        }
    }
}

/// The notices of a location that nobody has taken yet.
#[derive(Debug, Clone, Default)]
pub(super) struct Notices {
    made: Vec<Notice>,
    /// There only while tasks are carried out of which a subscriber is told.
    draft: Option<Draft>,
}

/// Tasks on their way into notices.
#[derive(Debug, Clone)]
struct Draft {
    kind: EventKind,
    event: Option<u64>,
    assigned: Outcomes<Assigned>,
    people: Outcomes<Person>,
    seats: Outcomes<SeatHeld>,
    /// The subscription whose turn it is.
    current_product: Option<u64>,
    /// The asset whose turn it is, by its place in the request.
    current: Option<(usize, Arc<AssetName>)>,
    /// Names that several tasks share.
    assets: BTreeMap<AssetId, Arc<AssetName>>,
    holder: Option<(Holder, Arc<str>, bool)>,
}

/// Elements by what became of them; failures in the order in which their reasons appeared.
#[derive(Debug, Clone)]
struct Outcomes<T> {
    succeeded: Vec<T>,
    failed: Vec<(Failure, Vec<T>)>,
}

impl<T> Default for Outcomes<T> {
    fn default() -> Self {
        Self { succeeded: Vec::new(), failed: Vec::new() }
    }
}

impl<T> Outcomes<T> {
    fn put(&mut self, element: T, failure: Option<Failure>) {
        let Some(why) = failure else { return self.succeeded.push(element) };
        match self.failed.iter_mut().find(|(other, _)| *other == why) {
            Some((_, elements)) => elements.push(element),
            None => self.failed.push((why, vec![element])),
        }
    }

    /// What was put in so far: successes first.
    fn take(&mut self, kind: EventKind, event: Option<u64>) -> impl Iterator<Item = Managed<T>> {
        let Self { succeeded, failed } = std::mem::take(self);
        let succeeded = (!succeeded.is_empty()).then_some((None, succeeded));
        let failed = failed.into_iter().map(|(why, elements)| (Some(why), elements));
        succeeded.into_iter().chain(failed).map(move |(failure, elements)| Managed {
            kind,
            event,
            failure,
            elements,
        })
    }
}

impl Notices {
    /// Adds what was made elsewhere.
    pub(super) fn add(&mut self, made: Vec<Notice>) {
        self.flush();
        self.made.extend(made);
    }

    /// Makes notices of what was drafted.
    fn flush(&mut self) {
        let Some(draft) = &mut self.draft else { return };
        let (kind, event) = (draft.kind, draft.event);
        self.made.extend(draft.assigned.take(kind, event).map(Notice::Assets));
        self.made.extend(draft.people.take(kind, event).map(Notice::Users));
        self.made.extend(draft.seats.take(kind, event).map(Notice::Seats));
    }

    /// Drafts what became of a seat: one product after the other.
    pub(super) fn seat(&mut self, seat: SeatHeld, failure: Option<Failure>) {
        let Some(draft) = &mut self.draft else { return };
        if draft.current_product.replace(seat.adam_id).is_some_and(|other| other != seat.adam_id) {
            self.flush();
        }
        if let Some(draft) = &mut self.draft {
            draft.seats.put(seat, failure);
        }
    }

    /// Makes a notice of counts.
    pub(super) fn seat_count(&mut self, counted: SeatsCounted) {
        self.made.push(Notice::SeatCount(counted));
    }

    /// The draft, in which the asset at `place` of the request has its turn: one asset after the other.
    fn turn_of(&mut self, place: usize, name: &AssetName) -> Option<(&mut Draft, Arc<AssetName>)> {
        let current = self.draft.as_ref()?.current.as_ref().filter(|(at, _)| *at == place);
        let asset = if let Some((_, asset)) = current {
            Arc::clone(asset)
        } else {
            self.flush();
            Arc::new(name.clone())
        };
        let draft = self.draft.as_mut()?;
        draft.current = Some((place, Arc::clone(&asset)));
        Some((draft, asset))
    }
}

impl Location {
    /// Takes the notices of the changes since they were last taken, in order.
    pub fn take_notices(&mut self) -> Vec<Notice> {
        self.end_telling();
        std::mem::take(&mut self.notices.made)
    }

    /// From here on tells of the tasks of an event, or of changes from outside, if anybody wants to know.
    pub(super) fn begin_telling(&mut self, kind: EventKind, event: Option<u64>) {
        self.begin_telling_as(told_as(kind), kind, event);
    }

    /// [`Location::begin_telling`] for an event that goes on.
    pub(super) fn begin_telling_of(&mut self, event: &Event, number: u64) {
        let of = match event.work {
            Work::Seats(_) => NotificationType::SubscriptionManagement,
            _ => told_as(event.kind),
        };
        self.begin_telling_as(of, event.kind, Some(number));
    }

    /// [`Location::begin_telling`], as notices of this kind.
    pub(super) fn begin_telling_as(
        &mut self,
        of: NotificationType,
        kind: EventKind,
        event: Option<u64>,
    ) {
        self.end_telling();
        self.notices.draft = self.config.wants(of).then(|| Draft {
            kind,
            event,
            assigned: Outcomes::default(),
            people: Outcomes::default(),
            seats: Outcomes::default(),
            current_product: None,
            current: None,
            assets: BTreeMap::new(),
            holder: None,
        });
    }

    /// Makes notices of what was told since telling began.
    pub(super) fn end_telling(&mut self) {
        self.notices.flush();
        self.notices.draft = None;
    }

    /// Tells what became of task `n`.
    ///
    /// Of tasks about subscriptions tells [`Location::tell_untried_seat`], or the task itself.
    pub(super) fn tell_task(&mut self, work: &Work, n: usize, failure: Option<Failure>) {
        if self.notices.draft.is_none() {
            return;
        }
        match work {
            Work::Nothing | Work::Seats(_) => {}
            Work::Assets(targets) => {
                let each = targets.len().max(1);
                let (place, target) = (n / each, targets.get(n % each));
                if let (Some(name), Some(target)) = (targets.assets.get(place), target)
                    && let Some((draft, asset)) = self.notices.turn_of(place, name)
                {
                    let (holder, is_device) = (target.name(), target.is_device());
                    draft.assigned.put(Assigned { asset, holder, is_device }, failure);
                }
            }
            Work::Pairs(pairs) => {
                if let Some((asset, holder)) = pairs.get(n) {
                    self.tell_pair(*asset, *holder, failure);
                }
            }
            Work::Users(users) => {
                if let Some(user) = users.get(n) {
                    self.tell_user(&user.client_user_id, failure);
                }
            }
        }
    }

    /// Tells what became of an asset and a holder.
    pub(super) fn tell_pair(&mut self, id: AssetId, holder: Holder, failure: Option<Failure>) {
        let Some(mut draft) = self.notices.draft.take() else { return };
        if draft.holder.as_ref().is_none_or(|(last, ..)| *last != holder) {
            let (name, is_device) = self.holder_name(holder);
            draft.holder = Some((holder, name.into(), is_device));
        }
        if !draft.assets.contains_key(&id) {
            draft.assets.extend(self.asset_name(id).map(|name| (id, Arc::new(name))));
        }
        if let (Some(asset), Some((_, name, is_device))) = (draft.assets.get(&id), &draft.holder) {
            let (asset, holder) = (Arc::clone(asset), Arc::clone(name));
            draft.assigned.put(Assigned { asset, holder, is_device: *is_device }, failure);
        }
        self.notices.draft = Some(draft);
    }

    /// Tells that a user was retired from outside.
    pub(super) fn tell_retired(&mut self, user: UserId) {
        self.begin_telling(EventKind::Retire, None);
        if self.notices.draft.is_some() {
            self.tell_user(&self.name_of(user), None);
        }
        self.end_telling();
    }

    /// Tells what became of a user.
    pub(super) fn tell_user(&mut self, client_user_id: &Arc<str>, failure: Option<Failure>) {
        let Some(kind) = self.notices.draft.as_ref().map(|draft| draft.kind) else { return };
        let active = self.users.active(client_user_id);
        let written = |id: &UserId| self.users.get(*id).map_or(0, |user| user.changed);
        let id = match failure {
            // Nothing was changed: a retired record is not what was asked for.
            Some(_) => active,
            None => active.or_else(|| self.users.records_of(client_user_id).max_by_key(written)),
        };
        let person = self.person(client_user_id, id, kind == EventKind::Retire);
        if let Some(draft) = &mut self.notices.draft {
            draft.people.put(person, failure);
        }
    }

    /// Tells that licences of an asset came, or went if `delta` is negative. Of unlimited assets nothing is told.
    pub(super) fn tell_count(&mut self, id: AssetId, delta: i64) {
        let is_limited =
            self.assets.get(id).is_some_and(|asset| matches!(asset.supply, Supply::Limited(_)));
        if delta == 0 || !is_limited || !self.config.wants(NotificationType::AssetCount) {
            return;
        }
        let counted = self.asset_name(id).map(|asset| Notice::Count(Counted { asset, delta }));
        self.notices.made.extend(counted);
    }

    /// Tells that the invitation of a user was accepted.
    pub(super) fn tell_associated(&mut self, user: UserId) {
        if self.config.wants(NotificationType::UserAssociated) {
            let name = self.name_of(user);
            let person = self.person(&name, self.users.active(&name), true);
            self.notices.made.push(Notice::Associated(vec![person]));
        }
    }

    fn name_of(&self, user: UserId) -> Arc<str> {
        self.users.get(user).map_or("", |user| self.users.client_user_id(user)).into()
    }

    /// A record as it stands. The code of an invitation that is over shows only if `with_code`.
    fn person(&self, client_user_id: &Arc<str>, id: Option<UserId>, with_code: bool) -> Person {
        let user = id.and_then(|id| self.users.get(id));
        let invited = user.filter(|user| with_code || user.status == UserStatus::Registered);
        Person {
            client_user_id: Arc::clone(client_user_id),
            email: user.and_then(|user| user.email.clone()),
            account_hash: user.and_then(|user| user.account_hash.clone()),
            invite_code: invited.and_then(|user| user.invite_code.clone()),
            status: user.map(|user| user.status),
        }
    }

    fn asset_name(&self, id: AssetId) -> Option<AssetName> {
        let asset = self.assets.get(id)?;
        let adam_id = self.assets.adam_id(asset.product).to_owned();
        Some(AssetName { adam_id, pricing_param: asset.pricing_param })
    }
}
