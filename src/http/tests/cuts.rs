//! What the client sees of an HTTP/1.1 answer that is cut.

use std::io::ErrorKind::ConnectionReset;

use super::support::{Raw, serve, within};
use crate::http::{Limits, Server};

/// The whole answer to `/cut?`, as bytes: what is cut is a beginning of this.
pub(super) async fn whole(server: &Server) -> Vec<u8> {
    let mut client = Raw::connect(server).await;
    client.get("/cut?").await;
    let answer = client.answer().await;
    (answer.head + &answer.body).into_bytes()
}

#[tokio::test]
async fn a_reset_comes_after_exactly_so_many_bytes() {
    let (server, _) = serve(Limits::default()).await;
    let whole = whole(&server).await;
    let head = whole.len() - 100;
    for count in [0, 1, 17, head, head + 50, whole.len() - 1, whole.len(), whole.len() + 1000] {
        let mut client = Raw::connect(&server).await;
        client.get(&format!("/cut?reset={count}")).await;
        let (bytes, error) = client.rest().await;
        assert_eq!(bytes, whole[..count.min(whole.len())], "after {count}");
        assert_eq!(error, Some(ConnectionReset), "after {count}");
    }
}

#[tokio::test]
async fn a_close_comes_after_exactly_so_many_bytes() {
    let (server, _) = serve(Limits::default()).await;
    let whole = whole(&server).await;
    for count in [0, 1, 60, whole.len() - 1, whole.len(), whole.len() + 1000] {
        let mut client = Raw::connect(&server).await;
        // The pipelined request is left unread, which must not turn FIN into RST.
        client.get(&format!("/cut?close={count}")).await;
        client.get("/dated").await;
        let (bytes, error) = client.rest().await;
        assert_eq!(bytes, whole[..count.min(whole.len())], "after {count}");
        assert_eq!(error, None, "after {count}");
    }
}

#[tokio::test]
async fn answers_before_the_cut_arrive_whole() {
    let (server, _) = serve(Limits::default()).await;
    let whole = whole(&server).await;
    for (query, end) in [("reset=30", Some(ConnectionReset)), ("close=30", None)] {
        // One after the other, and both at once.
        let mut client = Raw::connect(&server).await;
        client.get("/cut?").await;
        assert_eq!(client.answer().await.body.len(), 100);
        client.get(&format!("/cut?{query}")).await;
        assert_eq!(client.rest().await, (whole[..30].to_vec(), end));

        let mut client = Raw::connect(&server).await;
        let both = ["?", "?size=50000", &format!("?{query}")]
            .map(|query| format!("GET /cut{query} HTTP/1.1\r\n\r\n"))
            .concat();
        client.send(both).await;
        assert_eq!(client.answer().await.body.len(), 100);
        assert_eq!(client.answer().await.body.len(), 50_000);
        assert_eq!(client.rest().await, (whole[..30].to_vec(), end));
    }
}

#[tokio::test]
async fn large_answers_are_cut_by_the_byte() {
    let (server, _) = serve(Limits::default()).await;
    for (query, end) in [("reset", Some(ConnectionReset)), ("close", None)] {
        for count in [1_000_001, 7_000_001] {
            let mut client = Raw::connect(&server).await;
            client.get(&format!("/cut?{query}={count}&size=9000000")).await;
            // Lets the server fill its send buffer: what is in there must come before a reset.
            within(client.stream.readable()).await.expect("an answer begins");
            for _ in 0..100 {
                tokio::task::yield_now().await;
            }
            let (bytes, error) = client.rest().await;
            assert_eq!((bytes.len(), error), (count, end));
        }
    }
}

#[tokio::test]
async fn a_continue_does_not_count() {
    let (server, _) = serve(Limits::default()).await;
    let whole = whole(&server).await;
    let head = "POST /cut?close=40 HTTP/1.1\r\nexpect: 100-continue\r\ncontent-length: 4\r\n\r\n";
    for at_once in [true, false] {
        let mut client = Raw::connect(&server).await;
        client.send(head.to_owned() + if at_once { "body" } else { "" }).await;
        assert_eq!(client.head().await, "HTTP/1.1 100 Continue\r\n\r\n");
        if !at_once {
            client.send("body").await;
        }
        assert_eq!(client.rest().await, (whole[..40].to_vec(), None));
    }
}

#[tokio::test]
async fn a_body_breaks_off_behind_a_head_that_announces_all_of_it() {
    let (server, _) = serve(Limits::default()).await;
    let whole = whole(&server).await;
    let head = whole.len() - 100;
    for (kind, end) in [("reset", Some(ConnectionReset)), ("close", None)] {
        for count in [0, 1, 99, 100, 101, 5000] {
            let mut client = Raw::connect(&server).await;
            // The pipelined request is never answered.
            client.get(&format!("/cut?{kind}={count}&of=body")).await;
            client.get("/dated").await;
            let (bytes, ended) = client.rest().await;
            assert_eq!(bytes, whole[..(head + count).min(whole.len())], "{kind} {count}");
            assert_eq!(ended, end, "{kind} {count}");
        }
        // The next connection is as good as any.
        let mut client = Raw::connect(&server).await;
        client.get("/dated").await;
        assert_eq!(client.answer().await.body, "dated");
    }
}

#[tokio::test]
async fn large_bodies_are_cut_by_the_byte() {
    let (server, _) = serve(Limits::default()).await;
    for (kind, end) in [("reset", Some(ConnectionReset)), ("close", None)] {
        for count in [1_000_001, 7_000_001] {
            let mut client = Raw::connect(&server).await;
            client.get("/cut?").await;
            client.get(&format!("/cut?{kind}={count}&of=body&size=9000000")).await;
            assert_eq!(client.answer().await.body.len(), 100);
            assert!(client.head().await.contains("content-length: 9000000\r\n"));
            let (bytes, ended) = client.rest().await;
            assert_eq!((bytes.len(), ended), (count, end));
        }
    }
}

#[tokio::test]
async fn without_a_body_a_cut_in_it_falls_behind_the_head() {
    let (server, _) = serve(Limits::default()).await;
    for (target, end) in [("reset=7", Some(ConnectionReset)), ("close=7", None)] {
        let mut client = Raw::connect(&server).await;
        client.send(format!("HEAD /cut?{target}&of=body HTTP/1.1\r\n\r\n")).await;
        assert!(client.head().await.contains("content-length: 100\r\n"));
        assert_eq!(client.rest().await, (Vec::new(), end));
    }
}

#[tokio::test]
async fn a_body_that_is_made_while_it_is_sent_can_be_cut() {
    let (server, _) = serve(Limits::default()).await;
    let mut client = Raw::connect(&server).await;
    client.get("/cut?made=3").await;
    client.head().await;
    let whole = "A\r\n0123456789\r\n".repeat(3) + "0\r\n\r\n";
    assert_eq!(client.take(whole.len()).await, whole);
    // What counts is what stands on the wire: lengths of chunks, too.
    for count in [0, 17, whole.len(), 1000] {
        let mut client = Raw::connect(&server).await;
        client.get(&format!("/cut?made=3&close={count}&of=body")).await;
        client.head().await;
        assert_eq!(client.rest_to_fin().await, whole[..count.min(whole.len())]);
    }
}
