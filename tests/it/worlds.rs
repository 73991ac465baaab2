//! Worlds: named ones, made out of a seed, and those of files.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;

use quince::{Builder, ClockMode, Quince};
use serde_json::{Value, json};

use crate::support::Fixture;
use crate::support::lists::column;

/// The fixtures of all locations of a world whose tokens are good, by location, and the others' names.
async fn locations(builder: Builder) -> (Vec<(String, Fixture)>, Vec<String>) {
    let (mut open, mut closed) = (Vec::new(), Vec::new());
    let started = builder.clone().clock(ClockMode::Manual).start().await.unwrap();
    for (key, _) in started.universe("default").stokens() {
        let fixture = Fixture::of(builder.clone(), &key).await;
        if fixture.get("client/config").await.status == 200 {
            open.push((key, fixture));
        } else {
            closed.push(key);
        }
    }
    (open, closed)
}

/// Reads all lists to their ends and holds them against each other.
async fn check(place: &str, fixture: &Fixture) {
    let mut held: BTreeMap<(String, String), u64> = BTreeMap::new();
    for assignment in fixture.all("assignments").await {
        let text = |name: &str| assignment[name].as_str().map(str::to_owned);
        let (user, device) = (text("clientUserId"), text("serialNumber"));
        assert!(user.is_some() != device.is_some(), "{place}: {assignment}");
        let asset = (text("adamId").unwrap(), text("pricingParam").unwrap());
        *held.entry(asset).or_default() += 1;
    }
    for asset in fixture.all("assets").await {
        let [assigned, available, total] = ["assignedCount", "availableCount", "totalCount"]
            .map(|name| asset[name].as_u64().unwrap());
        assert_eq!(assigned + available, total, "{place}: {asset}");
        let key = ["adamId", "pricingParam"].map(|name| asset[name].as_str().unwrap().to_owned());
        let counted = held.remove(&key.into()).unwrap_or(0);
        assert_eq!(counted, assigned, "{place}: {asset}");
    }
    assert!(held.is_empty(), "{place}: assignments of no asset: {held:?}");
    let active = fixture.all("users?activeOnly=true").await;
    let retired = fixture.all("users?retiredOnly=true").await;
    let everybody = fixture.all("users").await;
    let deleted = everybody.iter().filter(|user| user["status"] == "Deleted").count();
    assert_eq!(active.len() + retired.len() + deleted, everybody.len(), "{place}");
    let mut ids: Vec<&str> =
        active.iter().map(|user| user["clientUserId"].as_str().unwrap()).collect();
    ids.sort_unstable();
    assert!(ids.windows(2).all(|pair| pair[0] != pair[1]), "{place}: active at most once");
}

#[tokio::test]
async fn the_small_worlds_can_be_read_to_the_end_and_their_counts_agree() {
    for (name, known, out_of_reach) in [
        ("demo", "hamburg leeds", ""),
        ("empty", "main", ""),
        ("small-school", "berlin", ""),
        ("edge-cases", "edges lone reading-room", "lapsed withdrawn"),
        ("seed-examples", "main legacy", ""),
    ] {
        let builder = Quince::builder().world(name).setting("v2.page_size", "97");
        let (open, closed) = locations(builder).await;
        let keys: Vec<&str> = open.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!((keys.join(" "), closed.join(" ")), (known.to_owned(), out_of_reach.to_owned()));
        for (key, fixture) in &open {
            check(&format!("{name}/{key}"), fixture).await;
        }
    }
}

#[tokio::test]
async fn the_enterprise_can_be_read_to_the_end_and_its_counts_agree() {
    let builder = Quince::builder().world("enterprise-50k").setting("v2.page_size", "100000");
    let fixture = Fixture::of(builder, "main").await;
    let assets = fixture.all("assets").await;
    let assigned: u64 = assets.iter().map(|asset| asset["assignedCount"].as_u64().unwrap()).sum();
    assert_eq!((assets.len(), assigned), (300, 1_000_000));
    // A million records: their sizes, not each of them.
    let first = fixture.get("assignments?pageIndex=0").await.json();
    let last = fixture.get("assignments?pageIndex=9").await.json();
    for page in [&first, &last] {
        assert_eq!((&page["size"], &page["totalPages"]), (&json!(100_000), &json!(10)));
    }
    assert_eq!((&first["nextPageIndex"], last.get("nextPageIndex")), (&json!(1), None));
    assert_eq!(fixture.refusal("assignments?pageIndex=10").await, (400, 9650));
    // As a client syncs: asset by asset.
    for asset in [&assets[0], &assets[1], &assets[299]] {
        let id = asset["adamId"].as_str().unwrap();
        let held = fixture.get(&format!("assignments?adamId={id}")).await.json();
        assert_eq!(held["size"], asset["assignedCount"], "{id}");
    }
    assert_eq!(fixture.all("users").await.len(), 2000);
}

