//! What the fact sheet and the decisions say of a location's contents, as plainly as it can be said: lists that
//! are searched from end to end. Shares no code with quince.
//!
//! Not here: what requests do to it (`service`).

use serde_json::{Value, json};

/// The settings of a case, as far as the reference must know them.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools, reason = "settings that have two values each")]
pub(super) struct Rules {
    /// `v2.event_delay`, in milliseconds.
    pub(super) delay: i64,
    /// `v2.event_steps`.
    pub(super) steps: u32,
    /// `v2.page_size`.
    pub(super) page_size: usize,
    /// `v2.unknown_user=async`.
    pub(super) unknown_users_later: bool,
    /// `v2.removals_in_delta=listed`.
    pub(super) removals_listed: bool,
    /// `users.same_account=old`.
    pub(super) old_record_stays: bool,
    /// `assets.retired_count=+retired_users`.
    pub(super) retired_users_count: bool,
}

/// An asset.
#[derive(Debug, Clone)]
pub(super) struct Asset {
    pub(super) name: AssetName,
    pub(super) is_book: bool,
    /// `None` is unlimited.
    pub(super) supply: Option<u32>,
    pub(super) retired: u32,
    pub(super) revocable: bool,
    pub(super) for_devices: bool,
}

/// `adamId`, and whether the quality is PLUS.
pub(super) type AssetName = (String, bool);

/// The status of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Registered,
    Associated,
    Retired,
    Deleted,
}

/// A user's record. Records are never removed: a record is named by its place.
#[derive(Debug, Clone)]
pub(super) struct User {
    pub(super) id: String,
    pub(super) email: Option<String>,
    pub(super) status: Status,
    /// The account that is or was linked.
    pub(super) account: Option<String>,
    /// Which of the location's invitations the record got last.
    pub(super) invitation: Option<u32>,
    /// The write to the users that touched it last.
    pub(super) written: u32,
}

/// Who holds something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Holder {
    /// The record at this place.
    User(usize),
    /// The device of this serial number.
    Device(String),
}

/// An assignment that stands.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) asset: usize,
    pub(super) holder: Holder,
    /// The write to the assignments that made it.
    pub(super) made: u32,
}

/// Writes to each data set so far. Only whether two are equal means something outside.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Writes {
    pub(super) assets: u32,
    pub(super) assignments: u32,
    pub(super) users: u32,
}

/// All lists of a location. A version is a clone of it.
#[derive(Debug, Clone, Default)]
pub(super) struct State {
    pub(super) assets: Vec<Asset>,
    pub(super) users: Vec<User>,
    /// In order of creation.
    pub(super) held: Vec<Held>,
    pub(super) invitations: u32,
    /// The pair that was taken back last.
    pub(super) given_up: Option<(usize, Holder)>,
    pub(super) writes: Writes,
}

impl User {
    pub(super) fn is_active(&self) -> bool {
        matches!(self.status, Status::Registered | Status::Associated)
    }

    /// As listed. Invite codes and hashes stand as labels that name which they are.
    pub(super) fn record(&self) -> Value {
        let mut record = json!({"clientUserId": self.id, "status": self.status_word()});
        if let Some(email) = &self.email {
            record["email"] = json!(email);
        }
        if let Some(label) = self.hash_label() {
            record["idHash"] = json!(label);
        }
        if let (Status::Registered, Some(number)) = (self.status, self.invitation) {
            record["inviteCode"] = json!(format!("invitation {number}"));
        }
        record
    }

    fn hash_label(&self) -> Option<String> {
        self.account.as_ref().map(|account| format!("hash of {account}"))
    }

    fn status_word(&self) -> &'static str {
        match self.status {
            Status::Registered => "Registered",
            Status::Associated => "Associated",
            Status::Retired => "Retired",
            Status::Deleted => "Deleted",
        }
    }
}

/// How a quality is spelled.
pub(super) fn quality(plus: bool) -> &'static str {
    if plus { "PLUS" } else { "STDQ" }
}

impl State {
    /// The place of the active record of a client user id.
    pub(super) fn active(&self, id: &str) -> Option<usize> {
        self.users.iter().position(|user| user.id == id && user.is_active())
    }

    /// The place of an asset.
    pub(super) fn asset(&self, name: &AssetName) -> Option<usize> {
        self.assets.iter().position(|asset| asset.name == *name)
    }

    /// Licences of an asset that somebody holds.
    pub(super) fn assigned(&self, asset: usize) -> u32 {
        self.held.iter().map(|held| u32::from(held.asset == asset)).sum()
    }

    /// Licences of an asset.
    pub(super) fn total(&self, asset: usize) -> u32 {
        self.assets[asset].supply.unwrap_or(2_147_483_647)
    }

    /// Whether the holder is neither retired nor deleted.
    pub(super) fn holder_active(&self, holder: &Holder) -> bool {
        match holder {
            Holder::User(place) => self.users[*place].is_active(),
            Holder::Device(_) => true,
        }
    }

    /// Whether a pair is assigned.
    pub(super) fn holds(&self, asset: usize, holder: &Holder) -> bool {
        self.held.iter().any(|held| held.asset == asset && held.holder == *holder)
    }

    /// An asset as listed.
    pub(super) fn asset_record(&self, place: usize, rules: &Rules) -> Value {
        let asset = &self.assets[place];
        let of_retired = self.held.iter().filter(|held| {
            held.asset == place && !asset.revocable && !self.holder_active(&held.holder)
        });
        let extra = if rules.retired_users_count { of_retired.count() } else { 0 };
        let (total, assigned) = (self.total(place), self.assigned(place));
        json!({
            "adamId": asset.name.0,
            "pricingParam": quality(asset.name.1),
            "productType": if asset.is_book { "Book" } else { "App" },
            "assignedCount": assigned,
            "availableCount": total - assigned,
            "retiredCount": asset.retired as usize + extra,
            "totalCount": total,
            "deviceAssignable": asset.for_devices,
            "revocable": asset.revocable,
            "supportedPlatforms": ["iOS"],
        })
    }

    /// An assignment as listed, with `includeUserState=true` or without.
    pub(super) fn assignment_record(&self, held: &Held, with_state: bool) -> Value {
        let (adam_id, plus) = &self.assets[held.asset].name;
        let mut record = json!({"adamId": adam_id, "pricingParam": quality(*plus)});
        match &held.holder {
            Holder::Device(serial) => record["serialNumber"] = json!(serial),
            Holder::User(place) => {
                let user = &self.users[*place];
                record["clientUserId"] = json!(user.id);
                if with_state {
                    record["userStatus"] = json!(user.status_word());
                    if let Some(label) = user.hash_label() {
                        record["idHash"] = json!(label);
                    }
                }
            }
        }
        record
    }
}
