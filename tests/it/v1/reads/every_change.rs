//! Whatever another client writes meanwhile: a record that is there throughout is read exactly once, and a later
//! run tells exactly what changed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use super::list;
use crate::support::Fixture;

/// What another client does between two reads.
#[derive(Debug, Clone)]
enum Deed {
    Register(u8),
    Edit(u8),
    Retire(u8),
    Give(u8, u8),
    Take(u8, u8),
    Buy(u8, u8),
}

/// A run: how it is read, and what is written between its reads.
#[derive(Debug, Clone)]
struct Reading {
    /// Batches in any order, by index.
    parallel: bool,
    order: Vec<u8>,
    writes: Vec<Vec<Deed>>,
}

fn write() -> impl Strategy<Value = Deed> {
    let (user, asset, device) = (0..12_u8, 0..3_u8, 0..8_u8);
    prop_oneof![
        user.clone().prop_map(Deed::Register),
        user.clone().prop_map(Deed::Edit),
        user.prop_map(Deed::Retire),
        (asset.clone(), device.clone()).prop_map(|(asset, device)| Deed::Give(asset, device)),
        (asset.clone(), device).prop_map(|(asset, device)| Deed::Take(asset, device)),
        (asset, 1..4_u8).prop_map(|(asset, count)| Deed::Buy(asset, count)),
    ]
}

fn reading() -> impl Strategy<Value = Reading> {
    let writes = prop::collection::vec(prop::collection::vec(write(), 0..6), 1..6);
    (any::<bool>(), prop::collection::vec(any::<u8>(), 8), writes)
        .prop_map(|(parallel, order, writes)| Reading { parallel, order, writes })
}

/// Users u0 to u7, three assets of which the last is unlimited, and a few things given.
fn world() -> String {
    let mut rows = String::new();
    for n in 0..8 {
        let _ = write!(rows, "[[user]]\nclient_user_id = \"u{n}\"\nuser_id = {}\n", 100 + n);
    }
    for (adam_id, supply) in
        [("100", "total = 5"), ("200", "total = 3"), ("300", "unlimited = true")]
    {
        let _ = write!(rows, "[[asset]]\nadam_id = \"{adam_id}\"\n{supply}\n");
    }
    for (adam_id, serial) in [("100", "D0"), ("200", "D1"), ("300", "D2"), ("300", "D3")] {
        let _ =
            write!(rows, "[[assignment]]\nadam_id = \"{adam_id}\"\nserial_number = \"{serial}\"\n");
    }
    rows
}

/// quince, and what its other client knows of its own writes.
struct Lab {
    fixture: Fixture,
    /// Users and licences that were written to, by number, since they were last forgotten.
    users: BTreeSet<u64>,
    licences: BTreeSet<u64>,
    /// The licence of each asset and device, where it is known.
    held: BTreeMap<(u8, u8), u64>,
}

const SERVICES: [(&str, &str); 2] =
    [("getVPPUsersSrv", "userId"), ("getVPPLicensesSrv", "licenseId")];

impl Lab {
    async fn start(batch_size: u8) -> Self {
        let size = batch_size.to_string();
        let fixture = Fixture::written(&world(), &[("v1.batch_size", &size)]).await;
        let mut held = BTreeMap::new();
        let assigned = json!({"assignedOnly": true});
        let (licences, _) = fixture.run("getVPPLicensesSrv", &assigned, None).await;
        for licence in licences {
            let asset = licence["adamId"].as_u64().unwrap() / 100 - 1;
            let device = licence["serialNumber"].as_str().unwrap()[1..].parse().unwrap();
            held.insert((asset as u8, device), licence["licenseId"].as_u64().unwrap());
        }
        Self { fixture, users: BTreeSet::new(), licences: BTreeSet::new(), held }
    }

    async fn write(&mut self, write: &Deed) {
        let named = |n: &u8| json!({"clientUserIdStr": format!("u{n}")});
        let (service, members) = match write {
            Deed::Register(user) => ("registerVPPUserSrv", named(user)),
            Deed::Retire(user) => ("retireVPPUserSrv", named(user)),
            Deed::Edit(user) => {
                let mut members = named(user);
                members["email"] = format!("{}@org.example", self.users.len()).into();
                ("editVPPUserSrv", members)
            }
            Deed::Give(asset, device) | Deed::Take(asset, device) => {
                let gives = matches!(write, Deed::Give(..));
                return self.manage(gives, *asset, *device).await;
            }
            Deed::Buy(asset, count) => {
                if *asset < 2 {
                    let adam_id = (u32::from(*asset) + 1) * 100;
                    let arguments = json!({"adam_id": adam_id.to_string(), "count": count});
                    let done = self.fixture.verb("buy-licenses", arguments).await;
                    let first = done["firstLicenseId"].as_u64().unwrap();
                    self.licences.extend(first..first + u64::from(*count));
                }
                return;
            }
        };
        let before = match write {
            Deed::Register(_) => self.fixture.v1("getVPPUserSrv", members.clone()).await,
            _ => json!(null),
        };
        let after = self.fixture.v1(service, members).await;
        // Registering who is registered changes nothing.
        if let Some(number) = after["user"]["userId"].as_u64()
            && before["user"].is_null()
        {
            self.users.insert(number);
        }
    }

