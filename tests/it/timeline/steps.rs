//! What steps do, and in which order.

use quince::judge::report::Verdict;
use quince::model::{EventStatus, UserStatus};
use quince::scenario::forms::RuleForm;
use quince::scenario::{Act, Advance, Cause, Moment, Wanted, Wrongs};

use super::making::*;

#[tokio::test]
async fn a_client_associates_and_ninety_seconds_later_it_is_so() {
    let mut late = scenario(vec![
        step("client associates").waits_for("v2.assets.associate").marks("accepted"),
        step("nothing has happened yet").finds_assigned(0),
        step("ninety seconds later")
            .advances("90s")
            .finds_assigned(1)
            .wants(Wanted::Holds {
                location: None,
                asset: app(),
                client_user_id: None,
                serial_number: Some("12E45678".to_owned()),
                held: true,
            })
            .does(Act::Diff {
                from: "accepted".to_owned(),
                to: "after".to_owned(),
                is: Some("361309726: assigned 0 -> 1".to_owned()),
            })
            .does(Act::Snapshot("after".to_owned())),
    ]);
    late.settings.push(("v2.event_delay".to_owned(), "90s".to_owned()));
    // The snapshot comes before the difference that tells it.
    late.steps[2].acts.swap(1, 2);
    let school = running(late).await;
    assert_eq!(
        outline(&report(&school)),
        "client associates waiting; nothing has happened yet waiting ?; ninety seconds later waiting ??"
    );
    school.get("assets").await;
    associate(&school, "12E45678").await;
    // The steps were done before the answer's first byte left.
    let told = report(&school);
    assert_eq!(told.verdict, Verdict::Open);
    assert_eq!(
        journal(&school),
        "scenario v2.assets.list v2.assets.associate mark event clock mark"
    );
    let universe = school.quince.universe("default");
    assert_eq!(universe.diff("after", "now").unwrap(), "no difference\n");
    let error = universe.verify().unwrap_err();
    insta::assert_snapshot!(error);
    assert_eq!(finished(&school).steps[2].diffs[0].0, "accepted");
}

