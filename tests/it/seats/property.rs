//! Whatever clients, the portal and time do, the seats are right: nothing is counted that is not there, every view says the
//! same, and who listens to notifications knows it all.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::prelude::*;
use quince::model::subscription::{SeatFilter, SeatRow, SubscriptionFilter};
use quince::model::{EventKind, Span};

use super::states::through_a_file;
use super::*;

/// Products and users; few, so that steps meet.
const PRODUCTS: u64 = 3;
const USERS: u32 = 6;

/// Something that somebody does.
#[derive(Debug, Clone)]
enum Step {
    Buy {
        product: u64,
        count: u32,
        kind: LicenceKind,
        weekly: bool,
    },
    Turn {
        product: u64,
        count: u32,
        to: LicenceKind,
    },
    Status(u64, SubscriptionStatus),
    Group(u64, u32),
    Associate {
        products: u8,
        users: u8,
        renewing: bool,
    },
    Disassociate {
        product: u64,
        users: u8,
        deferred: bool,
    },
    Administrators {
        products: u8,
        users: u8,
        add: bool,
    },
    Declare(bool),
    Retire(u32),
    Return(u32),
    /// Milliseconds.
    Wait(i64),
    Days(i64),
}

fn kind() -> impl Strategy<Value = LicenceKind> {
    prop_oneof![Just(LicenceKind::Renewing), Just(LicenceKind::Expiring)]
}

fn step() -> impl Strategy<Value = Step> {
    let product = || 1..=PRODUCTS;
    let status = prop_oneof![
        3 => Just(SubscriptionStatus::Active),
        1 => Just(SubscriptionStatus::Paused),
        1 => Just(SubscriptionStatus::Inactive),
    ];
    prop_oneof![
        4 => (product(), 1_u32..4, kind(), any::<bool>())
            .prop_map(|(product, count, kind, weekly)| Step::Buy { product, count, kind, weekly }),
        3 => (product(), 1_u32..4, kind())
            .prop_map(|(product, count, to)| Step::Turn { product, count, to }),
        2 => (product(), status).prop_map(|(product, status)| Step::Status(product, status)),
        2 => (product(), 1_u32..3).prop_map(|(product, count)| Step::Group(product, count)),
        9 => (any::<u8>(), any::<u8>(), any::<bool>())
            .prop_map(|(products, users, renewing)| Step::Associate { products, users, renewing }),
        6 => (product(), any::<u8>(), any::<bool>()).prop_map(|(product, users, deferred)| {
            Step::Disassociate { product, users, deferred }
        }),
        2 => (any::<u8>(), any::<u8>(), any::<bool>())
            .prop_map(|(products, users, add)| Step::Administrators { products, users, add }),
        1 => any::<bool>().prop_map(Step::Declare),
        1 => (1..=USERS).prop_map(Step::Retire),
        2 => (1..=USERS).prop_map(Step::Return),
        6 => (0_i64..600).prop_map(Step::Wait),
        3 => (1_i64..40).prop_map(Step::Days),
    ]
}

/// The products, or users, that a number draws.
fn drawn(bits: u8, most: u32) -> impl Iterator<Item = u32> {
    (1..=most).filter(move |n| bits >> (n - 1) & 1 == 1)
}

fn users(bits: u8) -> Vec<Arc<str>> {
    drawn(bits, USERS).flat_map(|n| names(n..=n)).collect()
}

fn products(bits: u8) -> Vec<u64> {
    drawn(bits, PRODUCTS as u32).map(u64::from).collect()
}

impl Desk {
    /// Does it, if it can be done; who asks for what cannot be changes nothing.
    fn take_step(&mut self, step: &Step, n: usize) {
        let before = self.snapshot();
        let done = match step {
            Step::Buy { product, count, kind, weekly } => self
                .portal(SubscriptionDeed::BuySeats {
                    adam_id: Some(*product),
                    parent_adam_id: (*product > 1).then_some(APP),
                    count: *count,
                    kind: *kind,
                    period: if *weekly { quince::model::Period::parse("week") } else { None },
                    period_end: None,
                    force: false,
                })
                .is_ok(),
            Step::Turn { product, count, to } => {
                let (adam_id, count) = (Some(*product), Some(*count));
                self.portal(SubscriptionDeed::TurnSeats { adam_id, count, to: *to }).is_ok()
            }
            Step::Status(product, status) => {
                let (adam_id, status) = (Some(*product), *status);
                self.portal(SubscriptionDeed::SetStatus { adam_id, status }).is_ok()
            }
            Step::Group(product, count) => self.by_group(*product, *count).is_ok(),
            Step::Associate { products: of, users: to, renewing } => self
                .accept(Command::AssociateSeats(SeatRequest {
                    adam_ids: products(*of),
                    client_user_ids: users(*to),
                    renewing: *renewing,
                    deferred: false,
                }))
                .is_ok(),
            Step::Disassociate { product, users: from, deferred } => {
                // Only from those who have it, so that it is mostly accepted.
                let has = |user: &Arc<str>| self.seat(*product, user).is_some();
                let client_user_ids = users(*from).into_iter().filter(has).collect();
                self.accept(Command::DisassociateSeats(SeatRequest {
                    adam_ids: vec![*product],
                    client_user_ids,
                    renewing: true,
                    deferred: *deferred,
                }))
                .is_ok()
            }
            Step::Administrators { products: of, users: who, add } => {
                let request =
                    AdministratorRequest { adam_ids: products(*of), client_user_ids: users(*who) };
                self.change(|location| match add {
                    true => location.add_administrators(&request, &LIMITS),
                    false => location.remove_administrators(&request, &LIMITS),
                })
                .is_ok()
            }
            Step::Declare(supported) => {
                self.change(|location| location.declare_subscriptions(*supported)).is_ok()
            }
            Step::Retire(user) => {
                let client_user_id = Some(format!("u-{user:03}"));
                self.act(Deed::OtherAdminRetiresUser { client_user_id }).is_ok()
            }
            Step::Return(user) => {
                let user = UserRequest {
                    client_user_id: format!("u-{user:03}").into(),
                    email: None,
                    managed_apple_id: Some(format!("life-{n}-{user}@o.example")),
                };
                self.act(Deed::AddUsers { users: vec![user], count: 1 }).is_ok()
            }
            Step::Wait(ms) => {
                self.pass_to(self.now.plus(Span(*ms)));
                true
            }
            Step::Days(days) => {
                self.pass_to(self.now.plus(Span::days(*days)));
                true
            }
        };
        if !done {
            assert_eq!(self.snapshot(), before, "{step:?} was refused");
        }
    }

