//! What each version tells of a location, in the same words, and where the two differ.

use std::collections::BTreeMap;

use proptest::prelude::TestCaseError;
use serde_json::{Value, json};

use super::lab::Lab;
use crate::properties::Outcome;

/// An asset, and who holds it: a user by its number, a device by its serial number.
pub(super) type Holding = (String, String);

/// What unlimited content has as its total.
const UNLIMITED: u64 = i32::MAX as u64;

fn text<'a>(record: &'a Value, name: &str) -> &'a str {
    record[name].as_str().unwrap_or("-")
}

fn number(record: &Value, name: &str) -> u64 {
    record[name].as_u64().unwrap_or_else(|| panic!("no {name}: {record}"))
}

/// An asset's counts and what may be done with it.
fn counts(record: &Value, name: &str, is_revocable: bool, is_book: bool) -> String {
    let [assigned, available, total, retired] =
        ["assignedCount", "availableCount", "totalCount", "retiredCount"]
            .map(|name| number(record, name));
    let is_for_devices = record["deviceAssignable"].as_bool().unwrap();
    format!(
        "{name}: {assigned} + {available} = {total}, {retired} retired, revocable: {is_revocable}, \
         for devices: {is_for_devices}, a book: {is_book}"
    )
}

/// What one list has and the other lacks, and the other way round.
fn differ(when: &str, what: &str, first: &[String], second: &[String]) -> Outcome {
    if first == second {
        return Ok(());
    }
    let mut balance: BTreeMap<&String, i64> = BTreeMap::new();
    for (lines, one) in [(first, 1), (second, -1)] {
        for line in lines {
            *balance.entry(line).or_default() += one;
        }
    }
    let only = |sign: i64| {
        let lines = balance.iter().filter(|(_, n)| **n * sign > 0).map(|(line, _)| line.as_str());
        lines.collect::<Vec<_>>().join("\n  ")
    };
    let (more, less) = (only(1), only(-1));
    let order = if more.is_empty() && less.is_empty() { " in another order" } else { "" };
    Err(TestCaseError::fail(format!(
        "{when}, {what} differ{order}.\n only the first has\n  {more}\n only the second has\n  {less}"
    )))
}

fn sorted(mut lines: Vec<String>) -> Vec<String> {
    lines.sort_unstable();
    lines
}

/// A pair of an asset and a holder, by the names that clients give.
fn pair(record: &Value, adam_id: &str, user: &str) -> String {
    let holder = record[user].as_str().or(record["serialNumber"].as_str()).unwrap_or("nobody");
    format!("{} for {holder}", named(record, adam_id))
}

fn named(record: &Value, adam_id: &str) -> String {
    format!("{} {}", text(record, adam_id), text(record, "pricingParam"))
}

/// A user as both versions tell it: the hash and the code as far as v1 shows them.
fn user(record: &Value, [id, hash]: [&str; 2]) -> String {
    let status = text(record, "status");
    let hash = if status == "Associated" { text(record, hash) } else { "-" };
    let code = if status == "Registered" { text(record, "inviteCode") } else { "-" };
    format!("{} {status} {} {hash} {code}", text(record, id), text(record, "email"))
}

/// Every record of v1 in order of its number, deleted ones too, with the licences that it holds.
fn records(lab: &Lab) -> Vec<Value> {
    let each =
        (lab.first_user..).map(|number| lab.older("getVPPUserSrv", &json!({"userId": number})));
    each.map_while(|mut answer| answer.get_mut("user").map(Value::take)).collect()
}

