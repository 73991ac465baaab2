//! Reading the journal.

use http::{Method, Request, header};
use http_body_util::Full;
use quince::{ClockMode, Quince};
use serde_json::json;

use super::asking::{ask, read, told};
use crate::support::Fixture;

/// Lists, an app for a device, time for it, and a call for nothing.
async fn story(school: &Fixture) {
    school.get("assets?pageIndex=0").await;
    let gift = json!({"assets": [{"adamId": "361309726"}], "serialNumbers": ["C02NEW"]});
    school.post("assets/associate", gift).await;
    school.advance("1s");
    school.get("users").await;
    school.get("nothing/here").await;
}

#[tokio::test]
async fn every_call_step_and_act_is_told_in_order() {
    let school = Fixture::school().await;
    story(&school).await;
    let kinds = told(&school, "", "kind").await;
    assert_eq!(kinds, "exchange exchange event-step clock exchange exchange");
    assert_eq!(told(&school, "", "seq").await, "1 2 3 4 5 6");
    let entries = read(&school, "").await["entries"].clone();
    assert_eq!(entries[2]["at"], "2026-01-15T09:00:00.200Z");
    assert_eq!(entries[2]["ended"], "complete");
    assert_eq!((&entries[2]["completed"], &entries[2]["requested"]), (&json!(1), &json!(1)));
    assert_eq!(entries[3]["name"], "advance");
    assert_eq!(entries[4]["at"], "2026-01-15T09:00:01.000Z");
    assert!(entries[4]["real_ms"].is_u64());
    assert_eq!(entries[5]["operation"], "v2.unknown");
    assert_eq!(entries[5]["answer"]["status"], 404);
}

#[tokio::test]
async fn filters_choose_entries() {
    let school = Fixture::school().await;
    story(&school).await;
    for (query, seqs) in [
        ("?since=4", "5 6"),
        ("?since=6", ""),
        ("?since=18446744073709551615", ""),
        ("?operation=v2.assets.list", "1"),
        ("?operation=v2.assets.*", "1 2"),
        ("?operation=v2.*", "1 2 5 6"),
        ("?operation=*", "1 2 5 6"),
        ("?operation=v1.*", ""),
        ("?kind=event-step", "3"),
        ("?kind=clock", "4"),
        ("?kind=exchange&since=2", "5 6"),
        ("?kind=mark", ""),
        ("?limit=2", "1 2"),
        ("?limit=1&operation=v2.users.*", "5"),
        ("?kind=clock&operation=*", ""),
    ] {
        assert_eq!(told(&school, query, "seq").await, seqs, "{query}");
    }
}

#[tokio::test]
async fn last_says_where_to_read_on() {
    let school = Fixture::school().await;
    story(&school).await;
    let mut since = json!(0);
    let mut seen = Vec::new();
    for _ in 0..4 {
        let page = read(&school, &format!("?limit=2&since={since}")).await;
        let entries = page["entries"].as_array().unwrap().clone();
        seen.extend(entries.iter().map(|entry| entry["seq"].as_u64().unwrap()));
        since = page["last"].clone();
    }
    assert_eq!((seen, since), (vec![1, 2, 3, 4, 5, 6], json!(6)));
    let none = read(&school, "?kind=mark&limit=5").await;
    assert_eq!(none, json!({"entries": [], "last": 6}));
}

#[tokio::test]
async fn bad_queries_are_refused_with_what_would_do() {
    let school = Fixture::school().await;
    for (query, says) in [
        ("?since=-1", "query parameter `since` does not take `-1`; it takes a number from 0"),
        ("?since=x", "query parameter `since` does not take `x`; it takes a number from 0"),
        (
            "?limit=0",
            "query parameter `limit` does not take `0`; it takes a number from 1 to 1000000",
        ),
        (
            "?operation=v2.*.list",
            "query parameter `operation` does not take `v2.*.list`; it takes a name such as \
             v2.users.list or v2.*",
        ),
        (
            "?wait=61s",
            "query parameter `wait` does not take `61s`; it takes a duration up to 60s, such as 5s",
        ),
        (
            "?wait=5",
            "query parameter `wait` does not take `5`; it takes a duration up to 60s, such as 5s",
        ),
        ("?format=xml", "query parameter `format` does not take `xml`; it takes json or har"),
        ("?canonical=1", "query parameter `canonical` does not take `1`; it takes false or true"),
        (
            "?from=1",
            "unknown query parameter `from`; known: since, operation, kind, limit, wait, canonical, \
             format",
        ),
    ] {
        let answer = ask(&school, query).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["detail"]), (400, &json!(says)));
    }
}

