//! Queries: what is asked of a list, and which rows of the reference that leaves.

use std::fmt::Display;

use super::reference::{Held, Holder, State, Status, quality};
use super::worlds::{ACCOUNTS, SERIALS, USERS};

/// Numbers to draw from; they come around.
#[derive(Debug, Clone)]
pub(super) struct Draws {
    pub(super) numbers: Vec<u8>,
    pub(super) at: usize,
}

/// A query in the making, with the rows that are left.
struct Ask<T> {
    parts: Vec<String>,
    rows: Vec<T>,
}

impl Draws {
    /// The next number.
    pub(super) fn next(&mut self) -> usize {
        self.at += 1;
        usize::from(self.numbers[self.at % self.numbers.len()])
    }

    /// One of so many values, or mostly none.
    fn maybe(&mut self, values: usize) -> Option<usize> {
        let drawn = self.next();
        drawn.is_multiple_of(4).then_some(drawn / 4 % values)
    }

    fn maybe_flag(&mut self) -> Option<bool> {
        self.maybe(2).map(|drawn| drawn == 1)
    }
}

impl<T> Ask<T> {
    fn by(&mut self, name: &str, value: impl Display, keep: impl Fn(&T) -> bool) {
        self.parts.push(format!("{name}={value}"));
        self.rows.retain(keep);
    }

    fn done(self) -> (String, Vec<T>) {
        (self.parts.join("&"), self.rows)
    }
}

/// Products to ask for; the last is nobody's.
const PRODUCTS: [&str; 5] = ["700", "702", "703", "704", "999"];

/// Asks for assets; the rows are places.
pub(super) fn assets(draws: &mut Draws, state: &State) -> (String, Vec<usize>) {
    let mut ask = Ask { parts: Vec::new(), rows: (0..state.assets.len()).collect() };
    let of = |place: &usize| &state.assets[*place];
    if let Some(at) = draws.maybe(PRODUCTS.len()) {
        ask.by("adamId", PRODUCTS[at], |row| of(row).name.0 == PRODUCTS[at]);
    }
    if let Some(plus) = draws.maybe_flag() {
        ask.by("pricingParam", quality(plus), |row| of(row).name.1 == plus);
    }
    if let Some(book) = draws.maybe_flag() {
        let word = if book { "Book" } else { "App" };
        ask.by("productType", word, |row| of(row).is_book == book);
    }
    if let Some(flag) = draws.maybe_flag() {
        ask.by("revocable", flag, |row| of(row).revocable == flag);
    }
    if let Some(flag) = draws.maybe_flag() {
        ask.by("deviceAssignable", flag, |row| of(row).for_devices == flag);
    }
    if draws.maybe(2).is_some() {
        ask.by("unlimited", false, |row| of(row).supply.is_some());
    }
    let assigned = |row: &usize| state.assigned(*row) as usize;
    let available = |row: &usize| (state.total(*row) - state.assigned(*row)) as usize;
    if let Some(bound) = draws.maybe(4) {
        ask.by("minAvailableCount", bound, |row| available(row) >= bound);
    }
    if let Some(bound) = draws.maybe(4) {
        ask.by("maxAvailableCount", bound, |row| available(row) <= bound);
    }
    if let Some(bound) = draws.maybe(4) {
        ask.by("minAssignedCount", bound, |row| assigned(row) >= bound);
    }
    if let Some(bound) = draws.maybe(4) {
        ask.by("maxAssignedCount", bound, |row| assigned(row) <= bound);
    }
    ask.done()
}

/// Asks for some of these assignments; the flag says whether with the state of users.
pub(super) fn assignments(
    draws: &mut Draws,
    state: &State,
    rows: Vec<Held>,
) -> (String, Vec<Held>, bool) {
    let mut ask = Ask { parts: Vec::new(), rows };
    let name = |held: &Held| state.assets[held.asset].name.clone();
    if let Some(at) = draws.maybe(PRODUCTS.len()) {
        ask.by("adamId", PRODUCTS[at], |held| name(held).0 == PRODUCTS[at]);
    }
    if let Some(plus) = draws.maybe_flag() {
        ask.by("pricingParam", quality(plus), |held| name(held).1 == plus);
    }
    if let Some(at) = draws.maybe(USERS.len()) {
        let is_it = |place: usize| state.users[place].id == USERS[at];
        let keep = |held: &Held| matches!(held.holder, Holder::User(place) if is_it(place));
        ask.by("clientUserId", USERS[at], keep);
    }
    if let Some(at) = draws.maybe(SERIALS.len()) {
        let device = Holder::Device(SERIALS[at].to_owned());
        ask.by("serialNumber", SERIALS[at], |held| held.holder == device);
    }
    if let Some(flag) = draws.maybe_flag() {
        let keep = |held: &Held| !flag || state.holder_active(&held.holder);
        ask.by("excludeInactiveUsers", flag, keep);
    }
    let with_state = draws.maybe_flag();
    if let Some(flag) = with_state {
        ask.by("includeUserState", flag, |_| true);
    }
    let (query, rows) = ask.done();
    (query, rows, with_state == Some(true))
}

/// Asks for some of these users, by their places.
pub(super) fn users(draws: &mut Draws, state: &State, rows: Vec<usize>) -> (String, Vec<usize>) {
    let mut ask = Ask { parts: Vec::new(), rows };
    let of = |place: &usize| &state.users[*place];
    if let Some(flag) = draws.maybe_flag() {
        ask.by("activeOnly", flag, |row| !flag || of(row).is_active());
    }
    if let Some(flag) = draws.maybe_flag() {
        ask.by("retiredOnly", flag, |row| !flag || of(row).status == Status::Retired);
    }
    if let Some(at) = draws.maybe(USERS.len()) {
        ask.by("clientUserId", USERS[at], |row| of(row).id == USERS[at]);
    }
    if let Some(at) = draws.maybe(ACCOUNTS.len()) {
        let linked = |row: &usize| of(row).account.as_deref() == Some(ACCOUNTS[at]);
        ask.by("managedAppleId", ACCOUNTS[at], |row| of(row).is_active() && linked(row));
    }
    ask.done()
}