/// Holds the two versions against each other, and v1 against itself.
pub(super) fn agree(lab: &mut Lab, when: &str) -> Outcome {
    lab.looks += 1;
    let (assets, licences) =
        (assets_agree(lab, when)?, lab.run("getVPPLicensesSrv", "licenses", &json!({})));
    counts_agree(when, &assets, &licences)?;
    let pairs = lab.pages("assignments");
    let pairs = sorted(pairs.iter().map(|it| pair(it, "adamId", "clientUserId")).collect());
    let held = licences.iter().filter(|it| it["status"] == "Associated");
    let held = sorted(held.map(|it| pair(it, "adamIdStr", "clientUserIdStr")).collect());
    differ(when, "licences of v1 and assignments of v2", &held, &pairs)?;
    differ(when, "assignments of v1 and of v2", &sorted(assignments(lab)), &pairs)?;
    users_agree(lab, when, &licences)?;
    filters_agree(lab, when, &licences)?;
    ids_stay(lab, when, &licences)
}

fn assets_agree(lab: &Lab, when: &str) -> Outcome<Vec<Value>> {
    let older = lab.older("getVPPAssetsSrv", &json!({"includeLicenseCounts": true}));
    let older = older["assets"].as_array().unwrap().clone();
    let newer = lab.pages("assets");
    let of_older = older.iter().map(|it| {
        let (is_revocable, is_book) = (it["isIrrevocable"] == false, it["productTypeId"] == 10);
        counts(it, &named(it, "adamIdStr"), is_revocable, is_book)
    });
    let of_newer = newer.iter().map(|it| {
        let (is_revocable, is_book) = (it["revocable"] == true, it["productType"] == "Book");
        counts(it, &named(it, "adamId"), is_revocable, is_book)
    });
    let (of_older, of_newer) = (sorted(of_older.collect()), sorted(of_newer.collect()));
    differ(when, "assets of v1 and of v2", &of_older, &of_newer)?;
    Ok(older)
}

/// As many licences as the asset says, by what became of them.
fn counts_agree(when: &str, assets: &[Value], licences: &[Value]) -> Outcome {
    let of = |asset: &Value, status: &str| {
        let is_of = |it: &&Value| {
            named(it, "adamIdStr") == named(asset, "adamIdStr") && it["status"] == status
        };
        licences.iter().filter(is_of).count() as u64
    };
    let (mut told, mut listed) = (Vec::new(), Vec::new());
    for asset in assets {
        let name = named(asset, "adamIdStr");
        // Of unlimited content there are only those that somebody holds.
        let is_limited = number(asset, "totalCount") < UNLIMITED;
        let available = if is_limited { number(asset, "availableCount") } else { 0 };
        told.push(format!("{name}: {} and {available}", number(asset, "assignedCount")));
        listed.push(format!("{name}: {} and {}", of(asset, "Associated"), of(asset, "Available")));
    }
    let strangers = licences.iter().map(|it| named(it, "adamIdStr"));
    let is_owned = |name: &String| assets.iter().any(|it| named(it, "adamIdStr") == *name);
    listed.extend(strangers.filter(|name| !is_owned(name)));
    differ(when, "counts of assets and licences, assigned and free,", &told, &listed)
}

fn assignments(lab: &Lab) -> Vec<String> {
    let mut answer = lab.older("getAssignments", &json!({}));
    let pairs = answer["assignments"].take();
    assert!(answer["nextPageIndex"].is_null(), "so many do not fit into a small world");
    let pairs = pairs.as_array().unwrap();
    pairs.iter().map(|it| pair(it, "adamIdStr", "clientUserIdStr")).collect()
}

