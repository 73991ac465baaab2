//! What steps wait for, in the client's time and in the universe's.

use std::time::Duration;

use quince::exchange::Request;
use quince::judge::report::Verdict;
use quince::predicate::{Place, Test, Where};
use quince::scenario::{Cause, Moment};
use serde_json::json;

use super::making::*;
use crate::support::Fixture;

const SHORT: Option<Duration> = Some(Duration::from_millis(50));

/// A call of the asset list.
fn listing(school: &Fixture) -> Request {
    let head = school.request(http::Method::GET, "assets").body(()).unwrap().into_parts().0;
    Request {
        method: head.method,
        path: head.uri.path().to_owned(),
        query: None,
        headers: head.headers,
        body: bytes::Bytes::new(),
        peer: None,
        scheme: quince::exchange::Scheme::Http,
        authority: None,
    }
}

/// Waits in real time until a report has no step left that waits.
async fn settled(school: &Fixture) {
    let universe = school.quince.engine().default_universe();
    while let Some(next) = universe.tick() {
        tokio::time::timeout(next, std::future::pending::<()>()).await.unwrap_err();
    }
}

#[tokio::test]
async fn a_call_that_does_not_come_fails_its_step() {
    let school = school(vec![
        step("client associates").after(call("v2.assets.associate", SHORT)).buys(1),
        step("later").finds_assigned(1),
    ])
    .await;
    // Not over the wire: time is short.
    for _ in 0..3 {
        let _ = school.quince.api().respond(listing(&school));
    }
    settled(&school).await;
    let told = report(&school);
    assert_eq!(outline(&told), "client associates failed; later notreached ?");
    assert_eq!(
        told.steps[0].why.as_deref(),
        Some("v2.assets.associate was not called within 50ms; called meanwhile: v2.assets.list x3")
    );
    assert_eq!(told.verdict, Verdict::Open);
    assert_eq!(finished(&school).verdict, Verdict::ExpectationFailed);
}

#[tokio::test]
async fn somebody_looks_at_real_time_though_nobody_calls() {
    let school = school(vec![step("hello").after(call("v2.*", SHORT))]).await;
    let universe = school.quince.engine().default_universe();
    let mut steps = universe.journal_grows();
    // Nothing tells of a failed step but the report.
    let failed = async {
        while report(&school).steps[0].why.is_none() {
            let _ = tokio::time::timeout(Duration::from_millis(5), steps.changed()).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), failed).await.unwrap();
    let why = report(&school).steps[0].why.clone().unwrap();
    assert_eq!(why, "v2.* was not called within 50ms; nothing else was called meanwhile");
}

#[tokio::test]
async fn several_calls_with_conditions_are_counted() {
    let to_ada = Where {
        place: Place::Body("/serialNumbers/0".to_owned()),
        test: Test::Equals(json!("ADA")),
    };
    let mut cause = call("v2.assets.associate", None);
    if let Cause::Call { wheres, count, location, .. } = &mut cause {
        wheres.push(to_ada);
        *count = 2;
        *location = Some("berlin".to_owned());
    }
    let school = school(vec![step("twice").after(cause)]).await;
    for serial in ["ADA", "BEN"] {
        associate(&school, serial).await;
        assert_eq!(outline(&report(&school)), "twice waiting");
    }
    let ended = finished(&school).steps[0].why.clone().unwrap();
    assert_eq!(
        ended,
        "the client ended: v2.assets.associate in berlin with body /serialNumbers/0 {\"equals\":\"ADA\"} was called 1 of 2 \
         times; called meanwhile: v2.assets.associate (meant otherwise) x1"
    );
}

#[tokio::test]
async fn a_page_is_waited_for() {
    let mut cause = call("v2.assignments.list", None);
    if let Cause::Call { page, .. } = &mut cause {
        *page = Some(1);
    }
    let school = school(vec![step("second page").after(cause)]).await;
    school.get("assignments").await;
    assert_eq!(outline(&report(&school)), "second page waiting");
    school.get("assignments?pageIndex=1").await;
    assert_eq!(outline(&report(&school)), "second page done");
}

#[tokio::test]
async fn the_calls_of_a_step_before_do_not_count() {
    let school = school(vec![
        step("one").waits_for("v2.assets.list"),
        step("two").waits_for("v2.assets.list"),
    ])
    .await;
    school.get("assets").await;
    assert_eq!(outline(&report(&school)), "one done; two waiting");
    school.get("assets").await;
    assert_eq!(outline(&report(&school)), "one done; two done");
}

#[tokio::test]
async fn steps_come_before_the_next_call_however_many_call_at_once() {
    let school = school(vec![
        step("first").waits_for("v2.users.list").buys(1),
        step("second").waits_for("v2.users.list").buys(1),
        step("third").waits_for("v2.users.list").buys(1),
    ])
    .await;
    let calls = (0..6).map(|_| school.get("users"));
    futures_all(calls).await;
    let told = journal(&school);
    assert!(
        told.starts_with("scenario v2.users.list verb v2.users.list verb v2.users.list verb"),
        "{told}"
    );
}

/// All of them at once.
async fn futures_all<F: Future>(all: impl Iterator<Item = F>) {
    let mut all: Vec<_> = all.map(Box::pin).collect();
    std::future::poll_fn(|context| {
        all.retain_mut(|one| one.as_mut().poll(context).is_pending());
        if all.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
}

#[tokio::test]
async fn the_end_of_the_client_sets_off_what_waited_for_it() {
    let school = school(vec![
        step("listed").waits_for("v2.assets.list"),
        step("gone").after(Cause::Exit).advances("1h").finds_assigned(1),
        step("afterwards").after(Cause::After(Moment::StepDone("gone".to_owned()))).marks("end"),
    ])
    .await;
    associate(&school, "ONE").await;
    school.get("assets").await;
    let told = finished(&school);
    assert_eq!(outline(&told), "listed done; gone done +; afterwards done");
    assert_eq!(told.verdict, Verdict::Passed);
    assert_eq!(told.calls["v2.assets.list"], 1);
    assert_eq!(finished(&school), told, "it ends once");
    assert_eq!(school.quince.universe("default").verify().unwrap(), told);
}

#[tokio::test]
async fn a_wait_that_is_open_at_the_end_fails() {
    for (cause, why) in [
        (
            Cause::At(quince::model::At(1_800_000_000_000)),
            "the client ended before 2027-01-15T08:00:00.000Z",
        ),
        (
            Cause::Passed(quince::model::Span::days(1)),
            "the client ended before 1d had passed since the scenario began",
        ),
        (
            Cause::After(Moment::EventEnded("slow".into())),
            "the client ended before an event of rule `slow` had ended",
        ),
        (
            Cause::After(Moment::RuleFired("slow".into())),
            "the client ended before rule `slow` fired",
        ),
    ] {
        let school = school(vec![step("x").after(cause), step("exit").after(Cause::Exit)]).await;
        let told = finished(&school);
        assert_eq!(outline(&told), "x failed; exit notreached");
        assert_eq!(told.steps[0].why.as_deref(), Some(why));
    }
}