#[tokio::test]
async fn steps_at_instants_come_in_order_with_what_falls_due() {
    let school = school(vec![
        step("a minute later").at("2026-01-15T09:01:00Z").buys(1).finds_assigned(1),
        step("two minutes later").at("2026-01-15T09:02:00Z").buys(1).finds_assigned(1),
        step("three minutes later").at("2026-01-15T09:03:00Z").finds_assigned(2),
    ])
    .await;
    associate(&school, "ONE").await;
    school.advance("90s");
    associate(&school, "TWO").await;
    school.advance("2h");
    let at = school.quince.engine().default_universe().with_journal(|journal| {
        let acts = journal.after(0).filter(|entry| entry.kind() != "exchange");
        let told = |entry: &quince::journal::Entry| {
            format!("{} {}", quince::sim::date::precise(entry.at), entry.kind())
        };
        acts.map(told).collect::<Vec<_>>().join("\n")
    });
    insta::assert_snapshot!(at, @r"
    2026-01-15T09:00:00.000Z scenario
    2026-01-15T09:00:00.200Z event-step
    2026-01-15T09:01:00.000Z verb
    2026-01-15T09:01:30.000Z clock
    2026-01-15T09:01:30.200Z event-step
    2026-01-15T09:02:00.000Z verb
    2026-01-15T11:01:30.000Z clock
    ");
    let told = report(&school);
    assert_eq!(got(&told, 1, 0), "assigned is 2", "the second was done half a minute before");
    assert_eq!(
        outline(&told),
        "a minute later done +; two minutes later done -; three minutes later done +"
    );
}

#[tokio::test]
async fn idle_means_that_no_step_is_due_either() {
    let school = school(vec![step("tomorrow").at("2026-01-16T00:00:00Z").buys(1)]).await;
    let universe = school.quince.engine().default_universe();
    let advance = universe.turn(|turn| turn.advance_until_idle().seq).unwrap();
    assert_eq!(advance, 3);
    assert_eq!(outline(&report(&school)), "tomorrow done");
}

#[tokio::test]
async fn an_advance_of_a_step_passes_the_instant_of_the_next_one() {
    let school = school(vec![
        step("far").advances("1h"),
        step("past").at("2026-01-15T09:01:00Z").buys(1),
        step("settings").does(Act::Set(vec![("v2.page_size".to_owned(), "2".to_owned())])),
        step("to the end of all that is due").does(Act::Advance(Advance::UntilIdle)),
    ])
    .await;
    assert_eq!(journal(&school), "scenario clock verb settings clock");
    let assets = school.get("assets").await.json();
    assert_eq!(assets["assets"].as_array().unwrap().len(), 2, "{assets}");
}

#[tokio::test]
async fn what_cannot_be_done_fails_its_step_and_no_other_is_reached() {
    let back = Act::Advance(Advance::To(quince::sim::date::parse("2020-01-01T00:00:00Z").unwrap()));
    for (act, why) in [
        (back, "time does not go back to 2020-01-01T00:00:00+0000"),
        (Act::Set(vec![("v2.page_size".to_owned(), "none".to_owned())]), "v2.page_size"),
        (Act::EndEvent("ghost".into(), None), "rule `ghost` touched no event that could end"),
        (Act::Mark("7".to_owned()), "`7` is no name for a mark"),
        (
            Act::Diff { from: "before".to_owned(), to: "now".to_owned(), is: None },
            "there is no mark `before`; there are: none",
        ),
    ] {
        let steps = vec![step("first").does(act).finds_assigned(0), step("second").marks("x")];
        let school = school(steps).await;
        let told = finished(&school);
        let first = told.steps[0].why.clone().unwrap();
        assert!(first.contains(why), "{first}");
        assert!(outline(&told).ends_with("second notreached"), "{}", outline(&told));
        assert_eq!(told.verdict, Verdict::ExpectationFailed);
    }
    let school = school(vec![step("too many").buys(u32::MAX)]).await;
    assert!(finished(&school).steps[0].why.clone().unwrap().starts_with("buy-licenses: "));
}

#[tokio::test]
async fn states_of_the_world_are_told_as_they_are() {
    let user = |id: &str, status| Wanted::User {
        location: Some("berlin".to_owned()),
        client_user_id: id.to_owned(),
        status,
    };
    let holds = |user: Option<&str>, serial: Option<&str>, held| Wanted::Holds {
        location: None,
        asset: app(),
        client_user_id: user.map(str::to_owned),
        serial_number: serial.map(str::to_owned),
        held,
    };
    let mut unowned = asset(Some(1), None);
    if let Wanted::Asset { asset, .. } = &mut unowned {
        asset.adam_id = "1".to_owned();
    }
    let mut nowhere = asset(Some(1), None);
    if let Wanted::Asset { location, .. } = &mut nowhere {
        *location = Some("paris".to_owned());
    }
    let wrong = [
        (asset(Some(1), Some(41)), "assigned is 0, total is 40"),
        (unowned, "there is no asset 1"),
        (nowhere, "there is no location `paris`; there are: berlin"),
        (user("nobody", Some(UserStatus::Registered)), "there is no user nobody"),
        (holds(Some("nobody"), None, true), "there is no user nobody"),
        (holds(None, Some("12E45678"), true), "device 12E45678 does not hold 361309726"),
        (Wanted::Event("ghost".into(), EventStatus::Complete), "rule `ghost` touched no event"),
    ];
    let mut first = step("wrong");
    for (wanted, _) in &wrong {
        first = first.wants(wanted.clone());
    }
    let right =
        step("right").wants(user("nobody", None)).wants(holds(None, Some("12E45678"), false));
    let school = school(vec![first, right]).await;
    let told = report(&school);
    for (n, (_, text)) in wrong.iter().enumerate() {
        assert_eq!(got(&told, 0, n), *text);
    }
    assert_eq!(outline(&told), "wrong done -------; right done ++");
}

#[tokio::test]
async fn events_go_by_the_rule_that_touched_them() {
    let is = |status| Wanted::Event("slow".into(), status);
    let mut slow = scenario(vec![
        step("accepted").waits_for("v2.assets.associate").wants(is(EventStatus::Pending)),
        step("done")
            .after(Cause::After(Moment::EventEnded("slow".into())))
            .buys(1)
            .wants(is(EventStatus::Complete)),
        step("again").waits_for("v2.assets.associate"),
        step("failed")
            .does(Act::EndEvent("slow".into(), Some(9709)))
            .wants(is(EventStatus::Complete)),
    ]);
    let rule = RuleForm::on("v2.assets.associate").id("slow").event_after("10m");
    slow.rules.push(rule.rule("", &mut Wrongs::default()).unwrap().into());
    let school = running(slow).await;
    let universe = school.quince.engine().default_universe();
    associate(&school, "ONE").await;
    school.advance("1h");
    associate(&school, "TWO").await;
    let at = universe.with_journal(|journal| {
        let verb = journal.after(0).find(|entry| entry.kind() == "verb").unwrap();
        quince::sim::date::wire(verb.at)
    });
    assert_eq!(at, "2026-01-15T09:10:00+0000", "the step was done when the event ended");
    let told = report(&school);
    assert_eq!(outline(&told), "accepted done +; done done +; again done; failed done -");
    assert!(got(&told, 3, 0).ends_with(" is FAILED"), "{}", got(&told, 3, 0));
}

#[tokio::test]
async fn a_reset_begins_anew_and_a_fork_has_no_timeline() {
    let school = school(vec![step("bought").waits_for("v2.assets.list").buys(1)]).await;
    school.get("assets").await;
    assert_eq!(outline(&report(&school)), "bought done");
    assert!(school.quince.fork("default", None).unwrap().report().is_none());
    let universe = school.quince.engine().default_universe();
    universe.reset(quince::engine::Scope::All).unwrap();
    assert_eq!(outline(&report(&school)), "bought waiting");
    school.get("assets").await;
    assert_eq!(outline(&report(&school)), "bought done");
    assert_eq!(journal(&school), "reset scenario v2.assets.list verb");
}

#[tokio::test]
async fn an_auto_clock_jumps_after_the_steps_that_a_call_sets_off() {
    let mut auto = scenario(vec![
        step("accepted").waits_for("v2.assets.associate").finds_assigned(0),
        step("soon").at("2026-01-15T09:05:00Z").finds_assigned(1).buys(1),
    ]);
    auto.clock = Some(quince::ClockMode::Auto);
    let school = running(auto).await;
    associate(&school, "ONE").await;
    assert_eq!(outline(&report(&school)), "accepted done +; soon done +");
    assert_eq!(journal(&school), "scenario v2.assets.associate event verb");
}

#[tokio::test]
async fn a_wall_clock_comes_to_a_step_by_itself() {
    let mut wall = scenario(vec![step("soon").at("2026-01-15T09:00:01Z").buys(1)]);
    wall.clock = Some(quince::ClockMode::Scaled(50.0));
    wall.start = quince::sim::date::parse("2026-01-15T09:00:00Z");
    let school = running(wall).await;
    let universe = school.quince.engine().default_universe();
    let mut grown = universe.journal_grows();
    let bought = grown.wait_for(|last| *last > 1);
    tokio::time::timeout(std::time::Duration::from_secs(10), bought).await.unwrap().unwrap();
    assert_eq!(journal(&school), "scenario verb");
    let at = universe.with_journal(|journal| journal.after(1).next().map(|entry| entry.at));
    assert_eq!(at, quince::sim::date::parse("2026-01-15T09:00:01Z"), "at its own instant");
}

#[tokio::test]
async fn the_same_steps_and_calls_make_the_same_journal() {
    let told = async || {
        let school = school(vec![
            step("listed").waits_for("v2.assets.list").buys(3).advances("1m"),
            step("later").at("2026-01-15T10:00:00Z").buys(1),
            step("gone").after(Cause::Exit).marks("end"),
        ])
        .await;
        school.get("assets").await;
        associate(&school, "ONE").await;
        school.advance("2h");
        finished(&school);
        let canonical =
            school.control("GET", "/universes/default/journal?canonical=true", ().into());
        canonical.await.text()
    };
    assert_eq!(told().await, told().await);
}