#[tokio::test]
async fn a_reader_that_waits_is_woken_by_a_later_call() {
    let school = Fixture::school().await;
    school.get("assets").await;
    let (page, _) = tokio::join!(read(&school, "?since=1&operation=v2.users.*&wait=60s"), async {
        school.get("assets").await;
        school.get("users").await
    });
    assert_eq!(page["entries"][0]["seq"], 3);
    assert_eq!(page["entries"][0]["answer"]["status"], 200, "its answer is there");
    assert_eq!(page["last"], 3);
    let past = read(&school, "?since=2&wait=60s").await;
    assert_eq!(past["entries"][0]["seq"], 3, "what is there is not waited for");
}

#[tokio::test]
async fn a_reader_that_waits_in_vain_gets_an_empty_list() {
    let school = Fixture::school().await;
    school.get("assets").await;
    assert_eq!(read(&school, "?since=1&wait=50ms").await, json!({"entries": [], "last": 1}));
    assert_eq!(read(&school, "?since=1&wait=0").await, json!({"entries": [], "last": 1}));
}

#[tokio::test]
async fn what_falls_due_by_the_wall_clock_wakes_a_reader_though_nobody_calls() {
    let quince = Quince::builder().world("small-school").clock(ClockMode::Wall);
    let quince = quince.setting("v2.event_delay", "80ms").start().await.unwrap();
    let stoken = quince.universe("default").stoken("berlin");
    let school = Fixture { quince, stoken };
    let gift = json!({"assets": [{"adamId": "361309726"}], "serialNumbers": ["C02NEW"]});
    school.post("assets/associate", gift).await;
    let page = read(&school, "?kind=event-step&wait=60s").await;
    assert_eq!(page["entries"][0]["ended"], "complete");
}

#[tokio::test]
async fn a_gap_shows_where_entries_were_dropped() {
    ledger!("bounds.journal-entries");
    let builder = Quince::builder().world("small-school").setting("journal.max_entries", "3");
    let school = Fixture::of(builder, "berlin").await;
    for _ in 0..5 {
        school.get("assets").await;
    }
    let page = read(&school, "?limit=1").await;
    assert_eq!(page["entries"][0], json!({"kind": "gap", "from": 1, "to": 2}));
    assert_eq!(page["entries"][1]["seq"], 3);
    assert_eq!(told(&school, "?since=1", "kind").await, "gap exchange exchange exchange");
    assert_eq!(told(&school, "?since=2", "kind").await, "exchange exchange exchange");
    assert_eq!(told(&school, "?kind=mark&wait=60s", "kind").await, "gap", "a gap is told at once");
}

#[tokio::test]
async fn large_entries_push_out_others() {
    ledger!("bounds.journal-bytes");
    let builder = Quince::builder().world("small-school").setting("journal.max_bytes", "100000");
    let school = Fixture::of(builder, "berlin").await;
    school.get("users").await;
    school.post("users/create", "x".repeat(60_000)).await;
    assert_eq!(told(&school, "", "seq").await, "1 2");
    school.post("users/create", "x".repeat(60_000)).await;
    assert_eq!(told(&school, "", "seq").await, "- 3");
    school.post("users/create", "x".repeat(200_000)).await;
    assert_eq!(told(&school, "", "seq").await, "- 4", "the latest stays");
}

/// Sends credentials in every place where there can be some.
async fn confide(school: &Fixture) {
    let config = json!({"notificationUrl": "https://mdm.example/hook",
        "notificationAuthToken": "s3cret-1", "notificationTypes": ["ASSET_COUNT"]});
    school.post("client/config", config).await;
    school.get("client/config").await;
    let request = school.request(Method::GET, "users?sToken=s3cret-2&pageIndex=0");
    let request = request.header("cookie", "itvt=s3cret-3").body(Full::default()).unwrap();
    school.send(request).await;
    school.post("users/create", "{\"sToken\": \"s3cret-4").await;
}