fn users_agree(lab: &mut Lab, when: &str, licences: &[Value]) -> Outcome {
    const OLDER: [&str; 2] = ["clientUserIdStr", "itsIdHash"];
    let records = records(lab);
    let of_older: Vec<String> = records.iter().map(|it| user(it, OLDER)).collect();
    let newer = lab.pages("users");
    let of_newer: Vec<String> =
        newer.iter().map(|it| user(it, ["clientUserId", "idHash"])).collect();
    differ(when, "users of v1 and of v2", &of_older, &of_newer)?;
    // One filter at a time, another one every time.
    let filters = [
        (json!({"includeRetired": 1}), &["Registered", "Associated", "Retired"][..]),
        (json!({}), &["Registered", "Associated"]),
        (json!({"includeRetiredOnly": true}), &["Retired"]),
    ];
    let (asked, statuses) = &filters[lab.looks % filters.len()];
    let is_asked = |it: &&Value| statuses.contains(&text(it, "status"));
    let each: Vec<String> = records.iter().filter(is_asked).map(|it| user(it, OLDER)).collect();
    let listed = lab.run("getVPPUsersSrv", "users", asked);
    let listed: Vec<String> = listed.iter().map(|it| user(it, OLDER)).collect();
    differ(when, &format!("users of v1 one by one and listed with {asked}"), &each, &listed)?;
    for record in &records {
        let id = number(record, "userId");
        let shown = record["licenses"].as_array().into_iter().flatten();
        let shown = sorted(shown.map(|it| number(it, "licenseId").to_string()).collect());
        let held = licences.iter().filter(|it| it["userId"] == id);
        let held = sorted(held.map(|it| text(it, "licenseIdStr").to_owned()).collect());
        let holds = !held.is_empty();
        differ(when, &format!("licences of user {id} shown with it and listed"), &shown, &held)?;
        let status = text(record, "status");
        let what = if holds { "with licences" } else { "without licences" };
        lab.saw(format!("a user {status} {what}"));
    }
    Ok(())
}

/// What a filter lets through is what it says. One filter at a time, another one every time.
fn filters_agree(lab: &Lab, when: &str, licences: &[Value]) -> Outcome {
    type Wanted = fn(&Value) -> bool;
    let ids = |list: &mut dyn Iterator<Item = &Value>| {
        sorted(list.map(|it| text(it, "licenseIdStr").to_owned()).collect())
    };
    let filters: [(Value, Wanted); 5] = [
        (json!({"assignedOnly": true}), |it| it["status"] == "Associated"),
        (json!({"userAssignedOnly": true}), |it| it["userId"].is_u64()),
        (json!({"deviceAssignedOnly": true}), |it| it["serialNumber"].is_string()),
        (json!({"serialNumber": "D0"}), |it| it["serialNumber"] == "D0"),
        (json!({"adamId": "300"}), |it| it["adamIdStr"] == "300"),
    ];
    let (asked, wanted) = &filters[lab.looks % filters.len()];
    let listed = lab.run("getVPPLicensesSrv", "licenses", asked);
    let all = ids(&mut licences.iter().filter(|it| wanted(it)));
    let what = format!("licences of v1, all and listed with {asked},");
    differ(when, &what, &all, &ids(&mut listed.iter()))
}

/// An id means one licence for good, and who goes on holding an asset goes on holding that licence.
fn ids_stay(lab: &mut Lab, when: &str, licences: &[Value]) -> Outcome {
    let mut held = BTreeMap::new();
    let mut ids: Vec<u64> = Vec::new();
    for licence in licences {
        let (id, asset) = (number(licence, "licenseId"), named(licence, "adamIdStr"));
        ids.push(id);
        let before = lab.asset_of.entry(id).or_insert_with(|| asset.clone());
        if *before != asset {
            let why = format!("{when}, licence {id} is one of {asset}, and was one of {before}");
            return Err(TestCaseError::fail(why));
        }
        let holder = licence["userIdStr"].as_str().or(licence["serialNumber"].as_str());
        if let Some(holder) = holder {
            let now = held.insert((asset.clone(), holder.to_owned()), id);
            let before = now.or_else(|| lab.held.get(&(asset.clone(), holder.to_owned())).copied());
            if let Some(before) = before.filter(|before| *before != id) {
                let why = format!("{when}, {holder} holds {asset} by {id} and held it by {before}");
                return Err(TestCaseError::fail(why));
            }
        }
        lab.saw(format!("a licence {}", text(licence, "status")));
    }
    let listed = ids.len();
    ids.sort_unstable();
    ids.dedup();
    lab.held = held;
    if ids.len() < listed {
        return Err(TestCaseError::fail(format!("{when}, licences share an id: {ids:?}")));
    }
    Ok(())
}
