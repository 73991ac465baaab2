//! Marks: named ones, and those after each write.

use http::Method;
use serde_json::{Value, json};

use crate::support::Fixture;

async fn diff(school: &Fixture, query: &str) -> (u16, Value) {
    let answer = school.lever(Method::GET, &format!("diff?{query}"), &json!(null)).await;
    (answer.status.as_u16(), answer.json())
}

#[tokio::test]
async fn a_mark_names_a_state_and_is_in_the_journal() {
    let school = Fixture::school().await;
    let put =
        async |name: &str| school.lever(Method::POST, &format!("marks/{name}"), &json!(null)).await;
    let seq = put("one").await.json()["seq"].as_u64().unwrap();
    assert_eq!(school.journal_of(seq), ("mark".to_owned(), "mark one".to_owned()));
    school.act("buy-licenses", json!({})).await;
    put("two").await;
    let list = school.lever(Method::GET, "marks", &json!(null)).await.json();
    assert_eq!(list["marks"][0]["seq"], seq);
    assert_eq!(list["marks"][1]["name"], "two");
    assert_eq!(diff(&school, "from=one&to=one").await.1["differences"], json!([]));
    assert_eq!(diff(&school, "from=one&to=two").await.1["differences"][0]["kind"], "asset-count");
    // The name moves.
    put("one").await;
    assert_eq!(diff(&school, "from=one&to=two").await.1["differences"], json!([]));
    for name in ["now", "12", "a%20b", &"x".repeat(65)] {
        assert_eq!(put(name).await.status, 400, "{name}");
    }
}

#[tokio::test]
async fn every_write_leaves_a_mark_under_its_journal_entry() {
    ledger!("setting.marks.automatic");
    let school = Fixture::school().await;
    let first = school.act("buy-licenses", json!({})).await["seq"].as_u64().unwrap();
    school.get("assets").await;
    school.get("assets").await;
    let body = json!({"users": [{"clientUserId": "new"}]});
    school.post("users/create", body).await;
    let accepted = first + 3;
    school.advance("1h");
    let (status, told) = diff(&school, &format!("from={first}&to={accepted}")).await;
    assert_eq!(status, 200);
    assert_eq!(told["differences"][0]["kind"], "event-accepted");
    let (_, told) = diff(&school, &format!("from={accepted}&to=now")).await;
    let kinds: Vec<&str> = told["differences"]
        .as_array()
        .unwrap()
        .iter()
        .map(|difference| difference["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["user-created", "event-completed"]);
    // A read leaves none.
    let (status, problem) = diff(&school, &format!("from={}", first + 1)).await;
    assert_eq!((status, problem["nearest"].as_u64()), (404, Some(first)));
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.ends_with(&format!("the nearest is {first}")), "{detail}");
    let (status, problem) = diff(&school, "from=nope").await;
    assert_eq!(
        (status, problem["type"].as_str().unwrap()),
        (404, "/_quince/problems/no-such-mark")
    );
    assert_eq!(diff(&school, "to=now").await.0, 400);
    assert_eq!(diff(&school, "from=now&since=1").await.0, 400);
}

#[tokio::test]
async fn marks_after_writes_are_bounded_and_can_be_off() {
    let school = Fixture::school().await;
    let first = school.act("buy-licenses", json!({})).await["seq"].as_u64().unwrap();
    for _ in 0..256 {
        school.act("buy-licenses", json!({})).await;
    }
    let (status, problem) = diff(&school, &format!("from={first}")).await;
    assert_eq!((status, problem["nearest"].as_u64()), (404, Some(first + 1)));
    let off = Fixture::written(
        "[[asset]]\nlocation = \"main\"\nadam_id = \"1\"\ntotal = 1\n",
        &[("marks.automatic", "off")],
    )
    .await;
    let seq = off.act("buy-licenses", json!({})).await["seq"].as_u64().unwrap();
    let (status, problem) = diff(&off, &format!("from={seq}")).await;
    assert_eq!((status, &problem["nearest"]), (404, &json!(null)));
}