#[tokio::test]
async fn credentials_are_told_only_if_the_setting_says_so() {
    ledger!("setting.journal.redact");
    let builder = Quince::builder().world("small-school").setting("notifications.deliver", "off");
    let school = Fixture::of(builder, "berlin").await;
    confide(&school).await;
    let text = ask(&school, "").await.text();
    assert!(!text.contains("s3cret") && !text.contains(&school.stoken), "{text}");
    let entries = read(&school, "").await["entries"].clone();
    assert_eq!(entries[0]["request"]["headers"]["authorization"], "Bearer {redacted}");
    assert_eq!(entries[0]["request"]["body"]["notificationAuthToken"], "{redacted}");
    assert_eq!(entries[1]["answer"]["body"]["notificationAuthToken"], "{redacted}");
    assert_eq!(entries[2]["request"]["query"], "sToken={redacted}&pageIndex=0");
    assert_eq!(entries[2]["request"]["headers"]["cookie"], "{redacted}");
    assert_eq!(entries[3]["request"]["body"], "{\"sToken\": \"{redacted}\"");
    let har = ask(&school, "?format=har").await.text();
    assert!(!har.contains("s3cret") && !har.contains(&school.stoken), "{har}");

    let builder = Quince::builder().world("small-school").setting("journal.redact", "off");
    let open = Fixture::of(builder, "berlin").await;
    confide(&open).await;
    let text = ask(&open, "").await.text();
    for secret in ["s3cret-1", "s3cret-2", "s3cret-3", "s3cret-4", &open.stoken] {
        assert!(text.contains(secret), "{secret}");
    }
    let canonical = ask(&open, "?canonical=true").await.text();
    assert!(!canonical.contains("s3cret") && !canonical.contains(&open.stoken), "{canonical}");
}

#[tokio::test]
async fn bodies_are_told_as_json_as_text_or_as_base64() {
    let school = Fixture::school().await;
    let send = |body: &'static [u8]| {
        let request = school.request(Method::POST, "users/create");
        school.send(request.body(Full::from(body)).unwrap())
    };
    send(b"{ \"b\": 1.50,\n \"a\": 12345678901234567890123 }").await;
    send(b"no JSON").await;
    send(b"\xff\x00").await;
    let text = ask(&school, "").await.text();
    assert!(
        text.contains(r#""body":{"b":1.50,"a":12345678901234567890123}"#),
        "as it came: {text}"
    );
    assert!(text.contains(r#""body":"no JSON""#), "{text}");
    assert!(text.contains(r#""body":"/wA=","body_encoding":"base64""#), "{text}");
    school.get("users").await;
    let request = &read(&school, "?since=3").await["entries"][0]["request"];
    assert!(request.get("body").is_none(), "{request}");
}

#[tokio::test]
async fn how_a_call_found_its_universe_is_told() {
    let school = Fixture::school().await;
    school.get("users").await;
    for path in ["/u/default/mdm/v2/nowhere", "/mdm/v2/users"] {
        school.send(Fixture::bare(Method::GET, path).body(Full::default()).unwrap()).await;
    }
    assert_eq!(told(&school, "", "routed").await, "credential prefix fallback");
    assert_eq!(told(&school, "", "location").await, "berlin - -");
    let path = &read(&school, "").await["entries"][1]["request"]["path"];
    assert_eq!(path, "/mdm/v2/nowhere", "without the prefix");
}

/// The story, told by a client that calls quince by `host`.
async fn canonical(school: &Fixture, host: &str) -> String {
    for path in ["/mdm/v2/service/config", "/mdm/v2/assets?pageIndex=1", "/mdm/v2/users/"] {
        let request = Request::get(path)
            .header(header::HOST, host)
            .header("referer", format!("http://{host}/somewhere"))
            .header(header::AUTHORIZATION, format!("Bearer {}", school.stoken));
        school.send(request.body(Full::default()).unwrap()).await;
    }
    let gift = json!({"assets": [{"adamId": "361309726"}], "serialNumbers": ["C02NEW"]});
    school.post("assets/associate", gift).await;
    school.advance("1s");
    // A line for each entry, its members in the order in which they come.
    ask(school, "?canonical=true").await.text().replace("{\"seq\"", "\n{\"seq\"")
}

#[tokio::test]
async fn the_canonical_form_is_the_same_on_every_machine() {
    let one = Fixture::school().await;
    let builder = Quince::builder().world("small-school").start_at("2026-01-15T09:00:00Z");
    let other = Fixture::of(builder, "berlin").await;
    let text = canonical(&one, "quince.test").await;
    let address = other.quince.url().replace("http://", "");
    assert_eq!(text, canonical(&other, &address).await);
    assert!(!text.contains("real_ms") && !text.contains("quince.test"), "{text}");
    insta::assert_snapshot!(text);
}

#[tokio::test]
async fn there_is_no_journal_of_no_universe() {
    let school = Fixture::school().await;
    for end in ["", "/stream"] {
        let path = format!("/_quince/v1/universes/nobody/journal{end}");
        let answer = school.send(Fixture::bare(Method::GET, &path).body(Full::default()).unwrap());
        let problem = answer.await.json();
        assert_eq!(problem["type"], "/_quince/problems/no-such-universe");
    }
}
