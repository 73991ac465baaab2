//! Fates: what the client sees of an answer that is cut.

use std::io::ErrorKind::ConnectionReset;

use http_body_util::BodyExt;

use super::{
    serving::{http2, post},
    support::{Raw, serve, within},
};
use crate::http::{Limits, Server};

/// The whole answer to `/cut?`, as bytes: what is cut is a beginning of this.
async fn whole(server: &Server) -> Vec<u8> {
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

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn on_http2_a_cut_costs_one_stream() {
    let (server, _) = serve(Limits::default()).await;
    let mut client = http2(&server).await;
    for kind in ["reset", "close"] {
        let lost = client.send_request(post(&server, &format!("/cut?{kind}=0"), ""));
        within(lost).await.expect_err("no head");

        let cut = client.send_request(post(&server, &format!("/cut?{kind}=40"), ""));
        let mut body = within(cut).await.expect("a head").into_body();
        let data = within(body.frame()).await.expect("data").expect("before the reset");
        assert_eq!(data.into_data().expect("data").len(), 40);
        within(body.frame()).await.expect("no end").expect_err("a reset");

        let next = within(client.send_request(post(&server, "/cut?", ""))).await.expect("200");
        let body = within(next.into_body().collect()).await.expect("a whole body").to_bytes();
        assert_eq!(body.len(), 100);
    }
}
