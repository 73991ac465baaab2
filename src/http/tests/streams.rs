//! Cuts on HTTP/2: of a stream, and of the connection with all of them.

use std::{io::ErrorKind::ConnectionReset, sync::Arc, time::Duration};

use http_body_util::BodyExt;

use super::{
    frames::{DATA, Frame, Frames, HEADERS, RST_STREAM, data_on, kinds_on},
    serving::{http2, post},
    support::{Raw, serve, within},
};
use crate::http::Limits;

const INTERNAL_ERROR: [u8; 4] = [0, 0, 0, 2];

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_cut_costs_one_stream() {
    let (server, _) = serve(Limits::default()).await;
    let mut client = http2(&server).await;
    for kind in ["reset", "close"] {
        let lost = client.send_request(post(&server, &format!("/cut?{kind}=0"), ""));
        within(lost).await.expect_err("no head");

        for of in ["answer", "body"] {
            let cut = client.send_request(post(&server, &format!("/cut?{kind}=40&of={of}"), ""));
            let mut body = within(cut).await.expect("a head").into_body();
            let data = within(body.frame()).await.expect("data").expect("before the reset");
            assert_eq!(data.into_data().expect("data").len(), 40);
            within(body.frame()).await.expect("no end").expect_err("a reset");
        }

        let next = within(client.send_request(post(&server, "/cut?", ""))).await.expect("200");
        let body = within(next.into_body().collect()).await.expect("a whole body").to_bytes();
        assert_eq!(body.len(), 100);
    }
}

#[tokio::test]
async fn a_stream_is_reset_after_exactly_so_many_bytes_and_others_go_on() {
    let (server, door) = serve(Limits::default()).await;
    let mut client = Frames::connect(&server).await;
    client.get(1, "/hold").await;
    within(door.entered.notified()).await;
    let cuts = [
        (3, "reset=0", None),
        (5, "reset=0&of=body", Some(0)),
        (7, "close=1&of=body", Some(1)),
        (9, "reset=40", Some(40)),
        (11, "reset=100&of=body", Some(100)),
        (13, "close=5000", Some(100)),
        (15, "reset=5000001&of=body&size=9000000", Some(5_000_001)),
        (17, "close=25&of=body&made=5", Some(25)),
        (19, "close=5000&of=body&made=5", Some(50)),
    ];
    for (stream, query, count) in cuts {
        client.get(stream, &format!("/cut?{query}")).await;
        let frames = client.until_end_of(stream).await;
        let expected = match count {
            None => vec![RST_STREAM],
            Some(0) => vec![HEADERS, RST_STREAM],
            Some(_) => vec![HEADERS, DATA, RST_STREAM],
        };
        assert_eq!(kinds_on(stream, &frames), expected, "{query}");
        assert_eq!(data_on(stream, &frames), count.unwrap_or(0), "{query}");
        assert_eq!(frames.last().expect("a reset").payload, INTERNAL_ERROR, "{query}");
    }
    door.released.notify_one();
    let held = client.until_end_of(1).await;
    assert_eq!(data_on(1, &held), "held".len());
    client.get(21, "/dated").await;
    assert_eq!(data_on(21, &client.until_end_of(21).await), "dated".len());
}

#[tokio::test]
async fn a_connection_ends_after_exactly_so_many_bytes_with_all_its_streams() {
    let (server, door) = serve(Limits::default()).await;
    for (kind, end) in [("reset", Some(ConnectionReset)), ("close", None)] {
        let cuts = [
            ("0", None),
            ("0&of=body", Some(0)),
            ("1&of=body", Some(1)),
            ("40", Some(40)),
            ("100&of=body", Some(100)),
            ("5000", Some(100)),
            ("5000001&of=body&size=9000000", Some(5_000_001)),
            ("25&of=body&made=5", Some(25)),
        ];
        for (query, count) in cuts {
            let mut client = Frames::connect(&server).await;
            client.get(1, "/hold").await;
            within(door.entered.notified()).await;
            client.get(3, "/dated").await;
            assert_eq!(data_on(3, &client.until_end_of(3).await), "dated".len());
            client.get(5, &format!("/cut?{kind}={query}&extent=connection")).await;
            let (frames, ended) = client.rest().await;
            let expected = match count {
                None => vec![],
                Some(0) => vec![HEADERS],
                Some(_) => vec![HEADERS, DATA],
            };
            assert_eq!(kinds_on(5, &frames), expected, "{kind} {query}");
            assert_eq!(data_on(5, &frames), count.unwrap_or(0), "{kind} {query}");
            assert!(!frames.iter().any(Frame::ends_stream), "{kind} {query}");
            assert_eq!(kinds_on(1, &frames), Vec::<u8>::new(), "{kind} {query}");
            assert_eq!(ended, end, "{kind} {query}");
        }
    }
    // A fresh connection is as good as any, and nobody stays behind.
    let mut client = Raw::connect(&server).await;
    client.get("/dated").await;
    assert_eq!(client.answer().await.body, "dated");
    within(server.stop()).await;
    within(async {
        while Arc::strong_count(&door) > 1 {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_client_without_room_for_the_cut_is_not_waited_for_long() {
    let linger = Duration::from_millis(50);
    let (server, _) = serve(Limits { linger, ..Limits::default() }).await;
    let mut client = Frames::with_window(&server, 10).await;
    client.get(1, "/cut?reset=40&of=body").await;
    let frames = client.until_end_of(1).await;
    assert_eq!(kinds_on(1, &frames), [HEADERS, DATA, RST_STREAM]);
    assert_eq!(data_on(1, &frames), 10);
    client.get(3, "/cut?reset=40&of=body&extent=connection").await;
    let (frames, ended) = client.rest().await;
    assert_eq!((data_on(3, &frames), ended), (10, Some(ConnectionReset)));
}

#[tokio::test]
async fn the_extent_means_nothing_on_http1() {
    let (server, _) = serve(Limits::default()).await;
    let mut client = Raw::connect(&server).await;
    client.get("/cut?reset=8&extent=connection").await;
    assert_eq!(client.rest().await, (b"HTTP/1.1".to_vec(), Some(ConnectionReset)));
}
