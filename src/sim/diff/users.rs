//! Users, record by record.

use std::collections::BTreeMap;

use super::Difference;
use crate::model::{Location, User, UserStatus};

/// A record: client user ids come back, legacy numbers do not.
type Key = (String, u64);

fn records<'a>(location: &'a Location, other: &Location) -> BTreeMap<Key, &'a User> {
    let records = location.users.records();
    let unshared = records.unshared(other.users.records());
    let found = unshared.into_iter().flatten().filter(|at| records.class(*at).is_some());
    let users = found.filter_map(|at| records.get(at));
    users.map(|it| ((location.users.client_user_id(it).to_owned(), it.number), it)).collect()
}

pub(super) fn compare(from: &Location, to: &Location, found: &mut Vec<Difference>) {
    let (before, after) = (records(from, to), records(to, from));
    let mut keys: Vec<&Key> = before.keys().chain(after.keys()).collect();
    keys.sort_unstable();
    keys.dedup();
    for key in keys {
        let name = &key.0;
        let mut tell = |difference: Difference| {
            found.push(Difference { client_user_id: Some(name.clone()), ..difference });
        };
        match (before.get(key), after.get(key)) {
            (None, Some(user)) => {
                let again = to.users.records_of(name).nth(1).is_some();
                let (kind, verb) = if again {
                    ("user-recreated", "re-created")
                } else {
                    ("user-created", "created")
                };
                let as_what = match user.status {
                    UserStatus::Registered => "",
                    UserStatus::Associated => ", associated",
                    UserStatus::Retired => " and retired",
                    UserStatus::Deleted => " and deleted",
                };
                let mut difference = Difference::new(kind, format!("user {name} {verb}{as_what}"));
                difference.to = Some(spell(user.status).to_owned());
                tell(difference);
            }
            (Some(user), None) => {
                let mut difference = Difference::new("user-gone", format!("user {name} is gone"));
                difference.from = Some(spell(user.status).to_owned());
                tell(difference);
            }
            (Some(before), Some(after)) => one(name, before, after, &mut tell),
            (None, None) => {}
        }
    }
}

fn one(name: &str, before: &User, after: &User, tell: &mut impl FnMut(Difference)) {
    if before.status != after.status {
        let (kind, verb) = match (before.status, after.status) {
            (UserStatus::Retired | UserStatus::Deleted, UserStatus::Registered) => {
                ("user-recreated", "re-created: the retired record is registered again")
            }
            (UserStatus::Retired | UserStatus::Deleted, UserStatus::Associated) => {
                ("user-recreated", "re-created: the retired record is associated again")
            }
            (_, UserStatus::Registered) => ("user-changed", "is registered again"),
            (_, UserStatus::Associated) => ("user-associated", "associated"),
            (_, UserStatus::Retired) => ("user-retired", "retired"),
            (_, UserStatus::Deleted) => {
                ("user-deleted", "deleted: its account belongs to a newer record")
            }
        };
        let difference = Difference::new(kind, format!("user {name} {verb}"));
        tell(difference.change(spell(before.status), spell(after.status)));
    }
    let changes = [
        ("e-mail", &before.email, &after.email),
        ("invite code", &before.invite_code, &after.invite_code),
        ("account", &before.account_hash, &after.account_hash),
    ];
    for (what, was, is) in changes {
        // A first account is what associating is.
        let told = what == "account" && (was.is_none() || before.status != after.status);
        if was != is && !told {
            let (was, is) = (was.as_deref().unwrap_or("none"), is.as_deref().unwrap_or("none"));
            let text = format!("user {name}: {what} {was} became {is}");
            tell(Difference::new("user-changed", text).change(was, is));
        }
    }
}

const fn spell(status: UserStatus) -> &'static str {
    match status {
        UserStatus::Registered => "Registered",
        UserStatus::Associated => "Associated",
        UserStatus::Retired => "Retired",
        UserStatus::Deleted => "Deleted",
    }
}
