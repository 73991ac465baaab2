//! Client users: records that an organization keeps for its people.
//!
//! One client user id may have any number of retired records but at most one active one
//! (apple-v2.md §8); at most one active record is linked to an Apple Account.

use std::sync::Arc;

use super::ids::{Seq, UserId};
use super::kinds::UserStatus;
use crate::store::{Blocks, Classes, Names, Roster};

/// A client user's record.
#[derive(Debug, Clone)]
pub struct User {
    /// Number of the client user id.
    name: u32,
    /// E-mail address, if one was given.
    pub email: Option<Arc<str>>,
    /// Where the user stands.
    pub status: UserStatus,
    /// The code of the latest invitation, if there was one.
    pub invite_code: Option<Arc<str>>,
    /// The hash of the Apple Account that is linked, or was when the user was retired.
    pub account_hash: Option<Arc<str>>,
    /// Number of that account.
    account: Option<u32>,
    /// The legacy numeric id.
    pub number: u64,
    /// The latest write to this record; 0 if the world began with it.
    pub changed: Seq,
    /// The record before this one with the same client user id.
    previous: Option<UserId>,
}

impl User {
    /// Whether the user can be assigned content.
    pub const fn is_active(&self) -> bool {
        self.status.is_active()
    }
}

/// The records of one client user id.
#[derive(Debug, Clone, Copy, Default)]
struct Person {
    latest: Option<UserId>,
    /// Need not be the latest: where an old record came back, a newer one is retired.
    active: Option<UserId>,
}

/// Records are in three classes.
const CLASSES: usize = 3;

const fn class(status: UserStatus) -> usize {
    match status {
        UserStatus::Registered | UserStatus::Associated => 0,
        UserStatus::Retired => 1,
        UserStatus::Deleted => 2,
    }
}

/// The classes of records that a reader wants to see: all, active or retired ones. Who asks for
/// active and retired ones only, both at once, asks for none.
pub fn classes(active_only: bool, retired_only: bool) -> Classes {
    Classes((if active_only { 0b001 } else { 0b111 }) & (if retired_only { 0b010 } else { 0b111 }))
}

/// Whether a record is in one of these classes.
pub(super) fn shows(user: &User, classes: Classes) -> bool {
    classes.0 >> class(user.status) & 1 == 1
}

/// The users of a location, in order of creation.
#[derive(Debug, Clone, Default)]
pub struct Users {
    names: Names,
    /// Per client user id: its records.
    people: Blocks<Person>,
    records: Roster<User, CLASSES>,
    accounts: Names,
    /// Per Apple Account: the active record that it is linked to.
    linked: Blocks<Option<UserId>>,
    /// Every write, in order; a record is in a class only at its latest.
    log: Roster<UserId, CLASSES>,
}

impl Users {
    /// Writes to this data set so far.
    pub const fn seq(&self) -> Seq {
        self.log.len() as Seq
    }

    /// All records.
    pub const fn records(&self) -> &Roster<User, CLASSES> {
        &self.records
    }

    /// Every record that was written to, at its latest write; position `n` is write `n + 1`.
    pub const fn log(&self) -> &Roster<UserId, CLASSES> {
        &self.log
    }

    /// The record with this id.
    pub fn get(&self, id: UserId) -> Option<&User> {
        self.records.get(id.0 as usize)
    }

    /// The client user id of a record.
    pub fn client_user_id(&self, user: &User) -> &str {
        self.names.text(user.name)
    }

    /// The records of a client user id, the latest first.
    pub fn records_of(&self, client_user_id: &str) -> impl Iterator<Item = UserId> {
        let latest = self.person(client_user_id).and_then(|person| person.latest);
        std::iter::successors(latest, |id| self.get(*id)?.previous)
    }

    /// The active record of a client user id.
    pub fn active(&self, client_user_id: &str) -> Option<UserId> {
        self.person(client_user_id)?.active
    }

    fn person(&self, client_user_id: &str) -> Option<Person> {
        self.people.get(self.names.find(client_user_id)? as usize).copied()
    }

    /// The account that a record is or was linked to.
    pub fn account(&self, user: &User) -> Option<&str> {
        user.account.map(|number| self.accounts.text(number))
    }

    /// The active record that an Apple Account is linked to.
    pub fn linked_to(&self, account: &str) -> Option<UserId> {
        *self.linked.get(self.accounts.find(account)? as usize)?
    }

    /// Whether the account that a record is or was linked to is this one.
    pub fn was_linked_to(&self, id: UserId, account: &str) -> bool {
        let number = self.accounts.find(account);
        number.is_some() && self.get(id).is_some_and(|user| user.account == number)
    }

    /// The record whose invitation, which is open, has this code. Looks at every active record.
    pub fn invited(&self, code: &str) -> Option<UserId> {
        let mut active = self.records.walk(classes(true, false), 0);
        let found = active.find(|(_, user)| {
            user.status == UserStatus::Registered && user.invite_code.as_deref() == Some(code)
        });
        found.map(|(position, _)| UserId(position as u32))
    }

