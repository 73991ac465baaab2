//! State files of every version that ever was: they load, and are served.

use http::Method;
use quince::Quince;
use quince::snapshot::state::{self, Form};

use super::state::{export, put, story};
use crate::support::Fixture;

const SCHOOL: &str = include_str!("../../../fixtures/states/quince.state-1.small-school.json");

#[tokio::test]
async fn the_golden_state_is_what_is_written_today() {
    let fixture = Fixture::school().await;
    story(&fixture).await;
    let text = export(&fixture, "").await.text();
    #[allow(
        clippy::disallowed_methods,
        reason = "asked for by whoever changes the form on purpose"
    )]
    if std::env::var("UPDATE_STATES").is_ok() {
        let path = "fixtures/states/quince.state-1.small-school.json";
        std::fs::write(path, &text).unwrap();
        return;
    }
    let lines = text.lines().zip(SCHOOL.lines()).enumerate();
    for (line, (now, golden)) in lines {
        assert_eq!(now, golden, "line {}", line + 1);
    }
    assert_eq!(text.len(), SCHOOL.len());
}

#[tokio::test]
async fn the_golden_state_is_served() {
    let path =
        concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/states/quince.state-1.small-school.json");
    let fixture = Fixture::of(Quince::builder().world(path), "berlin").await;
    assert_eq!(export(&fixture, "").await.text(), SCHOOL);
    assert_eq!(fixture.get("assignments").await.status, 200);
    assert_eq!(fixture.get("client/config").await.json()["mdmInfo"]["id"], "m");
    fixture.advance("1h");
    assert_ne!(export(&fixture, "").await.text(), SCHOOL, "the pending event went on");
    assert_eq!(put(&fixture, SCHOOL).await.status, 200);
    let canonical = state::write(&state::read(SCHOOL.as_bytes()).unwrap(), canonical());
    assert_eq!(export(&fixture, "?canonical=true").await.body, canonical, "{:?}", Method::PUT);
}

fn canonical() -> Form {
    Form { canonical: true, redact: false }
}
