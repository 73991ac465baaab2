//! Answers in whose place something else leaves.

use super::{
    frames::Frames,
    serving::{http2, post},
    support::{Raw, serve, within},
};
use crate::http::Limits;

const GARBAGE: &str = "\u{1}neither HTTP\r\n\r\nnor anything";

fn target() -> String {
    let query: String = form_urlencoded::byte_serialize(GARBAGE.as_bytes()).collect();
    format!("/cut?garbage={query}")
}

#[tokio::test]
async fn exactly_these_bytes_leave_and_then_fin() {
    let (server, _) = serve(Limits::default()).await;
    for method in ["GET", "HEAD"] {
        let mut client = Raw::connect(&server).await;
        client.get("/dated").await;
        assert_eq!(client.answer().await.body, "dated");
        // Not answered behind it either; left unread, which must not turn FIN into RST.
        let request = format!("{method} {} HTTP/1.1\r\n\r\n", target());
        client.send(request + "GET /dated HTTP/1.1\r\n\r\n").await;
        assert_eq!(client.rest_to_fin().await, GARBAGE);
    }
    let mut client = Raw::connect(&server).await;
    client.get("/cut?garbage=").await;
    assert_eq!(client.rest_to_fin().await, "");
    let mut client = Raw::connect(&server).await;
    client.get("/dated").await;
    assert_eq!(client.answer().await.body, "dated");
}

#[tokio::test]
async fn garbage_takes_the_place_of_every_other_fate() {
    let (server, _) = serve(Limits::default()).await;
    for other in ["drip=1", "reset=5", "close=5&of=body", "made=3", "size=9000000"] {
        let mut client = Raw::connect(&server).await;
        client.get(&format!("{}&{other}", target())).await;
        assert_eq!(client.rest_to_fin().await, GARBAGE, "{other}");
    }
}

#[tokio::test]
async fn much_garbage_arrives_whole() {
    let (server, _) = serve(Limits::default()).await;
    let much = "g".repeat(60_000);
    let mut client = Raw::connect(&server).await;
    client.get(&format!("/cut?garbage={much}")).await;
    assert!(client.rest_to_fin().await == much);
}

#[tokio::test]
async fn on_http2_it_takes_the_place_of_a_frame() {
    let (server, _) = serve(Limits::default()).await;
    let mut client = Frames::connect(&server).await;
    client.get(1, "/dated").await;
    client.until_end_of(1).await;
    client.get(3, &target()).await;
    let rest = client.rest_unframed().await;
    assert_eq!(rest, (GARBAGE.as_bytes().to_vec(), None));

    let mut client = http2(&server).await;
    within(client.send_request(post(&server, &target(), ""))).await.expect_err("not HTTP/2");
    within(client.send_request(post(&server, "/dated", ""))).await.expect_err("closed");
}
