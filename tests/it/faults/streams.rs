//! Faults on HTTP/2: of one stream, and of the connection with all of them.

use serde_json::json;

use super::frames::{DATA, Frames, HEADERS, RST_STREAM, Seen, seen};
use super::wire::{End, post};
use super::{NOTHING, USER, left_behind, school, told, undisturbed};
use crate::rules::counters;
use crate::support::Fixture;

/// The body of the same call to a quince that no rule disturbs; the version of HTTP makes no difference.
async fn whole() -> Vec<u8> {
    let stoken = Fixture::school().await.stoken;
    undisturbed(&post(&stoken, "users/create", USER)).await.1
}

/// Another call on the same connection is answered in full.
async fn goes_on(frames: &mut Frames) {
    let stream = frames.call("assets", "").await;
    let Seen { kinds, data } = frames.answer(stream).await;
    assert_eq!(kinds, [HEADERS, DATA]);
    assert!(data.starts_with(br#"{"assets":["#) && data.ends_with(b"}"));
}

#[tokio::test]
async fn a_stream_is_reset_where_the_rule_says_and_the_connection_goes_on() {
    let body = whole().await;
    for ends in ["reset", "close"] {
        for (place, count, applied) in [
            (json!({"at": "before-request"}), None, false),
            (json!({"at": "before-answer"}), None, true),
            (json!({"body_bytes": 0}), Some(0), true),
            (json!({"body_bytes": 30}), Some(30), true),
            (json!({"at": "body"}), Some(body.len() / 2), true),
        ] {
            let mut cut = place;
            cut["ends"] = json!(ends);
            let school = school("v2.users.create", json!({ "cut": cut })).await;
            let mut frames = Frames::connect(&school).await;
            goes_on(&mut frames).await;
            let stream = frames.call("users/create", USER).await;
            let Seen { kinds, data } = frames.answer(stream).await;
            let expected = match count {
                None => vec![RST_STREAM],
                Some(0) => vec![HEADERS, RST_STREAM],
                Some(_) => vec![HEADERS, DATA, RST_STREAM],
            };
            assert_eq!(kinds, expected, "{cut}");
            assert_eq!(data, body[..count.unwrap_or(0)], "{cut}");
            goes_on(&mut frames).await;
            assert_eq!(left_behind(&school).contains("new"), applied, "{cut}");
        }
    }
}

#[tokio::test]
async fn a_connection_ends_with_all_its_streams_if_the_rule_says_so() {
    let body = whole().await;
    for end in [End::Reset, End::Fin] {
        for (place, count, applied) in [
            (json!({"at": "before-request"}), None, false),
            (json!({"at": "before-answer"}), None, true),
            (json!({"body_bytes": 30}), Some(30), true),
        ] {
            let mut cut = place;
            cut["ends"] = json!(end.word());
            cut["scope"] = json!("connection");
            let school = school("v2.users.create", json!({ "cut": cut })).await;
            let mut frames = Frames::connect(&school).await;
            goes_on(&mut frames).await;
            let stream = frames.call("users/create", USER).await;
            let (came, unframed, ended) = frames.rest().await;
            let Seen { kinds, data } = seen(stream, &came);
            assert_eq!(kinds, count.map_or(vec![], |_| vec![HEADERS, DATA]), "{cut}");
            assert_eq!(data, body[..count.unwrap_or(0)], "{cut}");
            assert_eq!((unframed.len(), ended), (0, end), "{cut}");
            goes_on(&mut Frames::connect(&school).await).await;
            assert_eq!(left_behind(&school).contains("new"), applied, "{cut}");
            let fate = told(&school).await.1;
            assert!(fate.ends_with(", with its whole connection"), "{fate}");
        }
    }
}

#[tokio::test]
async fn garbage_is_no_frame_and_ends_the_connection_but_garbage_of_a_body_is_data() {
    let school = school("v2.users.create", json!({"garbage": {"bytes": 64}})).await;
    let mut frames = Frames::connect(&school).await;
    goes_on(&mut frames).await;
    let stream = frames.call("users/create", USER).await;
    let (came, unframed, end) = frames.rest().await;
    assert!(seen(stream, &came).kinds.is_empty());
    assert_eq!((unframed.len(), end), (64, End::Fin));
    assert!(left_behind(&school).contains("new"));

    let then = json!({"garbage": {"bytes": 64, "whole": false}});
    let school = super::school("v2.users.create", then).await;
    let mut frames = Frames::connect(&school).await;
    let stream = frames.call("users/create", USER).await;
    let Seen { kinds, data } = frames.answer(stream).await;
    assert_eq!((kinds, data.len()), (vec![HEADERS, DATA], 64));
    goes_on(&mut frames).await;
}

#[tokio::test]
async fn what_is_late_slow_or_changed_leaves_the_connection_as_it_is() {
    let body = whole().await;
    for (then, expected) in [
        (json!({"delay": "20ms"}), body.clone()),
        (json!({"drip": {"bytes": 20, "every": "1ms"}}), body.clone()),
        (json!({"answer": {"add": {"/x": 1}}}), [&body[..body.len() - 1], br#","x":1}"#].concat()),
        (
            json!({"answer": {"status": 500}}),
            br#"{"errorMessage":"Internal error.","errorNumber":9603}"#.to_vec(),
        ),
    ] {
        let school = school("v2.users.create", then.clone()).await;
        let mut frames = Frames::connect(&school).await;
        let stream = frames.call("users/create", USER).await;
        let Seen { kinds, data } = frames.answer(stream).await;
        assert_eq!(kinds, [HEADERS, DATA], "{then}");
        assert_eq!(String::from_utf8_lossy(&data), String::from_utf8_lossy(&expected), "{then}");
        goes_on(&mut frames).await;
    }
}

#[tokio::test]
async fn a_stream_that_waits_does_not_hold_up_the_others() {
    let then = json!({"delay": {"fixed": "5m", "clock": "virtual", "before": "request"}});
    let school = school("v2.users.create", then).await;
    let mut frames = Frames::connect(&school).await;
    let late = frames.call("users/create", USER).await;
    while counters(&school, "fault") != (1, 1) {
        tokio::task::yield_now().await;
    }
    goes_on(&mut frames).await;
    assert_eq!(school.quince.universe("default").diff("before", "now").unwrap(), NOTHING);
    school.advance("5m");
    assert_eq!(frames.answer(late).await.kinds, [HEADERS, DATA]);
    assert!(left_behind(&school).contains("new"));
}
