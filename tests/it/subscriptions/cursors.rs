//! Cursors: opaque, good for one list, one token and its filters, and right whatever is written meanwhile.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use quince::Quince;
use serde_json::{Value, json};

use super::{PARENT, PLAN, crowd, office, office_with, seats, told};
use crate::support::Fixture;
use crate::support::lists::column;

const SMALL: [(&str, &str); 1] = [("subscriptions.page_size", "2")];

/// Five subscriptions, of which two are on a page.
async fn shop(settings: &[(&str, &str)]) -> Fixture {
    let office = office_with(9, &[&SMALL[..], settings].concat()).await;
    for plan in 1..5 {
        office.portal().buy(PLAN + plan, Some(PARENT), 9);
    }
    office
}

async fn cursor(shop: &Fixture, path: &str) -> String {
    let page = shop.look(path).await.json();
    page["nextCursor"].as_str().unwrap_or_else(|| panic!("{page}")).to_owned()
}

#[tokio::test]
async fn cursors_lead_from_page_to_page_and_the_last_has_none() {
    ledger!("subscriptions.cursor-format", "subscriptions.question.04-page-size");
    let shop = shop(&[]).await;
    let pages = shop.follow("subscriptions").await;
    let ids: Vec<String> =
        pages.iter().map(|page| column(&page["subscriptions"], "adamId")).collect();
    assert_eq!(ids, ["6740000017 6740000018", "6740000019 6740000020", "6740000021"]);
    assert!(!pages[2].as_object().unwrap().contains_key("nextCursor"), "absent, not null");
    let text = STANDARD.decode(pages[0]["nextCursor"].as_str().unwrap()).unwrap();
    let text = String::from_utf8(text).unwrap();
    insta::assert_snapshot!(text, @"ecaab8f7-98e9-41df-9847-98340861f9f8");
    let versions: BTreeSet<String> =
        pages.iter().map(|page| page["versionId"].to_string()).collect();
    assert_eq!(versions.len(), 1);
}

#[tokio::test]
async fn the_last_page_can_lead_to_an_empty_one() {
    ledger!("subscriptions.question.05-trailing-page");
    let shop = shop(&[("subscriptions.trailing_page", "on")]).await;
    let pages = shop.follow("subscriptions").await;
    let sizes: Vec<usize> =
        pages.iter().map(|page| page["subscriptions"].as_array().unwrap().len()).collect();
    assert_eq!(sizes, [2, 2, 1, 0]);
    // Where nothing is, nothing leads on.
    assert_eq!(shop.follow("subscriptions?adamId=1").await.len(), 1);
    assert_eq!(shop.follow("subscriptions/admins").await.len(), 1);
    // What comes in between is on the page that would have been empty.
    let last = cursor(&shop, "subscriptions?adamId=6740000021,6740000022").await;
    shop.portal().buy(PLAN + 5, Some(PARENT), 1);
    let page = shop.look(&format!("subscriptions?cursor={last}")).await.json();
    assert_eq!(column(&page["subscriptions"], "adamId"), "6740000022");
}

#[tokio::test]
async fn a_cursor_can_be_followed_again_for_a_day() {
    ledger!("subscriptions.question.03-cursor-lifetime");
    let shop = shop(&[]).await;
    let first = cursor(&shop, "subscriptions").await;
    let path = format!("subscriptions?cursor={first}");
    let page = shop.look(&path).await.json();
    assert_eq!(shop.look(&path).await.json()["subscriptions"], page["subscriptions"]);
    shop.advance("23h");
    assert_eq!(shop.look(&path).await.json()["subscriptions"], page["subscriptions"]);
    // A cursor lives from when it was given out, not from when the read began.
    let later = cursor(&shop, &path).await;
    shop.advance("1h");
    assert_eq!(told(&shop.look(&path).await), (400, 9812));
    assert_eq!(told(&shop.look(&format!("subscriptions?cursor={later}")).await), (200, 0));

    let brief = self::shop(&[("subscriptions.cursor_lifetime", "5m")]).await;
    let path = format!("subscriptions?cursor={}", cursor(&brief, "subscriptions").await);
    brief.advance("299s");
    assert_eq!(told(&brief.look(&path).await), (200, 0));
    brief.advance("1s");
    assert_eq!(told(&brief.look(&path).await), (400, 9812));
}

