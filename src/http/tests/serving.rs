//! Exchanges that go well, and doors that don't.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};

use super::support::{Raw, serve, within};
use crate::http::{Limits, Server};

/// A client of HTTP/2 with prior knowledge.
pub(super) async fn http2(server: &Server) -> http2::SendRequest<Full<Bytes>> {
    let stream = Raw::connect(server).await.stream;
    let shake = http2::handshake(TokioExecutor::new(), TokioIo::new(stream));
    let (client, connection) = within(shake).await.expect("speaks HTTP/2");
    tokio::spawn(connection);
    client
}

pub(super) fn post(
    server: &Server,
    target: &str,
    body: &'static str,
) -> http::Request<Full<Bytes>> {
    http::Request::post(format!("http://{}{target}", server.local_addr()))
        .body(Full::new(Bytes::from_static(body.as_bytes())))
        .expect("a request")
}

#[tokio::test]
async fn a_connection_serves_many_requests() {
    let (server, _) = serve(Limits::default()).await;
    let mut client = Raw::connect(&server).await;
    for body in ["one", "two", ""] {
        let length = body.len();
        client.send(format!("POST /echo HTTP/1.1\r\ncontent-length: {length}\r\n\r\n{body}")).await;
        assert_eq!(client.answer().await.body, body);
    }
    // Pipelined, the second one chunked.
    client
        .send("POST / HTTP/1.1\r\ncontent-length: 1\r\n\r\naPOST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n1\r\nb\r\n2\r\ncd\r\n0\r\n\r\n")
        .await;
    assert_eq!(client.answer().await.body, "a");
    assert_eq!(client.answer().await.body, "bcd");
}

#[tokio::test]
async fn the_door_gets_the_request_as_it_came() {
    let (server, _) = serve(Limits::default()).await;
    let mut client = Raw::connect(&server).await;
    client.send("PUT /about?a=%20&b HTTP/1.1\r\nHost: vpp.example:80\r\nX: 1\r\nContent-Length: 3\r\n\r\nabc").await;
    assert_eq!(
        client.answer().await.body,
        r#"PUT /about Some("a=%20&b") x=Some("1") body=3 peer=true http Some("vpp.example:80")"#
    );
    // A target with an authority beats the header; no header is no authority.
    client.send("GET http://other/about HTTP/1.1\r\nhost: example\r\n\r\n").await;
    assert!(client.answer().await.body.ends_with(r#"peer=true http Some("other")"#));
    client.send("GET /about HTTP/1.1\r\n\r\n").await;
    assert!(client.answer().await.body.ends_with("peer=true http None"));
    // Targets without a path get one.
    client.send("OPTIONS * HTTP/1.1\r\n\r\n").await;
    assert_eq!(client.answer().await.status(), "200");
}

#[tokio::test]
async fn only_the_length_is_added() {
    let (server, _) = serve(Limits::default()).await;
    let mut client = Raw::connect(&server).await;
    client.get("/echo").await;
    assert_eq!(
        client.answer().await.head,
        "HTTP/1.1 200 OK\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: 0\r\n\r\n"
    );
    client.get("/nothing").await;
    assert_eq!(client.answer().await.head, "HTTP/1.1 204 No Content\r\n\r\n");
    client.get("/dated").await;
    assert!(client.answer().await.head.contains("date: Thu, 15 Jan 2026 09:00:00 GMT\r\n"));
}

#[tokio::test]
async fn head_has_the_length_and_no_body() {
    let (server, _) = serve(Limits::default()).await;
    let mut client = Raw::connect(&server).await;
    client.send("HEAD /dated HTTP/1.1\r\n\r\n").await;
    assert!(client.head().await.contains("content-length: 5\r\n"));
    // Had there been a body, it would stand before this.
    client.get("/dated").await;
    assert!(client.answer().await.head.starts_with("HTTP/1.1 200 OK\r\n"));
}

#[tokio::test]
async fn an_offer_to_upgrade_is_ignored() {
    let (server, _) = serve(Limits::default()).await;
    let mut client = Raw::connect(&server).await;
    client.send("GET /dated HTTP/1.1\r\nconnection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n\r\n").await;
    assert_eq!(client.answer().await.body, "dated");
    client.get("/dated").await;
    assert_eq!(client.answer().await.body, "dated");
}

#[tokio::test]
async fn a_panic_costs_one_exchange() {
    let (server, _) = serve(Limits::default()).await;
    let mut client = Raw::connect(&server).await;
    client.get("/panic").await;
    let answer = client.answer().await;
    assert_eq!(answer.status(), "500");
    assert!(answer.head.contains("quince-fault: internal\r\n"), "{}", answer.head);
    assert!(answer.body.contains("GET /panic: as asked: /panic"), "{}", answer.body);
    client.get("/dated").await;
    assert_eq!(client.answer().await.body, "dated");
}

#[tokio::test]
async fn http2_works_without_an_upgrade() {
    let (server, _) = serve(Limits::default()).await;
    let mut client = http2(&server).await;
    let answer = within(client.send_request(post(&server, "/about?q", "abc"))).await.expect("200");
    let body = within(answer.into_body().collect()).await.expect("a body").to_bytes();
    let authority = server.local_addr();
    let expected =
        format!(r#"POST /about Some("q") x=None body=3 peer=true http Some("{authority}")"#);
    assert_eq!(body, expected);
    // A panic costs one stream here.
    let answer = within(client.send_request(post(&server, "/panic", ""))).await.expect("500");
    assert_eq!(answer.headers()["quince-fault"], "internal");
    let answer = within(client.send_request(post(&server, "/echo", "x"))).await.expect("200");
    assert_eq!(answer.headers()["content-length"], "1");
}
