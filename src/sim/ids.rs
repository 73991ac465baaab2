//! The ids of one location that the model must not make up: pure functions of (seed, location, purpose, n).
//!
//! Event and version ids are keyed permutations of the number they stand for: they look like version 4 UUIDs, need
//! no table, and are read back by undoing the permutation. An id that was never given out fails the
//! check bits.

use std::fmt::Write as _;

use uuid::Uuid;

use super::entropy::{Stream, hash64, hash128, open, seal};
use crate::model::{IdSource, Seq};

/// What a version or event id stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataSet {
    /// The asset list, counts included.
    Assets = 1,
    /// The assignment list.
    Assignments = 2,
    /// The user list.
    Users = 3,
    /// The list of subscriptions, counts included.
    Subscriptions = 6,
    /// The list of assignments of subscriptions.
    Seats = 7,
    /// The list of administrators of subscriptions.
    Administrators = 8,
}

const EVENTS: u8 = 0;
const NOTIFICATIONS: u8 = 4;
const RUNS: u8 = 5;
const CURSORS: u8 = 9;

/// Makes and reads the ids of one location.
#[derive(Debug, Clone)]
pub struct LocationIds {
    seed: u64,
    location: String,
    key: u64,
    /// Literal version ids that the world gives.
    pinned: Vec<(DataSet, Seq, Uuid)>,
}

impl LocationIds {
    /// The ids of the location with this key.
    pub fn new(seed: u64, location: &str) -> Self {
        let key = hash64(seed, location, "ids", b"");
        Self { seed, location: location.to_owned(), key, pinned: Vec::new() }
    }

    /// Gives a version a literal id.
    pub fn pin(&mut self, set: DataSet, seq: Seq, id: Uuid) {
        self.pinned.push((set, seq, id));
    }

    /// The versions that have a literal id.
    pub fn pinned(&self) -> &[(DataSet, Seq, Uuid)] {
        &self.pinned
    }

    /// The id of an event.
    pub fn event(&self, number: u64) -> Uuid {
        self.seal(EVENTS, 0, number)
    }

    /// The event that an id stands for, if this location gave it out or could.
    pub fn read_event(&self, id: &str) -> Option<u64> {
        self.open(EVENTS, 0, Uuid::try_parse(id).ok()?)
    }

    /// The id of the `n`-th notification in the `epoch`-th life of the world.
    pub fn notification(&self, epoch: u16, n: u64) -> Uuid {
        self.seal(NOTIFICATIONS, epoch, n)
    }

    /// The id of the `n`-th run through a list in the `epoch`-th life of the world.
    pub fn run(&self, epoch: u16, n: u64) -> Uuid {
        self.seal(RUNS, epoch, n)
    }

    /// The run that an id stands for, if this location gave it out or could in this life of the world.
    pub fn read_run(&self, epoch: u16, id: &str) -> Option<u64> {
        self.open(RUNS, epoch, Uuid::try_parse(id).ok()?)
    }

    /// The id inside the `n`-th cursor through a list in the `epoch`-th life of the world.
    pub fn cursor(&self, epoch: u16, n: u64) -> Uuid {
        self.seal(CURSORS, epoch, n)
    }

    /// The cursor that an id stands for, if this location gave it out or could in this life of the world.
    pub fn read_cursor(&self, epoch: u16, id: Uuid) -> Option<u64> {
        self.open(CURSORS, epoch, id)
    }

    /// Proves that a text is of this location.
    pub fn proof_of(&self, text: &str) -> u64 {
        hash64(self.key, "", "text", text.as_bytes())
    }

    /// The id of the state of a data set after `seq` writes, in the `epoch`-th life of the world.
    pub fn version(&self, set: DataSet, epoch: u16, seq: Seq) -> Uuid {
        let pinned = self.pinned.iter().find(|(of, at, _)| *of == set && *at == seq);
        pinned.map_or_else(|| self.seal(set as u8, epoch, seq), |(_, _, id)| *id)
    }

    /// How many writes a data set had had in the state that an id names; `None` for an id of another
    /// data set, location or epoch, or no id at all.
    pub fn read_version(&self, set: DataSet, epoch: u16, id: &str) -> Option<Seq> {
        let id = Uuid::try_parse(id).ok()?;
        let pinned = self.pinned.iter().find(|(of, _, pinned)| *of == set && *pinned == id);
        pinned.map_or_else(|| self.open(set as u8, epoch, id), |(_, seq, _)| Some(*seq))
    }

    /// 64 bits of number, 16 of epoch, 4 of purpose, and 38 that prove that it is one of ours.
    fn seal(&self, purpose: u8, epoch: u16, number: u64) -> Uuid {
        let body = u128::from(number) << 20 | u128::from(epoch) << 4 | u128::from(purpose);
        seal(self.key, u128::from(self.proof(body)) << 84 | body)
    }