/// Reads a list to the end of its cursors.
async fn follow(fixture: &Fixture, list: &str) -> Vec<Value> {
    let name = list.rsplit('/').next().unwrap();
    let (mut records, mut path) = (Vec::new(), list.to_owned());
    loop {
        let page = fixture.get(&path).await.json();
        records.extend(page[name].as_array().unwrap().iter().cloned());
        let Some(cursor) = page["nextCursor"].as_str() else { return records };
        path = format!("{list}?cursor={}", cursor.replace('=', "%3D"));
    }
}

/// Reads all lists of subscriptions to their ends and holds them against each other; returns their lengths.
async fn check_subscriptions(place: &str, fixture: &Fixture) -> [usize; 3] {
    let mut assigned: BTreeMap<u64, [u64; 2]> = BTreeMap::new();
    let associated: BTreeSet<String> = fixture
        .all("users?activeOnly=true")
        .await
        .iter()
        .filter(|user| user["status"] == "Associated")
        .map(|user| user["clientUserId"].as_str().unwrap().to_owned())
        .collect();
    let seats = follow(fixture, "subscriptions/assignments").await;
    for seat in &seats {
        let by_mode = assigned.entry(seat["adamId"].as_u64().unwrap()).or_default();
        by_mode[usize::from(seat["renewing"] == false)] += 1;
        assert!(associated.contains(seat["clientUserId"].as_str().unwrap()), "{place}: {seat}");
    }
    let list = follow(fixture, "subscriptions").await;
    for subscription in &list {
        let [told, available, total] = ["assigned", "available", "total"].map(|name| {
            let count = &subscription["counts"][name];
            ["renewing", "expiring"].map(|kind| count[kind].as_u64().unwrap())
        });
        let sum = |counts: [u64; 2]| counts.iter().sum::<u64>();
        assert_eq!(sum(told) + sum(available), sum(total), "{place}: {subscription}");
        let counted = assigned.remove(&subscription["adamId"].as_u64().unwrap());
        assert_eq!(counted.unwrap_or_default(), told, "{place}: {subscription}");
    }
    assert!(assigned.is_empty(), "{place}: seats of no subscription: {assigned:?}");
    let administrators = follow(fixture, "subscriptions/admins").await;
    [list.len(), seats.len(), administrators.len()]
}

#[tokio::test]
async fn subscriptions_of_the_worlds_can_be_read_to_the_end_and_their_counts_agree() {
    for (name, lengths) in [
        ("demo", "hamburg [4, 34, 6] leeds [0, 0, 0]"),
        ("small-school", "berlin [0, 0, 0]"),
        ("edge-cases", "edges [4, 10, 8] lone [0, 0, 0] reading-room [0, 0, 0]"),
        ("enterprise-50k", "main [10, 8100, 50]"),
    ] {
        let builder = Quince::builder().world(name).setting("subscriptions.page_size", "13");
        let large = builder.clone().setting("subscriptions.page_size", "1000");
        let builder = if name == "enterprise-50k" { large } else { builder };
        let mut told = Vec::new();
        for (key, fixture) in &locations(builder).await.0 {
            let lengths = check_subscriptions(&format!("{name}/{key}"), fixture).await;
            told.push(format!("{key} {lengths:?}"));
        }
        assert_eq!(told.join(" "), lengths);
    }
}

