//! Bodies that leave slowly. Hours pass only where a test says so.

use std::{io::ErrorKind::ConnectionReset, sync::Arc};

use http_body_util::BodyExt;

use super::{
    serving::{http2, post},
    support::{DIGITS, PATIENT, Raw, hour, serve, within},
};
use crate::http::Limits;

#[tokio::test]
async fn a_body_drips_piece_by_piece_and_the_connection_goes_on() {
    let (server, _) = serve(PATIENT).await;
    let mut client = Raw::connect(&server).await;
    client.get("/cut?drip=40").await;
    assert!(client.head().await.contains("content-length: 100\r\n"));
    let whole = DIGITS.repeat(10);
    assert_eq!(client.only(40).await, whole[..40]);
    hour().await;
    assert_eq!(client.only(40).await, whole[40..80]);
    // Asked behind a drip, answered behind it.
    client.get("/dated").await;
    hour().await;
    assert_eq!(client.take(20).await, whole[80..]);
    assert_eq!(client.answer().await.body, "dated");
    client.get("/cut?drip=1000").await;
    assert_eq!(client.answer().await.body, whole);
}

#[tokio::test]
async fn a_head_drips_nothing() {
    let (server, _) = serve(PATIENT).await;
    let mut client = Raw::connect(&server).await;
    client.send("HEAD /cut?drip=1 HTTP/1.1\r\n\r\n").await;
    assert!(client.head().await.contains("content-length: 100\r\n"));
    client.get("/dated").await;
    assert_eq!(client.answer().await.body, "dated");
}

#[tokio::test]
async fn what_drips_is_cut_by_the_byte() {
    let (server, _) = serve(PATIENT).await;
    for (kind, end) in [("reset", Some(ConnectionReset)), ("close", None)] {
        for count in [40, 41] {
            let mut client = Raw::connect(&server).await;
            client.get(&format!("/cut?drip=20&{kind}={count}&of=body")).await;
            client.head().await;
            client.only(20).await;
            hour().await;
            // A cut between two pieces does not wait for the second.
            if count > 40 {
                client.only(20).await;
                hour().await;
            }
            let (bytes, ended) = client.rest().await;
            assert_eq!(bytes.len(), if count > 40 { 1 } else { 20 });
            assert_eq!(ended, end);
        }
        // In the head, and at the end of what drips.
        let mut client = Raw::connect(&server).await;
        client.get(&format!("/cut?drip=20&{kind}=10")).await;
        assert_eq!(client.rest().await, (b"HTTP/1.1 2".to_vec(), end));
        let mut client = Raw::connect(&server).await;
        client.get(&format!("/cut?drip=50&{kind}=1000")).await;
        client.head().await;
        client.only(50).await;
        hour().await;
        let (bytes, ended) = client.rest().await;
        assert_eq!((bytes.len(), ended), (50, end));
    }
}

#[tokio::test]
async fn what_is_made_while_it_is_sent_drips_too() {
    let (server, _) = serve(PATIENT).await;
    let mut client = Raw::connect(&server).await;
    client.get("/cut?made=2&drip=6").await;
    client.head().await;
    assert_eq!(client.only(11).await, "6\r\n012345\r\n");
    for piece in ["4\r\n6789\r\n", "6\r\n012345\r\n"] {
        hour().await;
        assert_eq!(client.only(piece.len()).await, piece);
    }
    hour().await;
    assert_eq!(client.only(14).await, "4\r\n6789\r\n0\r\n\r\n");
}

#[tokio::test]
async fn a_stop_hurries_what_drips() {
    let (server, door) = serve(PATIENT).await;
    let mut client = Raw::connect(&server).await;
    client.get("/cut?drip=10").await;
    client.head().await;
    client.only(10).await;
    let stopped = tokio::spawn(server.stop());
    assert_eq!(client.rest_to_fin().await, DIGITS.repeat(9));
    within(stopped).await.expect("stops");
    assert_eq!(Arc::strong_count(&door), 1);

    // A cut stays where it is.
    let (server, _) = serve(PATIENT).await;
    let mut client = Raw::connect(&server).await;
    client.get("/cut?drip=10&reset=25&of=body").await;
    client.head().await;
    client.only(10).await;
    let stopped = tokio::spawn(server.stop());
    assert_eq!(client.rest().await, (b"012345678901234".to_vec(), Some(ConnectionReset)));
    within(stopped).await.expect("stops");
}

#[tokio::test]
async fn nothing_drips_for_a_client_that_is_gone() {
    // There is room for one connection, so the second client is served when the first is given up.
    let (server, _) = serve(PATIENT).await;
    let mut client = Raw::connect(&server).await;
    client.get("/cut?drip=10").await;
    client.head().await;
    drop(client);
    let mut client = http2(&server).await;
    let answer = within(client.send_request(post(&server, "/cut?drip=10", ""))).await.expect("200");
    drop((answer, client));
    let mut client = Raw::connect(&server).await;
    client.get("/dated").await;
    assert_eq!(client.answer().await.body, "dated");
}

#[tokio::test]
async fn on_http2_a_body_drips_while_others_do_not() {
    let (server, _) = serve(PATIENT).await;
    let mut client = http2(&server).await;
    let slow = client.send_request(post(&server, "/cut?drip=60", ""));
    let mut slow = within(slow).await.expect("200");
    assert_eq!(slow.headers()["content-length"], "100");
    let cut = client.send_request(post(&server, "/cut?drip=60&reset=70&of=body", ""));
    let mut cut = within(cut).await.expect("200");
    for (slow_size, cut_size) in [(60, 60), (40, 10)] {
        for (body, size) in [(slow.body_mut(), slow_size), (cut.body_mut(), cut_size)] {
            let piece = within(body.frame()).await.expect("not the end").expect("data");
            assert_eq!(piece.into_data().expect("data").len(), size);
        }
        let quick = within(client.send_request(post(&server, "/echo", "quick"))).await;
        let quick = within(quick.expect("200").into_body().collect()).await.expect("a body");
        assert_eq!(quick.to_bytes(), "quick");
        hour().await;
    }
    assert!(within(slow.body_mut().frame()).await.is_none());
    within(cut.body_mut().frame()).await.expect("no end").expect_err("a reset");
}

#[tokio::test]
async fn on_http2_a_stop_hurries_what_drips() {
    let (server, _) = serve(Limits { connections: 2, ..PATIENT }).await;
    let mut client = http2(&server).await;
    let slow = client.send_request(post(&server, "/cut?drip=1", ""));
    let slow = within(slow).await.expect("200");
    let stopped = tokio::spawn(server.stop());
    let body = within(slow.into_body().collect()).await.expect("a whole body").to_bytes();
    assert_eq!(body, DIGITS.repeat(10));
    drop(client);
    within(stopped).await.expect("stops");
}