    fn open(&self, purpose: u8, epoch: u16, id: Uuid) -> Option<u64> {
        let payload = open(self.key, id)?;
        let body = payload & ((1 << 84) - 1);
        let ours = payload >> 84 == u128::from(self.proof(body))
            && body as u8 & 0xf == purpose
            && (body >> 4) as u16 == epoch;
        ours.then_some((body >> 20) as u64)
    }

    fn proof(&self, body: u128) -> u64 {
        hash64(self.key, "", "proof", &body.to_le_bytes()) >> 26
    }
}

impl IdSource for LocationIds {
    /// 32 lower-case hex digits (apple-v2.md §1, identifier shapes).
    fn invite_code(&self, n: u64) -> String {
        format!("{:032x}", hash128(self.seed, &self.location, "invite", &n.to_le_bytes()))
    }

    /// Base64 of 20 bytes (apple-v2.md §1, identifier shapes).
    fn account_hash(&self, account: &str) -> String {
        use base64::Engine as _;
        let high = hash128(self.seed, &self.location, "account", account.as_bytes());
        let low = hash64(self.seed, &self.location, "account-tail", account.as_bytes());
        let mut bytes = high.to_be_bytes().to_vec();
        bytes.extend_from_slice(&low.to_be_bytes()[..4]);
        base64::engine::general_purpose::STANDARD.encode(bytes)
    }
}

/// A location's `uId`: 16 decimal digits that do not begin with 0.
pub fn uid(seed: u64, location: &str) -> String {
    let mut digits = String::new();
    let number = 10_u64.pow(15) + Stream::new(seed, location, "uid", 0).below(9 * 10_u64.pow(15));
    let _ = write!(digits, "{number}");
    digits
}

/// A location's legacy number: 16 decimal digits.
pub fn location_id(seed: u64, location: &str) -> u64 {
    sixteen_digits(seed, location, "location-id")
}

/// The number of an organization: 16 decimal digits.
pub fn organization_id(seed: u64, organization: &str) -> u64 {
    sixteen_digits(seed, organization, "organization-id")
}

/// The hash of an organization's number: 64 lower-case hex digits.
pub fn organization_hash(seed: u64, organization: &str) -> String {
    let half = |n: u8| hash128(seed, organization, "organization-hash", &[n]);
    format!("{:032x}{:032x}", half(0), half(1))
}

fn sixteen_digits(seed: u64, of: &str, purpose: &str) -> u64 {
    10_u64.pow(15) + Stream::new(seed, of, purpose, 0).below(9 * 10_u64.pow(15))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_back_and_no_other_is() {
        let berlin = LocationIds::new(7, "berlin");
        let id = berlin.version(DataSet::Assignments, 1, 42);
        assert_eq!(id.get_version_num(), 4);
        assert_eq!(berlin.read_version(DataSet::Assignments, 1, &id.to_string()), Some(42));
        assert_eq!(berlin.read_version(DataSet::Users, 1, &id.to_string()), None, "another set");
        assert_eq!(berlin.read_version(DataSet::Assignments, 0, &id.to_string()), None, "epoch");
        assert_eq!(berlin.read_event(&id.to_string()), None, "not an event");
        let paris = LocationIds::new(7, "paris");
        assert_eq!(paris.read_version(DataSet::Assignments, 1, &id.to_string()), None);
        assert_eq!(berlin.read_version(DataSet::Assignments, 1, "not-a-uuid"), None);
    }

    #[test]
    fn no_two_notifications_have_one_id() {
        let (berlin, paris) = (LocationIds::new(7, "berlin"), LocationIds::new(7, "paris"));
        let ids: Vec<Uuid> = (0..100)
            .flat_map(|n| {
                [berlin.notification(0, n), berlin.notification(1, n), paris.notification(0, n)]
            })
            .collect();
        let different: std::collections::BTreeSet<&Uuid> = ids.iter().collect();
        assert_eq!(different.len(), ids.len());
        assert_eq!(
            ids[0],
            LocationIds::new(7, "berlin").notification(0, 0),
            "made of what is given"
        );
        assert_eq!(berlin.read_event(&ids[0].to_string()), None);
    }

    #[test]
    fn a_pinned_version_stands_for_its_state() {
        let mut ids = LocationIds::new(7, "main");
        let pinned = Uuid::from_u128(0x0090_61cb_87d1_4ea8_ae4c_7849_dc49_224e);
        ids.pin(DataSet::Assignments, 0, pinned);
        assert_eq!(ids.version(DataSet::Assignments, 0, 0), pinned);
        assert_eq!(ids.read_version(DataSet::Assignments, 0, &pinned.to_string()), Some(0));
        assert_ne!(ids.version(DataSet::Assignments, 0, 1), pinned);
    }

    #[test]
    fn shapes_are_those_of_the_examples() {
        let ids = LocationIds::new(1, "berlin");
        assert_eq!(ids.invite_code(0).len(), 32);
        assert_ne!(ids.invite_code(0), ids.invite_code(1));
        let hash = ids.account_hash("ada@school.example");
        assert_eq!((hash.len(), hash.ends_with('=')), (28, true));
        assert_eq!(uid(1, "berlin").len(), 16);
    }
}
