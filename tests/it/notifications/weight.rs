//! What bad receivers cost: memory of the process, and time of the others.

use std::fs;
use std::thread;

use quince::engine::RealTime;
use serde_json::{Value, json};

use super::python::Python;
use super::subscription;
use crate::shipped::has_python;
use crate::support::process::Process;

const CONTROL: &str = "/_quince/v1/universes";

/// Memory of a process in KiB: what it has, and the most that it ever had. Nothing where the system does not tell.
fn memory(id: u32) -> Option<(u64, u64)> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim().trim_end_matches(" kB").parse().ok()
    };
    Some((field("VmRSS:")?, field("VmHWM:")?))
}

/// A universe of its own, whose location is told of everything at this URL; the token of the location.
fn universe(quince: &Process, id: &str, url: Option<&str>) -> String {
    let (status, made) = quince.post(CONTROL, "", &json!({"id": id, "world": "small-school"}));
    assert_eq!(status, 201, "{made}");
    let made: Value = serde_json::from_str(&made).unwrap();
    let token = made["stokens"]["berlin"].as_str().unwrap().to_owned();
    if let Some(url) = url {
        let (status, set) = quince.post("/mdm/v2/client/config", &token, &subscription(url));
        assert_eq!(status, 200, "{set}");
    }
    token
}

fn buy(quince: &Process, universe: &str) {
    let path = format!("{CONTROL}/{universe}/verbs/buy-licenses");
    let (status, bought) = quince.post(&path, "", &json!({"adam_id": "361309726", "count": 1}));
    assert_eq!(status, 200, "{bought}");
}

fn waiting(quince: &Process, universe: &str) -> u64 {
    let told = quince.get(&format!("{CONTROL}/{universe}/notifications?limit=1"), None).1;
    serde_json::from_str::<Value>(&told).unwrap()["waiting"].as_u64().unwrap()
}

/// Microseconds of reads of a universe, each over a connection of its own: the middle one, and one of the slowest.
fn reads(quince: &Process, token: &str) -> (u64, u64) {
    let mut took: Vec<u64> = (0..200)
        .map(|_| {
            let real = RealTime::default();
            assert_eq!(quince.get("/mdm/v2/assets", Some(token)).0, 200);
            real.now().0
        })
        .collect();
    took.sort_unstable();
    (took[100], took[197])
}

#[test]
fn bad_receivers_take_neither_memory_nor_the_time_of_others() {
    if !has_python() {
        return;
    }
    ledger!("v2.notifications.bounded");
    // Nobody reads what it would say of each call.
    let quince = Process::serve(&["--clock", "manual", "--log", "error"]);
    let (endless, hanging) =
        (Python::start(&["--mode", "endless"]), Python::start(&["--mode", "hang"]));
    let other = universe(&quince, "other", None);
    universe(&quince, "endless", Some(&endless.url));
    universe(&quince, "hanging", Some(&hanging.url));
    buy(&quince, "endless");
    let alone = reads(&quince, &other);
    let before = memory(quince.id());

    // Gigabytes are on their way, and a thousand wait for who does not answer.
    let beside = thread::scope(|scope| {
        scope.spawn(|| (0..200).for_each(|_| buy(&quince, "endless")));
        scope.spawn(|| (0..1000).for_each(|_| buy(&quince, "hanging")));
        reads(&quince, &other)
    });
    let real = RealTime::default();
    while waiting(&quince, "endless") > 0 {
        assert!(real.now().0 < 60_000_000, "endless answers hold their universe up");
        thread::yield_now();
    }
    assert!(waiting(&quince, "hanging") > 900);
    let after = memory(quince.id());

    let told = |(middle, slow): (u64, u64)| format!("{middle} us, one in a hundred {slow} us");
    eprintln!("a read of another universe: {}; beside: {}", told(alone), told(beside));
    assert!(beside.0 < 20 * alone.0 + 50_000, "{} became {}", told(alone), told(beside));
    if let (Some((before, _)), Some((after, peak))) = (before, after) {
        eprintln!("memory: {before} KiB before, {after} KiB after, at most {peak} KiB");
        assert!(peak - before < 64 << 10, "from {before} KiB to {peak} KiB");
    }
}