#[tokio::test]
async fn subscriptions_of_a_file_live_as_those_that_were_bought() {
    let associated = "\"u-17\"\nstatus = \"Associated\"";
    let text = TOML.replacen("\"u-17\"", associated, 1)
        + "[[subscription]]\nadam_id = 17\nperiod = \"week\"\nrenewing = 1\nexpiring = 1\n\
           [[seat]]\nadam_id = 17\nclient_user_id = \"u-17\"\nlicence = \"expiring\"\n";
    let lab = file(".toml", &text).await.unwrap();
    let counts = async || {
        let list = lab.get("subscriptions").await.json();
        list["subscriptions"][0]["counts"].to_string()
    };
    assert_eq!(check_subscriptions("lab", &lab).await, [1, 1, 0]);
    assert!(counts().await.contains(r#""assigned":{"expiring":0,"renewing":1}"#));
    lab.advance("8d");
    assert_eq!(check_subscriptions("lab", &lab).await, [1, 0, 0], "its licence was to expire");
    assert!(counts().await.contains(r#""total":{"expiring":0,"renewing":1}"#));
    let body = json!({ "adamIds": [17], "clientUserIds": ["u-17"] });
    lab.done("subscriptions/associate", body).await;
    assert_eq!(check_subscriptions("lab", &lab).await, [1, 1, 0]);
}

/// Everything that a client can read of a world, byte by byte.
async fn transcript(world: &str, seed: u64) -> String {
    let builder = Quince::builder().world(world).seed(seed).setting("v2.page_size", "100");
    let mut parts = Vec::new();
    for (key, fixture) in locations(builder).await.0 {
        parts.push(format!("{key} {}", fixture.stoken));
        for list in ["client/config", "assets", "assignments", "users"] {
            let mut page = 0;
            loop {
                let answer = fixture.get(&format!("{list}?pageIndex={page}")).await;
                parts.push(answer.transcript());
                page += 1;
                if answer.json()["nextPageIndex"] != page {
                    break;
                }
            }
        }
        for list in ["subscriptions", "subscriptions/assignments", "subscriptions/admins"] {
            parts.push(fixture.get(list).await.transcript());
        }
    }
    parts.join("\n")
}

#[tokio::test]
async fn the_same_seed_is_the_same_world_to_the_byte_and_another_is_not() {
    for world in ["demo", "small-school", "edge-cases", "empty"] {
        let (one, again) = (transcript(world, 7).await, transcript(world, 7).await);
        assert!(one == again, "{world}");
        assert!(transcript(world, 8).await != one, "{world}");
    }
}

/// Puts a world into a file and starts it.
async fn file(suffix: &str, text: &str) -> Result<Fixture, String> {
    let mut file = tempfile::Builder::new().suffix(suffix).tempfile().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    let path = file.path().to_str().unwrap().to_owned();
    let started = Quince::builder().world(&path).clock(ClockMode::Manual).start().await;
    let quince =
        started.map_err(|error| error.to_string().replace(&path, &format!("world{suffix}")))?;
    let (_, stoken) = quince.universe("default").stokens().remove(0);
    Ok(Fixture { quince, stoken })
}

const TOML: &str = r#"
[[organization]]
key = "acme"
[[location]]
key      = "lab"
name     = "Acme Lab"
uid      = "1234567890123456"
country  = "NO"
mdm_info = { id = "m-1", name = "Acme MDM", metadata = "v1" }
[[asset]]
adam_id = "900100200"
total   = 3
[[user]]
client_user_id = "u-17"
[[assignment]]
adam_id        = "900100200"
client_user_id = "u-17"
[[assignment]]
adam_id       = "900100200"
serial_number = "C02AA11BB22C"
"#;

const JSON: &str = r#"{
    "organization": [{"key": "acme"}],
    "location": [{
        "key": "lab", "name": "Acme Lab", "uid": "1234567890123456", "country": "NO",
        "mdm_info": {"id": "m-1", "name": "Acme MDM", "metadata": "v1"}
    }],
    "asset": [{"adam_id": "900100200", "total": 3}],
    "user": [{"client_user_id": "u-17"}],
    "assignment": [
        {"adam_id": "900100200", "client_user_id": "u-17"},
        {"adam_id": "900100200", "serial_number": "C02AA11BB22C"}
    ]
}"#;

#[tokio::test]
async fn a_world_file_is_served_in_either_form() {
    let mut texts = Vec::new();
    for (suffix, text) in [(".toml", TOML), (".json", JSON)] {
        let lab = file(suffix, text).await.unwrap();
        let config = lab.get("client/config").await.json();
        let told = ["locationName", "countryISO2ACode", "uId"].map(|name| &config[name]);
        assert_eq!(told, ["Acme Lab", "NO", "1234567890123456"]);
        assert_eq!(config["mdmInfo"]["name"], "Acme MDM");
        let assets = lab.get("assets").await.json();
        assert_eq!(column(&assets["assets"], "availableCount"), "1");
        let mut all = String::new();
        for list in ["client/config", "assets", "assignments", "users"] {
            all += &lab.get(list).await.transcript();
        }
        texts.push(all);
    }
    assert_eq!(texts[0], texts[1], "both forms say the same");
}

#[tokio::test]
async fn a_world_file_changes_a_named_world() {
    let text = "world = \"small-school\"\n\
                [[asset]]\nadam_id = \"361309726\"\ntotal = 3\n\
                [[user]]\nclient_user_id = \"u-17\"\n";
    let berlin = file(".toml", text).await.unwrap();
    let plain = Fixture::school().await;
    assert_eq!(berlin.column("assets?adamId=361309726", "totalCount").await, "3");
    assert_eq!(berlin.column("users?clientUserId=u-17", "status").await, "Registered");
    let others = "assignments";
    assert_eq!(berlin.get(others).await.text(), plain.get(others).await.text());
    let counts = [plain.all("users").await.len(), berlin.all("users").await.len()];
    assert_eq!(counts, [12, 13]);
}

#[tokio::test]
async fn a_broken_file_is_refused_with_the_place_and_a_remedy() {
    let broken = TOML
        .replace("total   = 3", "totel   = 3")
        .replace("country  = \"NO\"", "country  = \"Norway\"");
    insta::assert_snapshot!(file(".toml", &broken).await.map(drop).unwrap_err(), @r#"
    world.toml:8:12: `country` must be two letters, such as DE
      |
    8 | country  = "Norway"
      |            ^^^^^^^^

    world.toml:10:1: [[asset]] needs `total` or `unlimited = true`
       |
    10 | [[asset]]
       | ^^^^^^^^^

    world.toml:12:1: unknown key `totel` in [[asset]]; did you mean `total`?
       |
    12 | totel   = 3
       | ^^^^^
    "#);
    let broken = JSON
        .replace("\"total\": 3", "\"total\": 1")
        .replace("country\": \"NO\"", "county\": \"NO\"");
    insta::assert_snapshot!(file(".json", &broken).await.map(drop).unwrap_err(), @r#"
    world.json:4:70: unknown key `county` in [[location]]; did you mean `country`?
      |
    4 | ", "name": "Acme Lab", "uid": "1234567890123456", "county": "NO",
      |                                                   ^^^^^^^^

    world.json:11:21: more of asset `900100200` is assigned than its total of 1
       |
    11 |         {"adam_id": "900100200", "serial_number": "C02AA11BB22C"}
       |                     ^^^^^^^^^^^
    "#);
    let broken = JSON.replace("{\"client_user_id\": \"u-17\"}", "{\"client_user_id\" \"u-17\"}");
    insta::assert_snapshot!(file(".json", &broken).await.map(drop).unwrap_err(), @r#"
    world.json:8:32: expected `:`
      |
    8 |     "user": [{"client_user_id" "u-17"}],
      |                                ^
    "#);
}

#[tokio::test]
async fn a_world_that_is_not_there_is_refused_with_the_nearest() {
    let refusal = async |name: &str| {
        Quince::builder().world(name).start().await.map(drop).unwrap_err().to_string()
    };
    assert_eq!(
        refusal("smal-school").await,
        "there is no world `smal-school`, did you mean `small-school`?; known worlds: demo, empty, \
         small-school, edge-cases, enterprise-50k, seed-examples"
    );
    assert!(
        refusal("no/such/world.toml")
            .await
            .starts_with("cannot read world file no/such/world.toml: No such file or directory")
    );
}

#[tokio::test]
async fn a_file_can_be_grown_by_number() {
    let text =
        format!("{TOML}[generate]\ndevices = 20\nusers = 10\nassets = 4\nassignments = 50\n");
    let lab = file(".toml", &text).await.unwrap();
    check("lab", &lab).await;
    let lengths = [lab.all("assets").await.len(), lab.all("users").await.len()];
    assert_eq!(lengths, [5, 11]);
    let held: Vec<Value> = lab.all("assignments").await;
    assert_eq!(held.len(), 52);
}