    fn snapshot(&self) -> String {
        format!("{:?}", self.location().subscriptions)
    }

    /// All assignments, read in pages.
    fn read_seats(&self, most: usize) -> Vec<SeatRow> {
        let (mut rows, mut after) = (Vec::new(), None);
        loop {
            let of = &self.location().subscriptions;
            let page = of.seats_page(&SeatFilter::default(), after.as_ref(), most);
            after = page.rows.last().map(|row| (row.adam_id, Arc::clone(&row.client_user_id)));
            rows.extend(page.rows);
            if !page.more {
                return rows;
            }
        }
    }
}

/// The counts are those of the seats, and of nothing else.
fn all_is_counted(desk: &Desk, most: usize) -> Result<(), TestCaseError> {
    let of = &desk.location().subscriptions;
    let rows = desk.read_seats(most);
    prop_assert_eq!(rows.len(), of.seats().len());
    let mut first = None;
    for row in of.subscriptions_page(&SubscriptionFilter::default(), None, usize::MAX - 1).rows {
        let record = desk.record(row.adam_id);
        let (mut assigned, mut backed) = (split(0, 0), split(0, 0));
        for ((_, user), seat) in of.seats().iter().filter(|((of, _), _)| *of == row.adam_id) {
            *(if seat.renewing { &mut assigned.renewing } else { &mut assigned.expiring }) += 1;
            match seat.backing {
                LicenceKind::Renewing => backed.renewing += 1,
                LicenceKind::Expiring => backed.expiring += 1,
            }
            prop_assert!(desk.location().is_associated(user));
            let listed = rows.iter().any(|it| {
                (it.adam_id, &it.client_user_id, it.renewing) == (row.adam_id, user, seat.renewing)
            });
            prop_assert!(listed);
        }
        prop_assert_eq!((record.assigned, record.backed), (assigned, backed));
        prop_assert!(backed.renewing <= record.total.renewing);
        prop_assert!(backed.expiring <= record.total.expiring);
        let SeatCounts { assigned, available, total } = row.counts;
        prop_assert_eq!(assigned.sum() + available.sum(), total.sum());
        let is_over = total.sum() == 0;
        prop_assert!(!is_over || record.status == SubscriptionStatus::Inactive);
        if !is_over {
            prop_assert!(record.period_end.end() > desk.now);
            first = first.into_iter().chain([(record.period_end, row.adam_id)]).min();
        }
    }
    prop_assert_eq!(of.first_end(), first);
    for ((adam_id, user), ()) in of.administrators().iter() {
        prop_assert!(of.get(*adam_id).is_some() && desk.location().is_associated(user));
    }
    Ok(())
}

/// A client that applies every notification, and reads assignments anew only where a count does not fit what it knows:
/// where assignments ended with their period, which nobody tells.
#[derive(Default)]
struct Listener {
    totals: BTreeMap<u64, Split>,
    seats: BTreeMap<(u64, Arc<str>), bool>,
    /// Products of which it has to read.
    stale: BTreeSet<u64>,
}

impl Listener {
    fn hear(&mut self, notice: &Notice) {
        match notice {
            Notice::Seats(managed) if managed.failure.is_none() => {
                for it in &managed.elements {
                    let key = (it.adam_id, Arc::clone(&it.client_user_id));
                    match managed.kind {
                        EventKind::Associate => self.seats.insert(key, it.renewing),
                        _ => self.seats.remove(&key),
                    };
                }
            }
            Notice::SeatCount(counted) => {
                let known = self.seats.keys().filter(|(of, _)| *of == counted.adam_id).count();
                if counted.total.sum() - counted.available.sum() != known as u64 {
                    self.stale.insert(counted.adam_id);
                }
                self.totals.insert(counted.adam_id, counted.total);
            }
            Notice::Users(managed) if managed.kind == EventKind::Retire => {
                for person in &managed.elements {
                    self.seats.retain(|(_, user), _| *user != person.client_user_id);
                }
            }
            _ => {}
        }
    }