    async fn manage(&mut self, gives: bool, asset: u8, device: u8) {
        let adam_id = (u32::from(asset) + 1) * 100;
        let direction = if gives { "associateSerialNumbers" } else { "disassociateSerialNumbers" };
        let members = json!({"adamIdStr": adam_id.to_string(), direction: [format!("D{device}")]});
        let answer = self.fixture.v1("manageVPPLicensesByAdamIdSrv", members).await;
        if answer["status"] != 0 {
            return;
        }
        let licence = if gives {
            let id = answer["associations"][0]["licenseIdStr"].as_str().unwrap().parse().unwrap();
            self.held.insert((asset, device), id);
            id
        } else {
            self.held.remove(&(asset, device)).unwrap()
        };
        self.licences.insert(licence);
    }

    /// Reads a list to its end, in the order of the reading, with writes in between: the records and the since-token.
    async fn read(
        &mut self,
        service: &str,
        reading: &Reading,
        since: Option<&str>,
    ) -> (Vec<Value>, String) {
        let mut asked = json!({"includeRetired": 1});
        if service == "getVPPLicensesSrv" {
            asked = json!({});
        }
        if let Some(since) = since {
            asked["sinceModifiedToken"] = since.into();
        }
        let mut writes = reading.writes.iter().cycle();
        let first = self.fixture.v1(service, asked).await;
        let last: u64 = first["totalBatchCount"].as_str().unwrap().parse().unwrap();
        let total = first["totalCount"].as_u64().unwrap();
        let mut records = list(&first).clone();
        let mut answers = vec![first];
        let mut indices: Vec<u64> = (1..=last).collect();
        if reading.parallel {
            indices.sort_by_key(|index| reading.order[*index as usize % reading.order.len()]);
        }
        for index in indices {
            for write in writes.next().unwrap() {
                self.write(write).await;
            }
            let from = if reading.parallel { &answers[0] } else { &answers[answers.len() - 1] };
            let mut members = json!({"batchToken": from["batchToken"]});
            if reading.parallel {
                members["overrideIndex"] = index.into();
            }
            let answer = self.fixture.v1(service, members).await;
            assert_eq!(answer["sinceModifiedToken"].is_string(), index == last);
            records.extend(list(&answer).iter().cloned());
            answers.push(answer);
        }
        assert_eq!(records.len() as u64, total, "the records that were promised");
        let token = answers.iter().find_map(|answer| answer["sinceModifiedToken"].as_str());
        (records, token.unwrap().to_owned())
    }

    fn take_written(&mut self, service: &str) -> BTreeSet<u64> {
        match service {
            "getVPPUsersSrv" => std::mem::take(&mut self.users),
            _ => std::mem::take(&mut self.licences),
        }
    }
}

/// Records by number; none is there twice.
fn by_number(records: &[Value], number: &str) -> BTreeMap<u64, Value> {
    let mut found = BTreeMap::new();
    for record in records {
        let number = record[number].as_u64().unwrap();
        assert!(found.insert(number, record.clone()).is_none(), "{number} is there twice");
    }
    found
}

async fn holds(batch_size: u8, readings: &[Reading]) {
    for (service, number) in SERVICES {
        let mut lab = Lab::start(batch_size).await;
        lab.take_written(service);
        let (records, mut since) = lab.read(service, &readings[0], None).await;
        let mut known = by_number(&records, number);
        for reading in &readings[1..] {
            for write in reading.writes.iter().flatten() {
                lab.write(write).await;
            }
            let written = lab.take_written(service);
            let told;
            (told, since) = {
                let (records, since) = lab.read(service, reading, Some(&since)).await;
                (by_number(&records, number), since)
            };
            let numbers: BTreeSet<u64> = told.keys().copied().collect();
            assert_eq!(numbers, written, "{service}: told and written");
            known.extend(told);
        }
        // What is left is told by one more run, and then the client knows what there is.
        let (last, _) = lab.fixture.run(service, &json!({"includeRetired": 1}), Some(&since)).await;
        let last = by_number(&last, number);
        assert_eq!(last.keys().copied().collect::<BTreeSet<_>>(), lab.take_written(service));
        known.extend(last);
        let (now, _) = lab.fixture.run(service, &json!({"includeRetired": 1}), None).await;
        let now = by_number(&now, number);
        // A licence of unlimited content that was taken back is known as free, and not listed.
        known.retain(|_, record| record["adamIdStr"] != "300" || record["status"] != "Available");
        assert_eq!(known, now, "{service}");
    }
}

#[test]
fn what_is_there_throughout_is_read_once_and_a_later_run_tells_the_changes() {
    let strategy = (1..6_u8, prop::collection::vec(reading(), 2..4));
    let cases = ProptestConfig::default().cases.div_ceil(256 / 24);
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let outcome = TestRunner::new(config).run(&strategy, |(batch_size, readings)| {
        runtime.block_on(holds(batch_size, &readings));
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}