    /// The record with this legacy number. Numbers mostly ascend by one, so that few records are looked at.
    pub fn numbered(&self, number: u64) -> Option<UserId> {
        let first = self.records.get(0)?.number;
        let guess = usize::try_from(number.saturating_sub(first)).ok();
        let fits = |at: &usize| self.records.get(*at).is_some_and(|user| user.number == number);
        let found = guess.filter(fits).or_else(|| (0..self.records.len()).find(fits));
        found.map(|at| UserId(at as u32))
    }

    /// Adds a registered record without invitation or account.
    pub fn add(&mut self, client_user_id: &str, email: Option<&str>, number: u64) -> UserId {
        let name = self.names.intern(client_user_id);
        self.people.grow(name as usize + 1, &Person::default());
        let id = UserId(self.records.len() as u32);
        let mut previous = None;
        if let Some(person) = self.people.get_mut(name as usize) {
            previous = person.latest.replace(id);
            person.active = Some(id);
        }
        let status = UserStatus::Registered;
        let record = User {
            name,
            email: email.map(Arc::from),
            status,
            invite_code: None,
            account_hash: None,
            account: None,
            number,
            changed: 0,
            previous,
        };
        self.records.push(record, class(status));
        id
    }

    /// Changes a record's own members. Not for its status or account.
    pub fn change(&mut self, id: UserId) -> Option<&mut User> {
        self.records.get_mut(id.0 as usize)
    }

    /// Links an account to a record, under the hash by which the location sees it.
    pub fn link(&mut self, id: UserId, account: &str, hash: String) {
        let number = self.accounts.intern(account);
        self.linked.grow(number as usize + 1, &None);
        if let Some(linked) = self.linked.get_mut(number as usize) {
            *linked = Some(id);
        }
        if let Some(user) = self.records.get_mut(id.0 as usize) {
            user.account = Some(number);
            user.account_hash = Some(hash.into());
        }
        self.set_status(id, UserStatus::Associated);
    }

    /// Moves a record to a status. A record that ceases to be active lets go of its account, but
    /// remembers which it was.
    pub fn set_status(&mut self, id: UserId, status: UserStatus) {
        let Some(user) = self.records.get_mut(id.0 as usize) else { return };
        user.status = status;
        let (name, account) = (user.name, user.account);
        self.records.put(id.0 as usize, Some(class(status)));
        if let Some(person) = self.people.get_mut(name as usize) {
            if status.is_active() {
                person.active = Some(id);
            } else if person.active == Some(id) {
                person.active = None;
            }
        }
        if let Some(number) = account
            && let Some(linked) = self.linked.get_mut(number as usize)
        {
            if status == UserStatus::Associated {
                *linked = Some(id);
            } else if *linked == Some(id) {
                *linked = None;
            }
        }
    }

    /// Notes that a record was written to: a delta tells it from here on.
    pub fn written(&mut self, id: UserId) {
        let Some(user) = self.get(id) else { return };
        let (before, class) = (user.changed, class(user.status));
        if before > 0 {
            self.log.put(before as usize - 1, None);
        }
        let changed = self.log.push(id, class) as Seq + 1;
        if let Some(user) = self.records.get_mut(id.0 as usize) {
            user.changed = changed;
        }
    }

    /// Adds a record as it stood before, with its account, and whether it is the one that the account is
    /// linked to. Says what is wrong instead if another one is.
    pub(super) fn restore(
        &mut self,
        client_user_id: &str,
        mut user: User,
        account: Option<(&str, bool)>,
    ) -> Result<(), &'static str> {
        let id = UserId(self.records.len() as u32);
        user.name = self.names.intern(client_user_id);
        self.people.grow(user.name as usize + 1, &Person::default());
        if let Some(person) = self.people.get_mut(user.name as usize) {
            user.previous = person.latest.replace(id);
            if user.status.is_active() && person.active.replace(id).is_some() {
                return Err("is active, and so is another record of the same client user id");
            }
        }
        if let Some((account, linked)) = account {
            let number = self.accounts.intern(account);
            user.account = Some(number);
            self.linked.grow(number as usize + 1, &None);
            if let Some(place) = self.linked.get_mut(number as usize).filter(|_| linked)
                && place.replace(id).is_some()
            {
                return Err("is linked to an account that another record is linked to");
            }
        }
        let class = class(user.status);
        self.records.push(user, class);
        Ok(())
    }

    /// Goes on counting writes after `seq`; `writes` are the latest of each record, ascending.
    pub(super) fn restore_log(&mut self, seq: Seq, writes: &[(Seq, UserId)]) {
        let mut log = Roster::default();
        let pass = |log: &mut Roster<UserId, CLASSES>, until: Seq| {
            let gap = until.saturating_sub(log.len() as Seq);
            log.push_spent(usize::try_from(gap).unwrap_or(0), &UserId(0));
        };
        for (changed, id) in writes {
            pass(&mut log, changed.saturating_sub(1));
            log.push(*id, self.get(*id).map_or(0, |user| class(user.status)));
        }
        pass(&mut log, seq);
        self.log = log;
    }
}

impl User {
    /// A record by its own members; its place among others is found when it is restored.
    pub(super) fn new(
        email: Option<Arc<str>>,
        status: UserStatus,
        invite_code: Option<Arc<str>>,
        account_hash: Option<Arc<str>>,
        number: u64,
        changed: Seq,
    ) -> Self {
        let (name, account, previous) = (0, None, None);
        Self { name, email, status, invite_code, account_hash, account, number, changed, previous }
    }
}