    fn knows_it_all(&mut self, desk: &Desk) -> Result<(), TestCaseError> {
        let rows = desk.read_seats(100);
        for adam_id in std::mem::take(&mut self.stale) {
            self.seats.retain(|(of, _), _| *of != adam_id);
            for row in rows.iter().filter(|row| row.adam_id == adam_id) {
                let key = (adam_id, Arc::clone(&row.client_user_id));
                self.seats.insert(key, row.renewing);
            }
        }
        prop_assert_eq!(self.seats.len(), rows.len());
        for row in rows {
            let key = (row.adam_id, Arc::clone(&row.client_user_id));
            let seat = desk.seat(row.adam_id, &row.client_user_id).unwrap();
            // What is given back later is listed as expiring, and told when it is over.
            let known = self.seats.get(&key).copied();
            prop_assert!(
                known == Some(seat.renewing) || (known.is_some() && seat.deferred.is_some())
            );
        }
        for (adam_id, total) in &self.totals {
            let record = desk.location().subscriptions.get(*adam_id);
            let (owned, free) =
                record.map_or((split(0, 0), 0), |record| (record.total, record.available().sum()));
            prop_assert_eq!(owned, *total);
            let known = self.seats.keys().filter(|(of, _)| of == adam_id).count() as u64;
            prop_assert_eq!(total.sum() - known, free);
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn seats_are_right_whatever_happens(steps in vec(step(), 1..60), most in 1_usize..5) {
        let mut desk = Desk::new(USERS);
        let mut listener = Listener::default();
        for (n, step) in steps.iter().enumerate() {
            desk.take_step(step, n);
            all_is_counted(&desk, most)?;
            for notice in desk.told() {
                listener.hear(&notice);
            }
            listener.knows_it_all(&desk)?;
        }
        let (text, saved) = through_a_file(&desk);
        let mut loaded = Desk { world: saved.world, ..desk.clone() };
        prop_assert_eq!(through_a_file(&loaded).0, text);
        desk.pass_to(desk.now.plus(Span::days(70)));
        loaded.pass_to(desk.now);
        prop_assert_eq!(desk.told(), loaded.told());
        prop_assert_eq!(through_a_file(&desk).0, through_a_file(&loaded).0);
        all_is_counted(&desk, most)?;
    }
}

#[test]
fn the_cases_that_are_drawn_reach_what_the_property_is_about() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut runner = TestRunner::deterministic();
    for _ in 0..60 {
        let steps = vec(step(), 60).new_tree(&mut runner).unwrap().current();
        let mut desk = Desk::new(USERS);
        for (n, step) in steps.iter().enumerate() {
            let before = desk.clone();
            desk.take_step(step, n);
            for notice in desk.told() {
                match &notice {
                    Notice::Seats(managed) if managed.failure.is_some() => {
                        seen.insert("a task that failed");
                    }
                    Notice::Seats(managed) if managed.event.is_none() => {
                        seen.insert("a group");
                    }
                    Notice::Seats(managed) if matches!(step, Step::Days(_)) => {
                        let later = managed.elements.iter().any(|it| {
                            let seat = before.seat(it.adam_id, &it.client_user_id);
                            seat.is_some_and(|seat| seat.deferred.is_some())
                        });
                        if later && managed.kind == EventKind::Disassociate {
                            seen.insert("a seat that was given back later");
                        }
                    }
                    _ => {}
                }
            }
            for (_, seat) in desk.location().subscriptions.seats().iter() {
                match (seat.renewing, seat.backing) {
                    (true, LicenceKind::Expiring) => {
                        seen.insert("a seat that means to renew and cannot")
                    }
                    (false, LicenceKind::Renewing) => {
                        seen.insert("a seat that expires on what renews")
                    }
                    _ => continue,
                };
            }
            for (adam_id, record) in desk.location().subscriptions.records().iter() {
                let then = before.location().subscriptions.get(*adam_id);
                match (then.map(Subscription::has_licences), record.has_licences(), record.status) {
                    (Some(true), false, _) => seen.insert("a subscription that ran out"),
                    (Some(false), true, _) => seen.insert("one that was bought anew"),
                    (_, true, SubscriptionStatus::Inactive) => {
                        seen.insert("one that was deactivated")
                    }
                    (_, _, SubscriptionStatus::Paused) => seen.insert("one that is paused"),
                    _ => continue,
                };
            }
            let (was, is) = (&before.location().subscriptions, &desk.location().subscriptions);
            if was.seats().len() > is.seats().len() && matches!(step, Step::Retire(_)) {
                seen.insert("a retired user's seat");
            }
            if was.administrators().len() > is.administrators().len() {
                seen.insert("an administrator who is none any more");
            }
        }
    }
    assert_eq!(seen.len(), 11, "{seen:#?}");
}
