//! Page edges: first, last, past the end, empty, one a page, all on one (applivery.md §4).

use std::fmt::Write as _;

use insta::assert_snapshot;
use serde_json::Value;

use super::{Desk, key};
use quince::sim::key::Access;

/// The envelope of a page, with how many items it has.
async fn envelope(desk: &Desk, query: &str) -> String {
    let answer = desk.call("GET", &format!("/mdm/users?{query}"), Value::Null).await;
    let items = answer.json()["data"]["items"].as_array().unwrap().len();
    let text = answer.text();
    let rest = text.rsplit_once("\"totalDocs\"").unwrap().1.trim_end_matches('}').to_owned();
    format!("{query:<28} {items} items, \"totalDocs\"{rest}\n")
}

#[tokio::test]
async fn the_edges_of_a_list() {
    ledger!(
        "applivery.question.01-page-base",
        "applivery.question.03-limit",
        "applivery.question.05-past-the-end"
    );
    let mut text = String::new();
    for ends in ["null", "integer"] {
        let mut desk = Desk::with(&[("applivery.page_ends", ends)]).await;
        let _ = writeln!(text, "applivery.page_ends={ends}");
        for query in [
            "",
            "page=1&limit=2",
            "page=2&limit=2",
            "page=3&limit=2",
            "page=4&limit=2",
            "page=9007199254740991",
            "page=9007199254740991&limit=10000",
            "limit=1",
            "limit=6",
            "limit=5&page=2",
            "limit=10000",
            "search=nobody",
            "search=nobody&page=2",
        ] {
            text += &envelope(&desk, query).await;
        }
        desk.key = key("birch", Access::Admin);
        let bearer = format!("Bearer {}", desk.key);
        let headers = [("authorization", bearer.as_str())];
        let empty = desk.send("GET", "organizations/birch/mdm/users", &headers, "").await;
        let _ = writeln!(text, "an organization without users\n{}\n", empty.text());
    }
    assert_snapshot!("edges", text);
}

#[tokio::test]
async fn a_client_walks_until_there_is_no_next_page() {
    ledger!("setting.applivery.page_ends");
    for ends in ["null", "integer"] {
        let desk = Desk::with(&[("applivery.page_ends", ends)]).await;
        let (mut page, mut seen) = (1, Vec::new());
        loop {
            let data = desk.get(&format!("/mdm/users?sort=email&limit=4&page={page}")).await;
            let items = data["items"].as_array().unwrap();
            seen.extend(items.iter().map(|user| user["email"].as_str().unwrap().to_owned()));
            if data["hasNextPage"] == false {
                break;
            }
            assert_eq!(data["nextPage"], page + 1);
            page += 1;
        }
        assert_eq!((seen.len(), page), (6, 2));
        assert!(seen.is_sorted());
    }
}
