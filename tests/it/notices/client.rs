//! A client that knows nothing but notifications: the state of a location at the beginning, and what it is told from
//! then on. It follows the fact sheet (apple-v2.md §8, §10, §12) and shares no code with quince.

use std::collections::{BTreeMap, BTreeSet};

use quince::model::{HolderKind, Location, PricingParam, Supply, UserStatus};
use quince::store::Classes;
use serde_json::Value;

/// `adamId` and `pricingParam`.
type Asset = (String, String);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Holder {
    /// A record, by its place.
    User(usize),
    Device(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Record {
    id: String,
    email: Option<String>,
    hash: Option<String>,
    code: Option<String>,
    status: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Counts {
    available: i64,
    total: i64,
}

/// What it believes of a location.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Client {
    /// Of limited assets.
    counts: BTreeMap<Asset, Counts>,
    users: Vec<Record>,
    held: BTreeSet<(Asset, Holder)>,
}

/// Which assets can be taken back: no notification tells it, a client reads it in the list.
pub(super) type Revocable = BTreeSet<Asset>;

fn quality(quality: PricingParam) -> String {
    match quality {
        PricingParam::Standard => "STDQ",
        PricingParam::Plus => "PLUS",
    }
    .to_owned()
}

pub(super) fn revocable(location: &Location) -> Revocable {
    let name = |asset: &quince::model::Asset| {
        (location.assets.adam_id(asset.product).to_owned(), quality(asset.pricing_param))
    };
    location.assets.iter().filter(|asset| asset.revocable).map(name).collect()
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn asset_of(value: &Value) -> Asset {
    (text(&value["adamId"]).unwrap(), text(&value["pricingParam"]).unwrap())
}

impl Record {
    fn read(user: &Value) -> Self {
        let status = text(&user["status"]).unwrap();
        let is_open = status == "Registered";
        Self {
            id: text(&user["clientUserId"]).unwrap(),
            email: text(&user["email"]),
            hash: text(&user["idHash"]),
            // The list shows it only then.
            code: text(&user["inviteCode"]).filter(|_| is_open),
            status,
        }
    }

    fn is_active(&self) -> bool {
        ["Registered", "Associated"].contains(&self.status.as_str())
    }
}

impl Client {
    /// Reads everything, as a client does that begins.
    pub(super) fn read(location: &Location) -> Self {
        let mut client = Self::default();
        for asset in location.assets.iter().filter(|it| it.supply != Supply::Unlimited) {
            let name = location.assets.adam_id(asset.product).to_owned();
            let counts =
                Counts { available: asset.available().into(), total: asset.total().into() };
            client.counts.insert((name, quality(asset.pricing_param)), counts);
        }
        for (_, user) in location.users.records().walk(Classes::ALL, 0) {
            let is_open = user.status == UserStatus::Registered;
            client.users.push(Record {
                id: location.users.client_user_id(user).to_owned(),
                email: user.email.as_deref().map(str::to_owned),
                hash: user.account_hash.as_deref().map(str::to_owned),
                code: user.invite_code.as_deref().filter(|_| is_open).map(str::to_owned),
                status: format!("{:?}", user.status),
            });
        }
        for (_, row) in location.assignments.rows().walk(Classes::ALL, 0) {
            let asset = location.assets.get(row.asset).unwrap();
            let adam_id = location.assets.adam_id(asset.product).to_owned();
            let holder = match row.holder.kind() {
                HolderKind::User(user) => Holder::User(user.0 as usize),
                HolderKind::Device(_) => {
                    Holder::Device(location.holder_name(row.holder).0.to_owned())
                }
            };
            client.held.insert(((adam_id, quality(asset.pricing_param)), holder));
        }
        client.without_nothing()
    }

    /// Without assets of which there are no licences: only the list tells whether they are still owned.
    pub(super) fn without_nothing(mut self) -> Self {
        self.counts.retain(|_, counts| *counts != Counts::default());
        self
    }

    /// Believes a notification.
    pub(super) fn hear(&mut self, body: &str, revocable: &Revocable) {
        let body: Value = serde_json::from_str(body).unwrap();
        let told = &body["notification"];
        let members =
            |value: &Value| -> Vec<String> { value.as_object().unwrap().keys().cloned().collect() };
        assert_eq!(members(&body), ["notification", "notificationId", "notificationType", "uId"]);
        match told["result"].as_str() {
            Some("FAILURE") => {
                assert_eq!(members(&told["error"]), ["errorMessage", "errorNumber"]);
                return;
            }
            Some(result) => assert_eq!((result, &told["error"]), ("SUCCESS", &Value::Null)),
            None => assert!(told["type"].is_null() && told["eventId"].is_null()),
        }
        let list = |name: &str| told[name].as_array().unwrap().iter();
        let from_outside = told["eventId"].is_null();
        match body["notificationType"].as_str().unwrap() {
            "ASSET_COUNT" => {
                let delta = told["countDelta"].as_i64().unwrap();
                let counts = self.counts.entry(asset_of(told)).or_default();
                counts.available += delta;
                counts.total += delta;
            }
            "ASSET_MANAGEMENT" => {
                let gives = told["type"] == "ASSOCIATE";
                list("assignments").for_each(|pair| self.pair(pair, gives, from_outside));
            }
            "USER_MANAGEMENT" if told["type"] == "RETIRE" => {
                list("users").for_each(|user| self.retire(Record::read(user), revocable));
            }
            "USER_MANAGEMENT" if told["type"] == "CREATE" => {
                list("users").for_each(|user| self.create(Record::read(user)));
            }
            "USER_MANAGEMENT" => list("users").for_each(|user| self.update(Record::read(user))),
            "USER_ASSOCIATED" => {
                list("associatedUsers").for_each(|user| self.update(Record::read(user)));
            }
            unknown => panic!("{unknown}"),
        }
    }

    fn active(&self, id: &str) -> Option<usize> {
        self.users.iter().position(|user| user.id == id && user.is_active())
    }

    fn count(&mut self, asset: &Asset, change: i64) {
        if let Some(counts) = self.counts.get_mut(asset) {
            counts.available += change;
        }
    }

    fn pair(&mut self, pair: &Value, gives: bool, from_outside: bool) {
        let asset = asset_of(pair);
        let holder = match (text(&pair["clientUserId"]), text(&pair["serialNumber"])) {
            (None, Some(serial)) => Holder::Device(serial),
            (Some(id), None) => {
                let active = Holder::User(self.active(&id).unwrap_or(usize::MAX));
                // With an asset that is gone, retired users lose what could not be taken back.
                let before = (0..self.users.len()).filter(|place| self.users[*place].id == id);
                let holds = |holder: &Holder| self.held.contains(&(asset.clone(), holder.clone()));
                let other = before.map(Holder::User).find(holds);
                if gives || holds(&active) || !from_outside {
                    active
                } else {
                    other.unwrap_or(active)
                }
            }
            both => panic!("{both:?}"),
        };
        assert!(!gives || holder != Holder::User(usize::MAX), "given to nobody: {pair}");
        let pair = (asset.clone(), holder);
        let changed = if gives { self.held.insert(pair) } else { self.held.remove(&pair) };
        match (changed, gives) {
            (true, true) => self.count(&asset, -1),
            (true, false) => self.count(&asset, 1),
            (false, _) => {}
        }
    }

    /// A record that never had an account is the same person again.
    fn create(&mut self, user: Record) {
        let latest = self.users.iter().rposition(|other| other.id == user.id);
        let place = latest.filter(|place| self.users[*place].hash.is_none());
        let place = place.unwrap_or_else(|| {
            self.users.push(user.clone());
            self.users.len() - 1
        });
        self.put(place, user);
    }

    fn update(&mut self, user: Record) {
        let place = self.active(&user.id).unwrap();
        self.put(place, user);
    }

    /// Where the account of a retired record is linked again, that record is a leftover, and what it kept goes to the
    /// one in its place: as a client names assignments by client user, nothing changes.
    fn put(&mut self, place: usize, user: Record) {
        if user.status == "Associated" {
            let older = |other: &Record| {
                other.id == user.id && other.status == "Retired" && other.hash == user.hash
            };
            if let Some(older) = self.users.iter().rposition(older) {
                "Deleted".clone_into(&mut self.users[older].status);
                let is_kept = |(_, holder): &&(Asset, Holder)| *holder == Holder::User(older);
                let kept: Vec<_> = self.held.iter().filter(is_kept).cloned().collect();
                for pair in kept {
                    // It cannot hold one twice.
                    if self.held.insert((pair.0.clone(), Holder::User(place))) {
                        self.held.remove(&pair);
                    }
                }
            }
        }
        self.users[place] = user;
    }

    /// What can be taken back is free again, without further notice.
    fn retire(&mut self, user: Record, revocable: &Revocable) {
        let place = self.active(&user.id).unwrap();
        self.users[place] = user;
        let lost = |(asset, holder): &&(Asset, Holder)| {
            *holder == Holder::User(place) && revocable.contains(asset)
        };
        let lost: Vec<_> = self.held.iter().filter(lost).cloned().collect();
        for pair in lost {
            self.held.remove(&pair);
            self.count(&pair.0, 1);
        }
    }
}

/// What lists can show of it: holders by name, nothing by its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shown {
    counts: BTreeMap<Asset, Counts>,
    users: BTreeMap<String, Vec<Record>>,
    held: Vec<(Asset, Option<String>, Option<String>)>,
}

impl Client {
    /// Begins with the answers of the three lists, which show it as nobody has notified it yet.
    pub(super) fn listed(assets: &Value, users: &Value, assignments: &Value) -> Self {
        let rows = |list: &Value, name: &str| list[name].as_array().unwrap().clone();
        let mut client = Self::default();
        for asset in rows(assets, "assets").iter().filter(|it| it["totalCount"] != i32::MAX) {
            let count = |name: &str| asset[name].as_i64().unwrap();
            let counts = Counts { available: count("availableCount"), total: count("totalCount") };
            client.counts.insert(asset_of(asset), counts);
        }
        client.users = rows(users, "users").iter().map(Record::read).collect();
        for row in rows(assignments, "assignments") {
            let holder = if let Some(serial) = text(&row["serialNumber"]) {
                Holder::Device(serial)
            } else {
                let id = text(&row["clientUserId"]).unwrap();
                let first = || client.users.iter().position(|user| user.id == id);
                Holder::User(client.active(&id).or_else(first).unwrap())
            };
            client.held.insert((asset_of(&row), holder));
        }
        client.without_nothing()
    }

    /// As lists show it.
    pub(super) fn shown(&self) -> Shown {
        let mut users: BTreeMap<String, Vec<Record>> = BTreeMap::new();
        for user in &self.users {
            users.entry(user.id.clone()).or_default().push(user.clone());
        }
        let name = |(asset, holder): &(Asset, Holder)| match holder {
            Holder::User(place) => (asset.clone(), Some(self.users[*place].id.clone()), None),
            Holder::Device(serial) => (asset.clone(), None, Some(serial.clone())),
        };
        let mut held: Vec<_> = self.held.iter().map(name).collect();
        held.sort();
        Shown { counts: self.clone().without_nothing().counts, users, held }
    }
}

/// Which assets can be taken back, as the list shows it.
pub(super) fn listed_revocable(assets: &Value) -> Revocable {
    let all = assets["assets"].as_array().unwrap().iter();
    all.filter(|asset| asset["revocable"] == true).map(asset_of).collect()
}
