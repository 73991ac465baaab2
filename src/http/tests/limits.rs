//! What a client may not do.

use std::time::Duration;

use super::{
    serving::{http2, post},
    support::{Raw, serve, within},
};
use crate::http::{Limits, Server};

const SHORT: Duration = Duration::from_millis(50);

/// The server still answers.
async fn lives(server: &Server) {
    let mut client = Raw::connect(server).await;
    client.get("/dated").await;
    assert_eq!(client.answer().await.body, "dated");
}

#[tokio::test]
async fn a_body_announced_too_long_is_not_read() {
    let (server, _) = serve(Limits { body_bytes: 10, ..Limits::default() }).await;
    let mut client = Raw::connect(&server).await;
    client.send("POST / HTTP/1.1\r\ncontent-length: 10\r\n\r\n0123456789").await;
    assert_eq!(client.answer().await.body, "0123456789");
    client.send("POST / HTTP/1.1\r\nexpect: 100-continue\r\ncontent-length: 11\r\n\r\n").await;
    let answer = client.answer().await;
    assert_eq!(answer.status(), "413");
    assert!(answer.head.contains("connection: close\r\n"), "{}", answer.head);
    assert!(answer.head.contains("content-type: text/plain"), "{}", answer.head);
    assert!(answer.body.starts_with("quince ") && answer.body.contains(" 10 bytes"));
    assert_eq!(client.rest_to_fin().await, "");
    lives(&server).await;
}

#[tokio::test]
async fn a_client_that_sends_too_much_sees_the_answer() {
    let (server, _) = serve(Limits { body_bytes: 1000, ..Limits::default() }).await;
    let mut client = Raw::connect(&server).await;
    client.send("POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n").await;
    let chunk = format!("1000\r\n{}\r\n", "x".repeat(0x1000));
    for _ in 0..256 {
        client.send(&chunk).await;
    }
    client.send("0\r\n\r\n").await;
    assert_eq!(client.answer().await.status(), "413");
    assert_eq!(client.rest_to_fin().await, "");
    lives(&server).await;
}

#[tokio::test]
async fn on_http2_a_long_body_costs_one_stream() {
    let (server, _) = serve(Limits { body_bytes: 3, ..Limits::default() }).await;
    let mut client = http2(&server).await;
    let answer = within(client.send_request(post(&server, "/", "1234"))).await.expect("413");
    assert_eq!(answer.status(), 413);
    let answer = within(client.send_request(post(&server, "/", "123"))).await.expect("200");
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn a_slow_body_is_given_up() {
    let (server, _) = serve(Limits { body_timeout: SHORT, ..Limits::default() }).await;
    let mut client = Raw::connect(&server).await;
    client.send("POST / HTTP/1.1\r\ncontent-length: 10\r\n\r\n012").await;
    let answer = client.answer().await;
    assert_eq!(answer.status(), "408");
    assert!(answer.body.contains("50ms"), "{}", answer.body);
    assert_eq!(client.rest_to_fin().await, "");
}

#[tokio::test]
async fn a_body_framed_wrongly_is_told() {
    let (server, _) = serve(Limits::default()).await;
    let mut client = Raw::connect(&server).await;
    client.send("POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nnonsense\r\n").await;
    assert_eq!(client.answer().await.status(), "400");
    assert_eq!(client.rest_to_fin().await, "");
}

#[tokio::test]
async fn slow_heads_are_given_up() {
    let (server, _) = serve(Limits { head_timeout: SHORT, ..Limits::default() }).await;
    for start in ["", "G", "PRI * HTTP/2.0\r\n", "GET / HTTP/1.1\r\nhost: exa"] {
        let mut client = Raw::connect(&server).await;
        client.send(start).await;
        assert_eq!(client.rest_to_fin().await, "", "after {start:?}");
    }
}

#[tokio::test]
async fn a_slow_answer_is_not_a_slow_head() {
    let (server, door) = serve(Limits { head_timeout: SHORT, ..Limits::default() }).await;
    let mut client = Raw::connect(&server).await;
    client.get("/hold").await;
    within(door.entered.notified()).await;
    // Another connection is given up meanwhile, so the limit has passed.
    assert_eq!(Raw::connect(&server).await.rest_to_fin().await, "");
    door.released.notify_one();
    assert_eq!(client.answer().await.body, "held");
}

#[tokio::test]
async fn heads_that_are_too_much_are_refused() {
    let (server, _) = serve(Limits::default()).await;
    let many = "x: 1\r\n".repeat(101);
    let long = "x".repeat(70_000);
    let cases = [
        (format!("GET / HTTP/1.1\r\n{many}\r\n"), "431"),
        (format!("GET / HTTP/1.1\r\nx: {long}\r\n\r\n"), "431"),
        (format!("GET /{long} HTTP/1.1\r\n\r\n"), "431"),
        ("\u{1}\u{2}garbage\r\n\r\n".to_owned(), "400"),
        ("GET / HTTP/9.9\r\n\r\n".to_owned(), "400"),
        ("POST / HTTP/1.1\r\ncontent-length: x\r\n\r\n".to_owned(), "400"),
    ];
    for (request, status) in cases {
        let mut client = Raw::connect(&server).await;
        client.send(&request).await;
        let answer = client.rest_to_fin().await;
        let expected = format!("HTTP/1.1 {status} ");
        assert!(answer.starts_with(&expected), "{request:.60}: {answer}");
    }
    lives(&server).await;
}

#[tokio::test]
async fn further_connections_wait_for_room() {
    let (server, _) = serve(Limits { connections: 1, ..Limits::default() }).await;
    let mut first = Raw::connect(&server).await;
    first.get("/dated").await;
    first.answer().await;
    let mut second = Raw::connect(&server).await;
    second.get("/dated").await;
    first.get("/dated").await;
    first.answer().await;
    drop(first);
    assert_eq!(second.answer().await.body, "dated");
}
