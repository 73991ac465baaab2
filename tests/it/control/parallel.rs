//! Many calls at once, and many in all. With `QUINCE_SOAK=1` in full size.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Full};
use quince::Quince;
use quince::api::exchange::{self, Scheme};
use serde_json::json;

use super::asking::{connect, expect, read};
use crate::support::Fixture;

const CONNECTIONS: usize = 64;

fn is_soak() -> bool {
    std::env::var_os("QUINCE_SOAK").is_some()
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_calls_are_all_there_when_the_last_is_answered() {
    let (rounds, calls) = if is_soak() { (100, 10_000) } else { (2, 640) };
    let school = Arc::new(Fixture::school().await);
    let mut since = 0;
    for round in 0..rounds {
        let callers = (0..CONNECTIONS).map(|caller| {
            let school = Arc::clone(&school);
            let count = (caller..calls).step_by(CONNECTIONS).count();
            tokio::spawn(async move {
                let mut client = connect(&school.quince.url()).await;
                for _ in 0..count {
                    let request = Request::get("/mdm/v2/status?eventId=none")
                        .header(header::HOST, "quince.test")
                        .header(header::AUTHORIZATION, format!("Bearer {}", school.stoken));
                    client.ready().await.unwrap();
                    let answer = client.send_request(request.body(Full::default()).unwrap()).await;
                    let answer = answer.unwrap();
                    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
                    answer.into_body().collect().await.unwrap();
                }
            })
        });
        for caller in callers.collect::<Vec<_>>() {
            caller.await.unwrap();
        }
        let of = json!({"operation": "v2.status.get", "status": 400});
        let answer = expect(&school, &json!({"match": of, "count": calls, "since": since})).await;
        assert_eq!(answer.status, 200, "round {round}: {:.1000}", answer.text());
        since = answer.json()["seq"].as_u64().unwrap();
    }
    assert_eq!(since, (rounds * calls) as u64);
}

/// Resident memory of this process, in KiB, where the system tells it.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[tokio::test]
async fn a_long_journal_keeps_memory_flat() {
    let (entries, kept) = if is_soak() { (1_000_000, 20_000) } else { (3_000, 300) };
    let builder = Quince::builder().world("small-school");
    let builder = builder.setting("journal.max_entries", &kept.to_string());
    // So large that the number of entries is the bound that is met.
    let builder = builder.setting("journal.max_bytes", "268435456");
    let school = Fixture::of(builder, "berlin").await;
    let call = |n: usize| {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, format!("Bearer {}", school.stoken).parse().unwrap());
        exchange::Request {
            method: Method::GET,
            path: "/mdm/v2/assets".to_owned(),
            query: Some(format!("n={n}")),
            headers,
            body: Bytes::new(),
            peer: None,
            scheme: Scheme::Http,
            authority: Some("quince.test".to_owned()),
        }
    };
    let begin = resident();
    let mut full = None;
    for n in 0..entries {
        // Full twice over, so that what was dropped was given back once.
        if n == 2 * kept {
            full = resident();
        }
        assert_eq!(school.quince.api().respond(call(n)).status, StatusCode::OK);
    }
    let end = resident();
    let page = read(&school, "?limit=1").await;
    assert_eq!(page["entries"][0]["to"], entries - kept);
    println!("RSS in KiB: {begin:?} empty, {full:?} full, {end:?} after {entries} entries");
    if let (Some(full), Some(end)) = (full, end)
        && is_soak()
    {
        assert!(end < full + full / 10, "{full} KiB became {end} KiB");
    }
}
