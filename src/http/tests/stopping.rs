//! How a server ends.

use std::{sync::Arc, time::Duration};

use tokio::net::TcpStream;

use super::{
    serving::{http2, post},
    support::{Raw, serve, within},
};
use crate::http::{Limits, Server};

/// Waits until nobody listens there.
async fn refused(address: std::net::SocketAddr) {
    within(async {
        while TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test]
async fn stop_lets_an_exchange_end_and_nobody_in() {
    let (server, door) = serve(Limits { grace: Duration::from_mins(1), ..Limits::default() }).await;
    let address = server.local_addr();
    let mut busy = Raw::connect(&server).await;
    busy.get("/hold").await;
    within(door.entered.notified()).await;
    let mut idle = Raw::connect(&server).await;
    idle.get("/dated").await;
    idle.answer().await;
    let silent = Raw::connect(&server).await;

    let stopped = tokio::spawn(server.stop());
    refused(address).await;
    assert_eq!(idle.rest_to_fin().await, "");
    silent.rest().await;
    door.released.notify_one();
    let answer = busy.answer().await;
    assert_eq!(answer.body, "held");
    assert!(answer.head.contains("connection: close\r\n"), "{}", answer.head);
    within(stopped).await.expect("stops");
    assert_eq!(busy.rest_to_fin().await, "");
    assert_eq!(Arc::strong_count(&door), 1, "somebody still holds the door");
}

#[tokio::test]
async fn stop_lets_an_http2_exchange_end() {
    let (server, door) = serve(Limits { grace: Duration::from_mins(1), ..Limits::default() }).await;
    let address = server.local_addr();
    let mut client = http2(&server).await;
    let asked = tokio::spawn(client.send_request(post(&server, "/hold", "")));
    within(door.entered.notified()).await;
    let stopped = tokio::spawn(server.stop());
    refused(address).await;
    door.released.notify_one();
    assert_eq!(within(asked).await.expect("runs").expect("an answer").status(), 200);
    within(stopped).await.expect("stops");
}

#[tokio::test]
async fn stop_drops_what_does_not_end() {
    let (server, door) =
        serve(Limits { grace: Duration::from_millis(50), ..Limits::default() }).await;
    let mut client = Raw::connect(&server).await;
    client.get("/hold").await;
    within(door.entered.notified()).await;
    within(server.stop()).await;
    assert_eq!(client.rest().await.0, b"");
}

#[tokio::test]
async fn dropping_the_server_ends_everything() {
    let (server, door): (Server, _) = serve(Limits::default()).await;
    let address = server.local_addr();
    let mut client = Raw::connect(&server).await;
    client.get("/hold").await;
    within(door.entered.notified()).await;
    drop(server);
    assert_eq!(client.rest().await.0, b"");
    refused(address).await;
}