#[tokio::test]
async fn what_was_never_given_out_is_9812() {
    let shop = shop(&[]).await;
    let good = cursor(&shop, "subscriptions").await;
    let id = String::from_utf8(STANDARD.decode(&good).unwrap()).unwrap();
    let upper = STANDARD.encode(id.to_uppercase());
    let braced = STANDARD.encode(format!("{{{id}}}"));
    let other = STANDARD.encode("0b7c1d52-4a9e-4c1f-9a63-5e2f7d0c8b14");
    let event = shop.tell("subscriptions/associate", seats(PLAN, &["lead-0001"])).await.json();
    let event = STANDARD.encode(event["eventId"].as_str().unwrap());
    let long = "A".repeat(10_000);
    for bad in
        ["", "x", "%00", &good[1..], &id, &upper, &braced, &other, &event, &long, "eyJwYWdlIjoyfQ"]
    {
        let answer = shop.look(&format!("subscriptions?cursor={bad}")).await;
        assert_eq!(told(&answer), (400, 9812), "{bad:.60}");
    }
    assert_eq!(told(&shop.look(&format!("subscriptions?cursor={good}")).await), (200, 0));
}

#[tokio::test]
async fn a_cursor_is_good_for_its_list_and_filters() {
    ledger!("subscriptions.question.02-cursor-and-filters");
    let shop = shop(&[]).await;
    for plan in [PLAN, PLAN + 1] {
        let people = ["staff-0007", "staff-0021", "lead-0001"];
        shop.carried_out("subscriptions/associate", seats(plan, &people)).await;
        shop.tell("subscriptions/admins/add", seats(plan, &people)).await;
    }
    let ours = format!("parentAdamId={PARENT}");
    let plans = "adamId=6740000017,6740000018,6740000019";
    let of = cursor(&shop, &format!("subscriptions?{ours}&{plans}")).await;
    let all = cursor(&shop, "subscriptions").await;
    let held = cursor(&shop, "subscriptions/assignments?clientUserId=staff-0007,staff-0021").await;
    let who = cursor(&shop, "subscriptions/admins?includeUserState=true").await;
    let plain = cursor(&shop, "subscriptions/admins").await;
    for (path, cursor, good) in [
        ("subscriptions", &of, true),
        (&*format!("subscriptions?{ours}"), &of, true),
        (&*format!("subscriptions?{plans}&{ours}"), &of, true),
        ("subscriptions?adamId=6740000019&adamId=6740000018,6740000017", &of, true),
        ("subscriptions?adamId=6740000017", &of, false),
        (&*format!("subscriptions?{ours}"), &all, false),
        ("subscriptions/assignments", &all, false),
        ("subscriptions/admins", &all, false),
        ("subscriptions", &held, false),
        ("subscriptions/assignments", &held, true),
        ("subscriptions/assignments?clientUserId=staff-0021,staff-0007", &held, true),
        ("subscriptions/assignments?clientUserId=staff-0021", &held, false),
        ("subscriptions/assignments?adamId=6740000017", &held, false),
        ("subscriptions/admins", &who, true),
        ("subscriptions/admins?includeUserState=true", &who, true),
        ("subscriptions/admins?includeUserState=false", &who, false),
        ("subscriptions/admins?includeUserState=true", &plain, false),
        ("subscriptions/admins?includeUserState=false", &plain, true),
    ] {
        let glue = if path.contains('?') { '&' } else { '?' };
        let answer = shop.look(&format!("{path}{glue}cursor={cursor}")).await;
        let expected = if good { (200, 0) } else { (400, 9812) };
        assert_eq!(told(&answer), expected, "{path}");
    }
    // What was wanted at first counts on every page.
    let page = shop.look(&format!("subscriptions/admins?cursor={who}")).await.json();
    assert_eq!(column(&page["admins"], "userStatus"), "Associated Associated");
}

#[tokio::test]
async fn a_cursor_is_good_for_its_token() {
    ledger!("subscriptions.cursor-token");
    let world = |key: &str| {
        format!(
            "[[organization]]\nkey = \"org\"\n[[location]]\nkey = \"{key}\"\n\
             [[location]]\nkey = \"other\"\n"
        )
    };
    let spec = quince::snapshot::world_file::read(
        "test.toml",
        &world("main"),
        quince::snapshot::world_file::Format::Toml,
        1,
    );
    let builder = Quince::builder().world_spec(spec.unwrap());
    let mut unit = Fixture::of(builder.setting("subscriptions.page_size", "1"), "main").await;
    let (main, other) = (unit.stoken.clone(), unit.quince.universe("default").stoken("other"));
    for plan in 0..3 {
        unit.portal().buy(PLAN + plan, None, 1);
        unit.portal().of(1).buy(PLAN + plan, None, 1);
    }
    unit.stoken.clone_from(&main);
    let first = cursor(&unit, "subscriptions").await;
    let path = format!("subscriptions?cursor={first}");
    unit.stoken = other;
    assert_eq!(told(&unit.look(&path).await), (400, 9812), "another location's");
    unit.stoken = main;
    assert_eq!(told(&unit.look(&path).await), (200, 0));
    unit.act("renew-token", json!({"location": "main"})).await;
    unit.stoken = unit.quince.universe("default").stoken("main");
    assert_eq!(told(&unit.look(&path).await), (400, 9812), "the token before's");
}

