//! Careless clients that live on notifications.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::caught;
use super::clients::Lucky;
use crate::notifications::receiver::Receiver;
use crate::notifications::subscribe;
use crate::support::Fixture;

const DEVICES: usize = 9;

/// Gives an app to nine devices, one call each, and lets time pass after each as `passes` says. What it was told of.
async fn hand_out(school: &Fixture, passes: bool) -> (Vec<Value>, usize) {
    let receiver = Receiver::good().await;
    subscribe(school, &receiver.url()).await;
    let mut too_early = 0;
    for n in 0..DEVICES {
        let targets =
            json!({"assets": [{"adamId": "361309726"}], "serialNumbers": [format!("N{n}")]});
        let before = receiver.told().len();
        let _ = school.post("assets/associate", targets).await;
        too_early += receiver.told().len() - before;
        if passes {
            let clock = school.quince.universe("default").clock();
            clock.advance_delivering("10s").await.unwrap();
        }
    }
    (receiver.told(), too_early)
}

fn devices(told: &[Value]) -> Vec<String> {
    let lists = told.iter().filter_map(|body| body["notification"]["assignments"].as_array());
    let serials = lists.flatten().filter_map(|it| it["serialNumber"].as_str());
    serials.map(str::to_owned).collect()
}

/// Takes what nobody told it of for what did not happen.
async fn believes_that_every_notification_arrives(school: &Fixture) -> Lucky {
    let (told, _) = hand_out(school, true).await;
    let known: BTreeSet<String> = devices(&told).into_iter().collect();
    if known.len() == DEVICES {
        return Ok(());
    }
    Err(format!("knows of {} devices of {DEVICES}", known.len()))
}

/// Counts what it is told of, without looking at `notificationId`.
async fn counts_a_notification_each_time_that_it_comes(school: &Fixture) -> Lucky {
    let (told, _) = hand_out(school, true).await;
    let count = devices(&told).len();
    if count == DEVICES { Ok(()) } else { Err(format!("counts {count} devices of {DEVICES}")) }
}

/// Looks an event up by the id that its call was answered with, which it does not have yet.
async fn knows_its_events_by_the_answers_only(school: &Fixture) -> Lucky {
    let (_, too_early) = hand_out(school, false).await;
    if too_early == 0 {
        return Ok(());
    }
    Err(format!("is told of {too_early} events that it does not know"))
}

#[tokio::test]
async fn notifications_get_lost() {
    let client = believes_that_every_notification_arrives;
    let flaw = caught("lost-notifications", "lost-notifications/every-third", client).await;
    assert_eq!(flaw, "knows of 6 devices of 9");
}

#[tokio::test]
async fn notifications_come_twice() {
    let client = counts_a_notification_each_time_that_it_comes;
    let rule = "duplicate-notifications/every-third-twice";
    assert_eq!(caught("duplicate-notifications", rule, client).await, "counts 12 devices of 9");
}

#[tokio::test]
async fn notifications_are_there_before_the_answer() {
    let client = knows_its_events_by_the_answers_only;
    let rule = "notification-before-answer/told-first";
    let flaw = caught("notification-before-answer", rule, client).await;
    assert_eq!(flaw, "is told of 9 events that it does not know");
}
