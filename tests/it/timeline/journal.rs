//! What steps expect of the journal: now, in some time, for some time, to the end.

use std::time::Duration;

use quince::judge::report::{ExpectationState, JudgedBy, Verdict};
use quince::judge::{Expected, Matcher};
use quince::scenario::{Cause, Wanted, Window};

use super::making::*;
use crate::support::Fixture;

const SHORT: Duration = Duration::from_millis(30);

async fn settled(school: &Fixture) {
    let universe = school.quince.engine().default_universe();
    while let Some(next) = universe.tick() {
        tokio::time::timeout(next, std::future::pending::<()>()).await.unwrap_err();
    }
}

#[tokio::test]
async fn what_was_called_so_far() {
    let school = school(vec![
        step("associated")
            .waits_for("v2.assets.associate")
            .wants(some(of("v2.assets.list"), Window::Now))
            .wants(some(Matcher { status: Some(200), ..of("v2.assets.associate") }, Window::Now))
            .wants(some(Matcher { error: Some(9609), ..of("v2.assets.*") }, Window::Now))
            .wants(never(of("v2.users.*"), Window::Now)),
    ])
    .await;
    school.get("assets").await;
    school.get("assets").await;
    school.get("users").await;
    associate(&school, "ONE").await;
    let told = report(&school);
    assert_eq!(outline(&told), "associated done ++--");
    let [listed, accepted, refused, users] = &told.steps[0].expectations[..] else { panic!() };
    assert_eq!(listed.entries, [2, 3]);
    assert_eq!(accepted.entries, [5], "its own answer is there already");
    assert_eq!(refused.got.as_deref(), Some("expected at least 1 entry to match, and 0 did"));
    let misses: Vec<&str> = refused.near_misses.iter().map(|(_, why)| why.as_str()).collect();
    assert_eq!(misses[0], "error is not there, not 9609");
    assert_eq!(
        misses[3],
        "operation is v2.users.list, not v2.assets.*; error is not there, not 9609"
    );
    assert_eq!(users.entries, [4]);
    assert_eq!(users.clock, JudgedBy::Virtual);
    assert_eq!(
        told.entries[&5],
        "5 v2.assets.associate berlin POST /mdm/v2/assets/associate -> 200"
    );
}

#[tokio::test]
async fn only_what_came_after_a_mark() {
    let since = |name: &str, of| Wanted::Journal {
        expected: Expected::Count { of, at_least: 1, at_most: 1 },
        since: Some(name.to_owned()),
        window: Window::Now,
    };
    let school = school(vec![
        step("listed").waits_for("v2.assets.list").marks("listed"),
        step("users")
            .waits_for("v2.users.list")
            .wants(since("listed", of("v2.assets.list")))
            .wants(since("listed", of("v2.users.list")))
            .wants(since("unheard-of", of("v2.users.list"))),
    ])
    .await;
    school.get("assets").await;
    school.get("users").await;
    let told = report(&school);
    assert_eq!(outline(&told), "listed done; users done -+-");
    assert_eq!(got(&told, 1, 2), "there is no mark `unheard-of`; there are: listed");
}

#[tokio::test]
async fn what_comes_in_time_is_met_as_soon_as_it_came() {
    let long = Window::Within(Duration::from_mins(5));
    let school = school(vec![
        step("soon")
            .wants(some(of("v2.users.list"), long))
            .wants(some(of("v2.assets.list"), Window::Within(SHORT))),
        step("goes on meanwhile").buys(1),
    ])
    .await;
    assert_eq!(outline(&report(&school)), "soon done ??; goes on meanwhile done");
    school.get("users").await;
    let told = report(&school);
    assert_eq!(told.steps[0].expectations[0].state, ExpectationState::Met);
    assert_eq!(told.steps[0].expectations[0].clock, JudgedBy::Real);
    settled(&school).await;
    school.get("assets").await;
    let told = finished(&school);
    assert_eq!(outline(&told), "soon done +-; goes on meanwhile done", "that came too late");
}

#[tokio::test]
async fn a_never_that_is_broken_names_the_entry() {
    let school = school(vec![
        step("takeover")
            .waits_for("v2.assets.list")
            .wants(never(of("v2.assets.associate"), Window::ToTheEnd))
            .wants(never(of("v2.users.*"), Window::For(Duration::from_mins(5))))
            .wants(never(of("v2.assets.list"), Window::ToTheEnd)),
    ])
    .await;
    school.get("assets").await;
    assert_eq!(outline(&report(&school)), "takeover done ???");
    associate(&school, "ONE").await;
    let told = report(&school);
    assert_eq!(outline(&told), "takeover done -??", "broken at once, long before the end");
    assert_eq!(told.steps[0].expectations[0].entries, [3]);
    let told = finished(&school);
    assert_eq!(outline(&told), "takeover done -++", "the call that set it off does not count");
    assert_eq!(told.verdict, Verdict::ExpectationFailed);
    let error = school.quince.universe("default").verify().unwrap_err();
    insta::assert_snapshot!(error);
}

#[tokio::test]
async fn for_some_time_in_which_the_client_lives() {
    let school = school(vec![
        step("quiet").wants(never(of("v2.users.*"), Window::For(SHORT))),
        step("exit").after(Cause::Exit).wants(some(of("v2.users.*"), Window::Within(SHORT))),
    ])
    .await;
    settled(&school).await;
    school.get("users").await;
    assert_eq!(outline(&report(&school)), "quiet done +; exit waiting ?");
    assert_eq!(outline(&finished(&school)), "quiet done +; exit done +");
}

#[tokio::test]
async fn steps_of_a_sequence() {
    let sequence = |of: &[&str]| Wanted::Journal {
        expected: Expected::Sequence(of.iter().map(|name| super::making::of(name)).collect()),
        since: None,
        window: Window::ToTheEnd,
    };
    let school = school(vec![
        step("in order")
            .wants(sequence(&["v2.assets.list", "v2.users.list", "v2.assets.list"]))
            .wants(sequence(&["v2.users.list", "v2.users.list"])),
    ])
    .await;
    for path in ["assets", "users", "assets"] {
        school.get(path).await;
    }
    let told = finished(&school);
    assert_eq!(outline(&told), "in order done +-");
    assert_eq!(told.steps[0].expectations[0].entries, [2, 3, 4]);
    assert_eq!(got(&told, 0, 1), "found 1 of 2 steps; /sequence/1 is missing");
}

#[tokio::test]
async fn what_the_journal_lost_nobody_can_judge() {
    let mut small = scenario(vec![
        step("from here").wants(never(of("v2.users.list"), Window::ToTheEnd)),
        step("listed").waits_for("v2.assets.list").wants(some(of("v2.users.list"), Window::Now)),
    ]);
    small.settings.push(("journal.max_entries".to_owned(), "3".to_owned()));
    let school = running(small).await;
    for _ in 0..6 {
        school.get("service/config").await;
    }
    school.get("assets").await;
    let told = finished(&school);
    assert_eq!(outline(&told), "from here done +; listed done -", "what was heard in time counts");
    assert!(got(&told, 1, 0).starts_with("entries 2 to "), "{}", got(&told, 1, 0));
}