#[tokio::test]
async fn forks_take_cursors_along_and_a_reset_forgets_them() {
    let shop = shop(&[]).await;
    let path = format!("subscriptions?cursor={}", cursor(&shop, "subscriptions").await);
    let fork = shop.done_by("POST", "/universes/default/fork", json!({"id": "twin"})).await;
    let stoken = fork["stokens"]["main"].as_str().unwrap();
    let of_fork = shop.below("twin", stoken, &path, None).await.json();
    assert_eq!(of_fork["subscriptions"], shop.look(&path).await.json()["subscriptions"]);
    shop.done_by("POST", "/universes/default/reset", json!({"scope": "all"})).await;
    assert_eq!(told(&shop.look(&path).await), (400, 9812));
    assert_eq!(shop.below("twin", stoken, &path, None).await.status, 200);
}

/// Reads a list page by page; before each page `write` does the n-th thing.
async fn read_while(
    shop: &Fixture,
    path: &str,
    mut write: impl AsyncFnMut(usize),
) -> Vec<(u64, String)> {
    let (mut found, mut page) = (Vec::new(), shop.look(path).await.json());
    for n in 0.. {
        let list = if page["assignments"].is_array() { "assignments" } else { "subscriptions" };
        for record in page[list].as_array().unwrap() {
            let user = record["clientUserId"].as_str().unwrap_or_default();
            found.push((record["adamId"].as_u64().unwrap(), user.to_owned()));
        }
        let Some(cursor) = page["nextCursor"].as_str() else { break };
        write(n).await;
        let base = path.split('?').next().unwrap();
        page = shop.look(&format!("{base}?cursor={cursor}")).await.json();
    }
    found
}

#[tokio::test]
async fn what_is_there_throughout_is_read_exactly_once_whatever_is_written() {
    let people: Vec<String> = (0..40).map(|n| format!("user-{n:02}")).collect();
    let rows = crowd(&people);
    for seed in 0..12_usize {
        let shop = Fixture::written(&rows, &[("subscriptions.page_size", "3")]).await;
        shop.tell("subscriptions/enable", Value::Null).await;
        for plan in 0..3 {
            shop.portal().buy(PLAN + plan, Some(PARENT), 40);
        }
        // Every other one has a seat to begin with, of one plan or another.
        let mut held: BTreeMap<usize, u64> = BTreeMap::new();
        for n in (0..40).step_by(2) {
            let plan = (n * 7 + seed) % 3;
            let body = seats(PLAN + plan as u64, &[&people[n]]);
            shop.tell("subscriptions/associate", body).await;
            held.insert(n, PLAN + plan as u64);
        }
        shop.advance("1h");
        let mut touched = BTreeSet::new();
        let found = read_while(&shop, "subscriptions/assignments", async |n| {
            // Somebody loses a seat, somebody gets one, somebody moves.
            let lost = (n * 6 + seed * 2) % 40;
            if held.contains_key(&lost) && touched.insert(lost) {
                let body = seats(held[&lost], &[&people[lost]]);
                shop.tell("subscriptions/disassociate", body).await;
            }
            let got = (n * 10 + seed * 4 + 1) % 40;
            if touched.insert(got) {
                let body = seats(PLAN + (n % 3) as u64, &[&people[got]]);
                shop.tell("subscriptions/associate", body).await;
            }
            shop.advance("1h");
        })
        .await;
        let once: BTreeSet<&(u64, String)> = found.iter().collect();
        assert_eq!(once.len(), found.len(), "seed {seed}: each at most once");
        assert!(found.is_sorted(), "seed {seed}");
        for (n, plan) in held.iter().filter(|(n, _)| !touched.contains(n)) {
            assert!(once.contains(&(*plan, people[*n].clone())), "seed {seed}: {n}");
        }
    }
}

#[tokio::test]
async fn subscriptions_that_come_behind_the_place_are_found_and_those_before_are_not() {
    ledger!("subscriptions.question.26-order");
    let office = office(&SMALL).await;
    office.tell("subscriptions/enable", Value::Null).await;
    for plan in [2, 4, 6, 8] {
        office.portal().buy(plan, Some(PARENT), 1);
    }
    let found = read_while(&office, "subscriptions", async |_| {
        for plan in [1, 3, 7, 9] {
            office.portal().buy(plan, Some(PARENT), 1);
        }
    })
    .await;
    let ids: Vec<u64> = found.into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, [2, 4, 6, 7, 8, 9]);
}
